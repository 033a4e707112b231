import type { Deployment } from '../../../api/kinds/apps/deployment.ts';
import type { ReplicaSet } from '../../../api/kinds/apps/replica-set.ts';
import type { Live } from '../../../api/meta/object.ts';
import { parseInt64 } from '../../../base/int64.ts';

export const REVISION = 'deployment.kubernetes.io/revision';
const HISTORY = 'deployment.kubernetes.io/revision-history';
const DESIRED = 'deployment.kubernetes.io/desired-replicas';
const MAX = 'deployment.kubernetes.io/max-replicas';

/** Annotations that belong to one object and are not copied to its ReplicaSets. */
const NOT_COPIED = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  HISTORY,
  DESIRED,
  MAX,
  'deprecated.deployment.rollback.to',
]);
/** Longer histories lose their oldest revisions. */
const MAX_HISTORY_CHARACTERS = 2000;

export type Annotations = Readonly<Record<string, string>>;

const integer = (text: string | undefined): number | undefined => (text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined);

const revisionIn = (text: string | undefined): bigint => (text === undefined ? 0n : (parseInt64(text) ?? 0n));

/** Returns the revision in the annotation, an integer of 64 bits; 0 if it is missing or no number. */
export const revisionOf = (replicaSet: { metadata?: { annotations?: Record<string, string> | undefined } | undefined }): bigint =>
  revisionIn(replicaSet.metadata?.annotations?.[REVISION]);
export const desiredOf = (annotations: Annotations | undefined): number | undefined => integer(annotations?.[DESIRED]);
export const maxOf = (annotations: Annotations | undefined): number | undefined => integer(annotations?.[MAX]);

export const maxRevision = (replicaSets: readonly Live<ReplicaSet>[]): bigint =>
  replicaSets.reduce((max, rs) => (revisionOf(rs) > max ? revisionOf(rs) : max), 0n);

/** The annotations with the sizes that the Deployment had when it last scaled the ReplicaSet. */
export const withSizes = (annotations: Annotations, desired: number, max: number): Annotations => ({
  ...annotations,
  [DESIRED]: `${desired}`,
  [MAX]: `${max}`,
});

function extendedHistory(history: string | undefined, revision: string): string {
  const revisions = history ? [...history.split(','), revision] : [revision];
  while (revisions.length > 1 && revisions.join(',').length > MAX_HISTORY_CHARACTERS) revisions.shift();
  return revisions.join(',');
}

/**
 * Returns the annotations of the current ReplicaSet: the Deployment's own and the revision, which only grows.
 * A ReplicaSet that is rolled back to keeps its former revisions as history.
 */
export function currentAnnotations(deployment: Live<Deployment>, annotations: Annotations, revision: bigint): Annotations {
  const next: Record<string, string> = { ...annotations };
  for (const [key, value] of Object.entries(deployment.metadata.annotations ?? {})) if (!NOT_COPIED.has(key)) next[key] = value;
  const before = annotations[REVISION];
  if (revisionIn(before) < revision) {
    next[REVISION] = `${revision}`;
    if (before !== undefined) next[HISTORY] = extendedHistory(annotations[HISTORY], before);
  }
  return next;
}
