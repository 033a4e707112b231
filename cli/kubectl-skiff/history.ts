import type { Kind } from '../../api/definition/kind.ts';
import type { ControllerRevision } from '../../api/kinds/apps/controller-revision.ts';
import type { LabelSelector } from '../../api/meta/label-selector.ts';
import type { PodTemplateSpec } from '../../api/pod/template/pod-template.ts';
import type { Session } from './session.ts';
import type { Target, Workload } from './workload.ts';

/** A template that a workload had, or has. */
export interface Revision {
  readonly number: number;
  readonly template: PodTemplateSpec;
  /** Annotations of the object that keeps the revision. */
  readonly annotations: Readonly<Record<string, string>>;
}

const controllerRevisions: Kind<ControllerRevision> = {
  group: 'apps',
  version: 'v1',
  kind: 'ControllerRevision',
  plural: 'controllerrevisions',
  namespaced: true,
};

export const CHANGE_CAUSE = 'kubernetes.io/change-cause';
const REVISION = 'deployment.kubernetes.io/revision';

/** Tells whether `kubectl rollout` keeps a history of this kind. */
export const hasHistory = ({ kind }: Kind): boolean => ['Deployment', 'DaemonSet', 'StatefulSet'].includes(kind);

/** Returns the revisions of a workload, oldest first: a Deployment's in its ReplicaSets, others' in ControllerRevisions. */
export async function revisionsOf({ client, namespace }: Session, { kind, object }: Target): Promise<readonly Revision[]> {
  const owned = ({ metadata }: { metadata: Target['object']['metadata'] }) =>
    metadata.ownerReferences?.some(({ controller, uid }) => controller === true && uid === object.metadata.uid) ?? false;
  const labelSelector = selectorText(object.spec?.selector);
  if (kind.kind === 'Deployment') {
    const replicaSets: Kind<Workload> = { ...kind, kind: 'ReplicaSet', plural: 'replicasets' };
    const { items } = await client.list(replicaSets, { namespace, labelSelector });
    return items
      .filter(owned)
      .flatMap(({ metadata, spec }) => {
        const number = Number(metadata.annotations?.[REVISION]);
        return Number.isInteger(number) && spec?.template ? [{ number, template: spec.template, annotations: metadata.annotations ?? {} }] : [];
      })
      .sort((a, b) => a.number - b.number);
  }
  const { items } = await client.list(controllerRevisions, { namespace, labelSelector });
  return items
    .filter(owned)
    .flatMap(({ metadata, revision, data }) => {
      const template = (data as { spec?: { template?: PodTemplateSpec & { $patch?: string } } } | undefined)?.spec?.template;
      if (!template) return [];
      const { $patch: _, ...plain } = template;
      return [{ number: Number(revision), template: plain, annotations: metadata.annotations ?? {} }];
    })
    .sort((a, b) => a.number - b.number);
}

/** Writes a selector as the API takes it in a query. */
export function selectorText(selector: LabelSelector | Readonly<Record<string, string>> | undefined): string | undefined {
  if (!selector) return undefined;
  const isLabelSelector = 'matchLabels' in selector || 'matchExpressions' in selector;
  const { matchLabels = {}, matchExpressions = [] } = (isLabelSelector ? selector : { matchLabels: selector }) as LabelSelector;
  const requirements = matchExpressions.map(({ key, operator, values = [] }) => {
    if (operator === 'Exists') return key;
    if (operator === 'DoesNotExist') return `!${key}`;
    return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`;
  });
  return [...Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`), ...requirements].join(',');
}
