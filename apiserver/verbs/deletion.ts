import type { KindDefinition } from '../../api/definition/kind.ts';
import type { DeleteOptions } from '../../api/meta/delete-options.ts';
import type { KubeObject, Live } from '../../api/meta/object.ts';
import { timeText } from '../../base/clock.ts';
import { markAs } from '../../base/json/long-values.ts';

export const ORPHAN = 'orphan';
export const FOREGROUND = 'foregroundDeletion';

/** The effect of a deletion on an object now. */
export type DeletionStep =
  /** It is removed. */
  | { readonly do: 'remove' }
  /** It stays for now, marked as terminating. */
  | { readonly do: 'mark'; readonly object: KubeObject }
  /** It is terminating already, and nothing changes. */
  | { readonly do: 'wait' };

/**
 * The rules of graceful deletion and finalizers (k8s.io/apiserver, registry/rest/delete.go and registry/generic/registry/store.go).
 * Pure: the current object stays as it is.
 */
export function deletionStep(kind: KindDefinition, current: Live, options: DeleteOptions, now: number): DeletionStep {
  const grace = kind.deletion?.gracePeriodSeconds?.(current, options.gracePeriodSeconds) ?? 0;
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
    deletionTimestamp = timeText(now + grace * 1000);
    deletionGracePeriodSeconds = grace;
    if (generation !== undefined && generation > 0) generation++;
  }
  const finalizers = finalizersFor(kind, current, options);
  const held = finalizers.length > 0 || (kind.deletion?.isHeld?.(current) ?? false);
  if (!held && deletionGracePeriodSeconds === 0) return { do: 'remove' };
  const metadata = markAs({ ...meta, deletionTimestamp, deletionGracePeriodSeconds, ...(generation === undefined ? {} : { generation }) }, meta);
  if (finalizers.length > 0) metadata.finalizers = [...finalizers];
  else delete metadata.finalizers;
  const object: KubeObject = markAs({ ...current, metadata }, current);
  return { do: 'mark', object: kind.deletion?.terminating?.(object) ?? object };
}

const atLeast = (seconds: number): number => (seconds < 0 ? 1 : seconds);

/** The finalizers after the propagation policy has been heeded. */
function finalizersFor(kind: KindDefinition, object: Live, options: DeleteOptions): readonly string[] {
  const finalizers = object.metadata.finalizers ?? [];
  const { propagationPolicy: policy, orphanDependents } = options;
  const byDefault = () => kind.deletion?.orphansDependents === true && !finalizers.includes(FOREGROUND);
  const orphan = orphanDependents ?? (policy !== undefined ? policy === 'Orphan' : finalizers.includes(ORPHAN) || byDefault());
  const foreground = orphanDependents === undefined && (policy !== undefined ? policy === 'Foreground' : !orphan && finalizers.includes(FOREGROUND));
  const others = finalizers.filter((finalizer) => finalizer !== ORPHAN && finalizer !== FOREGROUND);
  return [...others, ...(orphan ? [ORPHAN] : []), ...(foreground ? [FOREGROUND] : [])];
}

/** Whether an update leaves a deleted object with nothing that holds it. */
export function completesDeletion(kind: KindDefinition, next: KubeObject): boolean {
  const meta = next.metadata;
  if (meta?.deletionTimestamp === undefined || (meta.finalizers?.length ?? 0) > 0) return false;
  if (kind.deletion?.isHeld) return !kind.deletion.isHeld(next);
  return (meta.deletionGracePeriodSeconds ?? 0) === 0;
}
