import type { Kind } from '../../../api/definition/kind.ts';
import type { StatefulSet } from '../../../api/kinds/apps/stateful-set/schema.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { PodTemplateSpec } from '../../../api/pod/template/pod-template.ts';
import type { Volume } from '../../../api/pod/volume/volume.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';
import { availableFrom, isReady } from '../../_shared/pod-state.ts';
import { podFromTemplate } from '../../_shared/replicas/pod-control.ts';
import { claimName } from './claims.ts';
import { ordinalOf, podName } from './ordinals.ts';

/** The label with the name of the revision that a pod was made from. */
export const REVISION_LABEL = 'controller-revision-hash';
const NAME_LABEL = 'statefulset.kubernetes.io/pod-name';
const INDEX_LABEL = 'apps.kubernetes.io/pod-index';

export const revisionOf = ({ metadata }: Pod): string => metadata?.labels?.[REVISION_LABEL] ?? '';

/** Returns the set's pod of a number: its name, its host name and its claims are those of every pod of that number before it. */
export function newPod(owners: Kind, set: Live<StatefulSet>, template: PodTemplateSpec | undefined, revision: string, ordinal: number): Pod {
  const pod = podFromTemplate(owners, set, template);
  const name = podName(set.metadata.name, ordinal);
  return {
    ...pod,
    metadata: { ...pod.metadata, name, labels: { ...pod.metadata?.labels, ...identityLabels(name, ordinal), [REVISION_LABEL]: revision } },
    spec: {
      containers: [],
      ...pod.spec,
      hostname: name,
      ...(set.spec?.serviceName ? { subdomain: set.spec.serviceName } : { subdomain: undefined }),
      ...volumesOf(set, pod, ordinal),
    },
  };
}

const identityLabels = (name: string, ordinal: number): Record<string, string> => ({ [NAME_LABEL]: name, [INDEX_LABEL]: String(ordinal) });

/** Returns the volumes of a pod with the set's claims, which replace volumes of the same names. */
function volumesOf(set: Live<StatefulSet>, pod: Pod, ordinal: number): { volumes?: Volume[] } {
  const templates = set.spec?.volumeClaimTemplates ?? [];
  if (templates.length === 0) return {};
  const names = new Set(templates.map(({ metadata }) => metadata?.name ?? ''));
  const claims = [...names].map((name) => ({ name, persistentVolumeClaim: { claimName: claimName(set, name, ordinal) } }));
  return { volumes: [...claims, ...(pod.spec?.volumes ?? []).filter(({ name }) => !names.has(name ?? ''))] };
}

/** Returns the pod with the identity and the claims of its number; undefined if it has them. An adopted pod may lack them. */
export function withIdentity(set: Live<StatefulSet>, pod: Live<Pod>): Live<Pod> | undefined {
  const ordinal = ordinalOf(pod);
  const { name, labels } = pod.metadata;
  const hasName = labels?.[NAME_LABEL] === name;
  const hasClaims = (set.spec?.volumeClaimTemplates ?? []).every(({ metadata }) => mounts(set, pod, metadata?.name ?? '', ordinal));
  if (hasName && hasClaims) return undefined;
  return {
    ...pod,
    metadata: hasName ? pod.metadata : { ...pod.metadata, labels: { ...labels, ...identityLabels(name, ordinal) } },
    spec: { containers: [], ...pod.spec, ...(hasClaims ? {} : volumesOf(set, pod, ordinal)) },
  };
}

const mounts = (set: Live<StatefulSet>, { spec }: Pod, volume: string, ordinal: number): boolean =>
  spec?.volumes?.find(({ name }) => name === volume)?.persistentVolumeClaim?.claimName === claimName(set, volume, ordinal);

export const isRunningAndReady = (pod: Pod): boolean => pod.status?.phase === 'Running' && isReady(pod);

export function isAvailable(pod: Pod, { spec }: StatefulSet, now: number): boolean {
  const from = availableFrom(pod, spec?.minReadySeconds ?? 0);
  return from !== undefined && from <= now;
}

/** Whether a pod does not serve, or soon will not. */
export const isUnavailable = (pod: Pod, set: StatefulSet, now: number): boolean => !isAvailable(pod, set, now) || isDeleting(pod);
