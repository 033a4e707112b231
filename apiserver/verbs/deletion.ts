import type { KindDefinition } from '../../api/definition/kind.ts';
import type { DeleteOptions } from '../../api/meta/delete-options.ts';
import type { KubeObject, Live } from '../../api/meta/object.ts';
import { timeText } from '../../base/clock.ts';

export const ORPHAN = 'orphan';
export const FOREGROUND = 'foregroundDeletion';

/** What a deletion does to an object now. */
export type DeletionStep =
  /** It goes. */
  | { readonly do: 'remove' }
  /** It stays for now, marked. */
  | { readonly do: 'mark'; readonly object: KubeObject }
  /** It is going already, and nothing changes. */
  | { readonly do: 'wait' };

const isPod = (kind: KindDefinition) => kind.group === '' && kind.plural === 'pods';
const isNamespace = (kind: KindDefinition) => kind.group === '' && kind.plural === 'namespaces';

interface PodLike extends KubeObject {
  spec?: { nodeName?: string; terminationGracePeriodSeconds?: number };
  status?: { phase?: string };
}
interface NamespaceLike extends KubeObject {
  spec?: { finalizers?: string[] };
}

/**
 * The rules of graceful deletion and finalizers (k8s.io/apiserver, registry/rest/delete.go and registry/generic/registry/store.go).
 * Pure: the current object stays as it is.
 */
export function deletionStep(kind: KindDefinition, current: Live, options: DeleteOptions, now: number): DeletionStep {
  const grace = gracePeriod(kind, current, options);
  const meta = current.metadata;
  let deletionTimestamp = meta.deletionTimestamp;
  let deletionGracePeriodSeconds = meta.deletionGracePeriodSeconds;
  let generation = meta.generation;
  if (deletionTimestamp !== undefined) {
    const left = deletionGracePeriodSeconds ?? 0;
    if (left > 0) {
      // Only a shorter period may follow.
      const asked = options.gracePeriodSeconds === undefined ? undefined : atLeast(options.gracePeriodSeconds);
      if (asked === undefined || asked >= left) return { do: 'wait' };
      deletionTimestamp = timeText(Date.parse(deletionTimestamp) - (left - asked) * 1000);
      deletionGracePeriodSeconds = asked;
    }
  } else {
    deletionTimestamp = timeText(now + (grace ?? 0) * 1000);
    deletionGracePeriodSeconds = grace ?? 0;
    if (generation !== undefined && generation > 0) generation++;
  }
  const finalizers = finalizersFor(kind, current, options);
  const held = finalizers.length > 0 || (((current as NamespaceLike).spec?.finalizers?.length ?? 0) > 0 && isNamespace(kind));
  if (!held && deletionGracePeriodSeconds === 0) return { do: 'remove' };
  const metadata = { ...meta, deletionTimestamp, deletionGracePeriodSeconds, ...(generation === undefined ? {} : { generation }) };
  if (finalizers.length > 0) metadata.finalizers = [...finalizers];
  else delete metadata.finalizers;
  const object: KubeObject = { ...current, metadata };
  if (!isNamespace(kind)) return { do: 'mark', object };
  delete metadata.deletionGracePeriodSeconds;
  return {
    do: 'mark',
    object: { ...object, status: { ...('status' in current ? (current.status as object) : {}), phase: 'Terminating' } } as KubeObject,
  };
}

const atLeast = (seconds: number): number => (seconds < 0 ? 1 : seconds);

/** Seconds a pod gets to end; undefined for kinds that go at once. */
function gracePeriod(kind: KindDefinition, object: Live, options: DeleteOptions): number | undefined {
  if (!isPod(kind)) return undefined;
  const { spec, status } = object as PodLike;
  if (!spec?.nodeName || status?.phase === 'Failed' || status?.phase === 'Succeeded') return 0;
  return atLeast(options.gracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 30);
}

/** The finalizers after the propagation policy has been heeded. */
function finalizersFor(kind: KindDefinition, object: Live, options: DeleteOptions): readonly string[] {
  const finalizers = object.metadata.finalizers ?? [];
  const { propagationPolicy: policy, orphanDependents } = options;
  const orphan =
    orphanDependents ??
    (policy !== undefined ? policy === 'Orphan' : finalizers.includes(ORPHAN) || (!finalizers.includes(FOREGROUND) && orphansByDefault(kind)));
  const foreground = orphanDependents === undefined && (policy !== undefined ? policy === 'Foreground' : !orphan && finalizers.includes(FOREGROUND));
  const others = finalizers.filter((finalizer) => finalizer !== ORPHAN && finalizer !== FOREGROUND);
  return [...others, ...(orphan ? [ORPHAN] : []), ...(foreground ? [FOREGROUND] : [])];
}

/** Upstream's older kinds leave their dependents behind when nobody says otherwise. */
const orphansByDefault = (kind: KindDefinition): boolean =>
  (kind.group === '' && kind.plural === 'replicationcontrollers') || (kind.group === 'apps' && kind.version === 'v1beta2');

/** Whether an update leaves a deleted object with nothing that holds it. */
export function completesDeletion(kind: KindDefinition, next: KubeObject): boolean {
  const meta = next.metadata;
  if (meta?.deletionTimestamp === undefined || (meta.finalizers?.length ?? 0) > 0) return false;
  if (isNamespace(kind)) return ((next as NamespaceLike).spec?.finalizers?.length ?? 0) === 0;
  return (meta.deletionGracePeriodSeconds ?? 0) === 0;
}

/** Kinds whose deletion is answered with the object even when it is gone (upstream's ReturnDeletedObject). */
const RETURNED = new Set(['pods', 'podtemplates', 'services', 'serviceaccounts', 'resourcequotas', 'persistentvolumeclaims', 'persistentvolumes']);
export const returnsDeleted = (kind: KindDefinition): boolean => kind.group === '' && RETURNED.has(kind.plural);
