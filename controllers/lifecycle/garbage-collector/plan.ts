import type { Live } from '../../../api/meta/object.ts';
import type { OwnerReference } from '../../../api/meta/object-meta.ts';
import type { GraphNode } from './graph.ts';
import { FOREGROUND, ORPHAN } from './graph.ts';

/** The state of an owner: it keeps its dependents (solid), is deleted (dangling), or waits for their deletion (waiting). */
export type OwnerState = 'solid' | 'dangling' | 'waiting';

export type Decision =
  | { readonly do: 'nothing' }
  /** An owner remains: only the references to the others are removed. */
  | { readonly do: 'drop-owners'; readonly uids: readonly string[] }
  | {
      readonly do: 'delete';
      readonly policy: 'Background' | 'Foreground' | 'Orphan';
      /** Set for a part of a circle of owners that wait for each other: its references must not block any more. */
      readonly unblock: boolean;
    };

/** Decides about a dependent whose owners are in these states. `dependents` are its own. */
export function decide(
  object: Live,
  owners: readonly { readonly reference: OwnerReference; readonly state: OwnerState }[],
  dependents: readonly GraphNode[],
): Decision {
  if (owners.length === 0) return { do: 'nothing' };
  const gone = owners.filter(({ state }) => state !== 'solid');
  if (gone.length === 0) return { do: 'nothing' };
  if (gone.length < owners.length) return { do: 'drop-owners', uids: gone.map(({ reference }) => reference.uid) };
  if (owners.some(({ state }) => state === 'waiting') && dependents.length > 0) {
    return { do: 'delete', policy: 'Foreground', unblock: dependents.some((dependent) => dependent.deletingDependents) };
  }
  const finalizers = object.metadata.finalizers ?? [];
  const policy = finalizers.includes(ORPHAN) ? 'Orphan' : finalizers.includes(FOREGROUND) ? 'Foreground' : 'Background';
  return { do: 'delete', policy, unblock: false };
}

/** Dependents that an owner in foreground deletion must outlive. */
export const blocking = (owner: GraphNode, dependents: readonly GraphNode[]): GraphNode[] =>
  dependents.filter((dependent) => dependent.owners.some(({ uid, blockOwnerDeletion }) => uid === owner.uid && blockOwnerDeletion === true));
