import type { Kind } from '../../../api/definition/kind.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { OwnerReference } from '../../../api/meta/object-meta.ts';

export const FOREGROUND = 'foregroundDeletion';
export const ORPHAN = 'orphan';

/** An object in the graph. */
export interface GraphNode {
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly owners: readonly OwnerReference[];
  readonly deleting: boolean;
  /** Whether it is terminating, and waits until its blocking dependents are deleted. */
  readonly deletingDependents: boolean;
  /** Whether it is terminating, and its dependents must be released first. */
  readonly orphaning: boolean;
}

/**
 * The owner references of all kinds: an index of dependents by the owner's UID.
 * `put` and `remove` return the UIDs that must be examined because of the change.
 */
export interface OwnerGraph {
  put(kind: Kind, object: Live): string[];
  remove(object: Live): string[];
  get(uid: string): GraphNode | undefined;
  dependentsOf(uid: string): readonly GraphNode[];
  /** Whether the object was seen deleted: no object will ever have this UID again. */
  isGone(uid: string): boolean;
  readonly size: number;
}

/** Deleted UIDs that are remembered, to spare asking the server once for each dependent. */
const MOST_GONE = 10_000;

function nodeOf(kind: Kind, { metadata }: Live): GraphNode {
  const deleting = metadata.deletionTimestamp !== undefined;
  return {
    kind,
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    uid: metadata.uid,
    owners: metadata.ownerReferences ?? [],
    deleting,
    deletingDependents: deleting && (metadata.finalizers?.includes(FOREGROUND) ?? false),
    orphaning: deleting && (metadata.finalizers?.includes(ORPHAN) ?? false),
  };
}

export const groupOf = ({ apiVersion }: OwnerReference): string => (apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '');

/** Whether the object that has the reference's UID is also the one that kind, name and place say. */
export const isNamedBy = (owner: GraphNode, reference: OwnerReference, dependent: GraphNode): boolean =>
  owner.kind.kind === reference.kind &&
  owner.kind.group === groupOf(reference) &&
  owner.name === reference.name &&
  (!owner.kind.namespaced || owner.namespace === dependent.namespace);

const sameOwners = (a: readonly OwnerReference[], b: readonly OwnerReference[]): boolean =>
  a.length === b.length && a.every((owner, i) => owner.uid === b[i]?.uid && owner.blockOwnerDeletion === b[i]?.blockOwnerDeletion);

export function createOwnerGraph(): OwnerGraph {
  const nodes = new Map<string, GraphNode>();
  const dependents = new Map<string, Set<string>>();
  const gone = new Set<string>();

  const unlink = (node: GraphNode) => {
    for (const { uid } of node.owners) {
      const set = dependents.get(uid);
      if (set?.delete(node.uid) && set.size === 0) dependents.delete(uid);
    }
  };
  const link = (node: GraphNode) => {
    for (const { uid } of node.owners) {
      const set = dependents.get(uid);
      if (set) set.add(node.uid);
      else dependents.set(uid, new Set([node.uid]));
    }
  };
  const dependentUids = (uid: string): string[] => [...(dependents.get(uid) ?? [])];
  /** The owner is not there (yet), is another than the reference says, or takes its dependents along. */
  const isDoubtful = (node: GraphNode, reference: OwnerReference): boolean => {
    const owner = nodes.get(reference.uid);
    return owner === undefined || owner.deletingDependents || !isNamedBy(owner, reference, node);
  };
  /** Owners that wait for this dependent. */
  const waitingOwners = (owners: readonly OwnerReference[]): string[] =>
    owners.map(({ uid }) => uid).filter((uid) => nodes.get(uid)?.deletingDependents);

  return {
    put(kind, object) {
      const node = nodeOf(kind, object);
      const before = nodes.get(node.uid);
      nodes.set(node.uid, node);
      const look: string[] = [];
      if (before === undefined || !sameOwners(before.owners, node.owners)) {
        if (before) {
          unlink(before);
          look.push(...waitingOwners(before.owners));
        }
        link(node);
        if (node.owners.some((reference) => isDoubtful(node, reference))) look.push(node.uid);
      }
      if (node.orphaning && !before?.orphaning) look.push(node.uid);
      if (node.deletingDependents && !before?.deletingDependents) look.push(node.uid, ...dependentUids(node.uid));
      return look;
    },
    remove({ metadata: { uid } }) {
      const node = nodes.get(uid);
      gone.add(uid);
      if (gone.size > MOST_GONE) for (const oldest of gone) if (gone.delete(oldest)) break;
      if (node === undefined) return dependentUids(uid);
      nodes.delete(uid);
      unlink(node);
      return [...dependentUids(uid), ...waitingOwners(node.owners)];
    },
    get: (uid) => nodes.get(uid),
    dependentsOf: (uid) => dependentUids(uid).flatMap((dependent) => nodes.get(dependent) ?? []),
    isGone: (uid) => gone.has(uid),
    get size() {
      return nodes.size;
    },
  };
}
