import type { Kind } from '../../../api/definition/kind.ts';
import type { StatefulSet } from '../../../api/kinds/apps/stateful-set/schema.ts';
import type { PersistentVolumeClaim } from '../../../api/kinds/core/persistent-volume-claim/schema.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf } from '../../../api/meta/object.ts';
import { isAlreadyExists } from '../../../api/meta/status-error.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import { isNamespaceTerminating, messageOf } from '../../_shared/refusals.ts';
import type { ClaimGap } from './claims.ts';
import type { OwnerKinds, RetentionChange } from './retention.ts';
import { ownersOfNewClaim } from './retention.ts';

export interface ClaimParts {
  readonly env: Pick<ControllerEnv, 'client' | 'recorder'>;
  readonly kinds: OwnerKinds & { readonly claims: Kind<PersistentVolumeClaim> };
}

/** Creates the claims that a pod lacks. @throws Error that names each claim that is not to be had */
export async function makeClaims(parts: ClaimParts, set: Live<StatefulSet>, pod: Pod, { missing, terminating }: ClaimGap): Promise<void> {
  const faults = terminating.map(beingDeleted);
  for (const claim of missing) {
    const fault = await makeClaim(parts, set, pod, claim);
    if (fault) faults.push(fault);
  }
  if (faults.length > 0) throw new Error(faults.length === 1 ? faults[0] : `[${faults.join(', ')}]`);
}

const beingDeleted = (name: string): string => `pvc ${name} is being deleted`;

/** Returns the reason if the claim is not to be had. @throws StatusError if the namespace is terminating */
async function makeClaim({ env, kinds }: ClaimParts, set: Live<StatefulSet>, pod: Pod, claim: PersistentVolumeClaim): Promise<string | undefined> {
  const name = claim.metadata?.name ?? '';
  const inSet = `Pod ${pod.metadata?.name} in StatefulSet ${set.metadata.name}`;
  const ownerReferences = ownersOfNewClaim(kinds, set);
  try {
    await env.client.create(kinds.claims, { ...claim, metadata: { ...claim.metadata, ...(ownerReferences.length > 0 ? { ownerReferences } : {}) } });
    env.recorder.event(set, 'Normal', 'SuccessfulCreate', `create Claim ${name} ${inSet} success`);
    return undefined;
  } catch (error) {
    if (isNamespaceTerminating(error)) throw error;
    // The cache does not show it yet.
    if (isAlreadyExists(error)) return isDeleting(await env.client.get(kinds.claims, keyOf(claim))) ? beingDeleted(name) : undefined;
    env.recorder.event(set, 'Warning', 'FailedCreate', `create Claim ${name} for ${inSet} failed error: ${messageOf(error)}`);
    return `failed to create PVC ${name}: ${messageOf(error)}`;
  }
}

/** Gives claims the owners that the retention policy asks for. @throws Error if a claim could not be changed */
export async function changeOwners({ env, kinds }: ClaimParts, set: Live<StatefulSet>, changes: readonly RetentionChange[]): Promise<void> {
  for (const { claim, ownerReferences, conflict } of changes) {
    const { name } = claim.metadata;
    if (conflict) warnOfConflict({ env }, set, name);
    try {
      await env.client.update(kinds.claims, { ...claim, metadata: { ...claim.metadata, ownerReferences: [...ownerReferences] } });
    } catch (error) {
      throw new Error(`could not update claim ${name} for delete policy ownerRefs: ${messageOf(error)}`, { cause: error });
    }
  }
}

export function warnOfConflict({ env }: Pick<ClaimParts, 'env'>, set: Live<StatefulSet>, claim: string): void {
  const conflict = `PersistentVolumeClaim ${claim} has a conflicting OwnerReference that acts as a manging controller`;
  env.recorder.event(set, 'Warning', 'ConflictingController', `${conflict}, the retention policy is ignored for this claim`);
}
