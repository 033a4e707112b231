import type { DaemonSet } from '../../../api/kinds/apps/daemon-set/schema.ts';
import { TEMPLATE_GENERATION } from '../../../api/kinds/apps/daemon-set/template-generation.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Affinity } from '../../../api/pod/placement/affinity.ts';
import type { PodTemplateSpec } from '../../../api/pod/template/pod-template.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';
import { availableFrom, isTerminal } from '../../_shared/pod-state.ts';
import { withDaemonTolerations } from './tolerations.ts';

/** The label with the hash of the revision that a pod was made from; revisions carry it too. */
export const HASH_LABEL = 'controller-revision-hash';
const GENERATION_LABEL = 'pod-template-generation';
const NODE_NAME = 'metadata.name';

const generationOf = ({ metadata }: DaemonSet): string | undefined => metadata?.annotations?.[TEMPLATE_GENERATION];

/** Returns the template of the pods of a revision, without a node. */
export function daemonTemplate(set: DaemonSet, hash: string): PodTemplateSpec {
  const { metadata, spec = { containers: [] } } = set.spec?.template ?? {};
  const generation = generationOf(set);
  const labels = { ...metadata?.labels, ...(generation === undefined ? {} : { [GENERATION_LABEL]: generation }), [HASH_LABEL]: hash };
  return {
    metadata: { ...metadata, labels },
    spec: { ...spec, tolerations: withDaemonTolerations(spec.tolerations, spec.hostNetwork ?? false) },
  };
}

/** Returns the template for one node: its affinity requires that node, in place of the nodes that the DaemonSet was limited to. */
export function templateFor({ metadata, spec = { containers: [] } }: PodTemplateSpec, nodeName: string): PodTemplateSpec {
  const nodeSelectorTerms = [{ matchFields: [{ key: NODE_NAME, operator: 'In', values: [nodeName] }] }];
  const affinity: Affinity = {
    ...spec.affinity,
    nodeAffinity: { ...spec.affinity?.nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } },
  };
  return { ...(metadata ? { metadata } : {}), spec: { ...spec, affinity } };
}

/** Returns the node that a pod is on, or is meant for; undefined if it is meant for none. */
export function targetNode({ spec }: Pod): string | undefined {
  if (spec?.nodeName) return spec.nodeName;
  const terms = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  for (const { matchFields = [] } of terms) {
    const byName = matchFields.find(({ key, operator }) => key === NODE_NAME && operator === 'In');
    if (byName) return byName.values?.length === 1 ? byName.values[0] : undefined;
  }
  return undefined;
}

/** Groups pods by their nodes. A pod that has ended and is being deleted no longer holds its node. */
export function byNode(pods: readonly Live<Pod>[]): Map<string, Live<Pod>[]> {
  const groups = new Map<string, Live<Pod>[]>();
  for (const pod of pods) {
    const node = targetNode(pod);
    if (node === undefined || (isDeleting(pod) && isTerminal(pod))) continue;
    const group = groups.get(node);
    if (group) group.push(pod);
    else groups.set(node, [pod]);
  }
  return groups;
}

/** Whether a pod is of the current revision. The number of the template counts too, for pods that older servers made. */
export function isUpdated({ metadata }: Pod, set: DaemonSet, hash: string): boolean {
  const generation = generationOf(set);
  const labels = metadata?.labels;
  return labels?.[HASH_LABEL] === hash || (generation !== undefined && labels?.[GENERATION_LABEL] === generation);
}

export function isAvailable(pod: Pod, { spec }: DaemonSet, now: number): boolean {
  const from = availableFrom(pod, spec?.minReadySeconds ?? 0);
  return from !== undefined && from <= now;
}

/** Puts pods that have a node first, then the older ones; names decide between equals. */
export function byPrecedence(a: Live<Pod>, b: Live<Pod>): number {
  const [scheduledA, scheduledB] = [Boolean(a.spec?.nodeName), Boolean(b.spec?.nodeName)];
  if (scheduledA !== scheduledB) return scheduledA ? -1 : 1;
  const [olderA, olderB] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp];
  if (olderA !== olderB) return olderA < olderB ? -1 : 1;
  return a.metadata.name < b.metadata.name ? -1 : 1;
}
