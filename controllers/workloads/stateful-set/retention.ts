import type { Kind } from '../../../api/definition/kind.ts';
import { apiVersionOf } from '../../../api/definition/kind.ts';
import type { StatefulSet } from '../../../api/kinds/apps/stateful-set/schema.ts';
import type { KubeObject, Live } from '../../../api/meta/object.ts';
import type { OwnerReference } from '../../../api/meta/object-meta.ts';
import { controllerRefTo } from '../../../runtime/control/controller-ref.ts';
import type { Claim } from './claims.ts';
import { isInRange, ordinalOf } from './ordinals.ts';

/** The kinds that claims are owned by. */
export interface OwnerKinds {
  readonly statefulSets: Kind;
  readonly pods: Kind;
}

interface Owner {
  readonly kind: Kind;
  readonly name: string;
  /** Undefined for a pod that is still to be created. */
  readonly uid: string | undefined;
}

const isNamed = (ref: OwnerReference, { kind, name }: Owner): boolean =>
  ref.apiVersion === apiVersionOf(kind) && ref.kind === kind.kind && ref.name === name;

const refsOf = ({ metadata }: KubeObject): readonly OwnerReference[] => metadata?.ownerReferences ?? [];

/** Whether a reference names an object of that name that is gone: garbage collection deletes the claim. */
const isStaleFor = (claim: KubeObject, owner: Owner): boolean => {
  const ref = refsOf(claim).find((one) => isNamed(one, owner));
  return ref !== undefined && ref.uid !== owner.uid;
};

const deletes = (set: StatefulSet, when: 'whenDeleted' | 'whenScaled'): boolean =>
  set.spec?.persistentVolumeClaimRetentionPolicy?.[when] === 'Delete';

/** Whether a claim belongs to an earlier pod of that name, and so goes before the next is created. Never if claims are kept. */
export const isStale = ({ pods }: OwnerKinds, set: StatefulSet, claim: Claim, podName: string): boolean =>
  deletes(set, 'whenScaled') && isStaleFor(claim, { kind: pods, name: podName, uid: undefined });

/** Whether somebody else controls a claim that the policy is about; the policy does not apply to it. */
export function isControlledByOthers({ statefulSets, pods }: OwnerKinds, set: Live<StatefulSet>, claim: Claim, podName: string): boolean {
  if (!deletes(set, 'whenDeleted') && !deletes(set, 'whenScaled')) return false;
  const owners: Owner[] = [
    { kind: statefulSets, name: set.metadata.name, uid: undefined },
    { kind: pods, name: podName, uid: undefined },
  ];
  return refsOf(claim).some((ref) => ref.controller === true && !owners.some((owner) => isNamed(ref, owner)));
}

/** A claim whose owners are not those that the set's retention policy asks for. */
export interface RetentionChange {
  readonly claim: Claim;
  readonly ownerReferences: readonly OwnerReference[];
  /** Whether somebody else controls the claim. */
  readonly conflict: boolean;
}

/**
 * Returns the change that a claim needs; undefined if it needs none. The set owns the claims of its pods if they go with it; a pod that is
 * scaled away owns its claims if they go with it (kubernetes/enhancements, KEP-1847).
 */
export function retentionChange(kinds: OwnerKinds, set: Live<StatefulSet>, pod: Live<KubeObject>, claim: Claim): RetentionChange | undefined {
  const byName = { kind: kinds.statefulSets, name: set.metadata.name, uid: set.metadata.uid };
  const byPod = { kind: kinds.pods, name: pod.metadata.name, uid: pod.metadata.uid };
  if (isStaleFor(claim, byName) || isStaleFor(claim, byPod)) return undefined;
  const isOurs = (ref: OwnerReference) => isNamed(ref, byName) || isNamed(ref, byPod);
  const refs = refsOf(claim);
  const others = refs.filter((ref) => !isOurs(ref));
  const ours = refs.filter(isOurs);
  const conflict = isControlledByOthers(kinds, set, claim, pod.metadata.name);
  const wanted = conflict ? [] : wantedOwners(kinds, set, pod);
  const isUpToDate = ours.length === wanted.length && wanted.every(({ uid }) => ours.some((ref) => ref.uid === uid && ref.controller === true));
  return isUpToDate ? undefined : { claim, ownerReferences: [...others, ...wanted], conflict };
}

function wantedOwners(kinds: OwnerKinds, set: Live<StatefulSet>, pod: Live<KubeObject>): OwnerReference[] {
  const stays = isInRange(set, ordinalOf(pod));
  if (!stays && deletes(set, 'whenScaled')) return [controllerRefTo(kinds.pods, pod)];
  // A claim that is kept when the set shrinks still goes with the set.
  return deletes(set, 'whenDeleted') ? [controllerRefTo(kinds.statefulSets, set)] : [];
}

/** Returns the owners of a claim that is created for a pod that the set wants. */
export const ownersOfNewClaim = ({ statefulSets }: OwnerKinds, set: Live<StatefulSet>): OwnerReference[] =>
  deletes(set, 'whenDeleted') ? [controllerRefTo(statefulSets, set)] : [];
