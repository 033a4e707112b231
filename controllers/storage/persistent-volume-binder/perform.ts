import type { PersistentVolume } from '../../../api/kinds/core/persistent-volume/index.ts';
import type { PersistentVolumeClaim } from '../../../api/kinds/core/persistent-volume-claim/index.ts';
import { BETA_STORAGE_PROVISIONER, boundToClaim, STORAGE_PROVISIONER } from '../../../api/kinds/core/persistent-volume-claim/volume-binding.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { ClaimPlan } from './claim-plan.ts';
import type { BinderParts } from './parts.ts';
import { boundToVolume, withoutVolume, withPhase, withVolume } from './status.ts';

type Volume = Live<PersistentVolume>;
type Claim = Live<PersistentVolumeClaim>;

/** Saves a volume if it differs from what it was. Every write has the version that was read as its precondition: a lost race throws. */
export async function saveVolume({ env, volumes }: BinderParts, next: Volume, old: Volume, subresource?: 'status'): Promise<Volume> {
  return next === old ? old : env.client.update(volumes.kind, next, subresource ? { subresource } : {});
}

async function saveClaim({ env, claims }: BinderParts, next: Claim, old: Claim, subresource?: 'status'): Promise<Claim> {
  return next === old ? old : env.client.update(claims.kind, next, subresource ? { subresource } : {});
}

export const setPhase = (parts: BinderParts, volume: Volume, phase: string, message?: string): Promise<Volume> =>
  saveVolume(parts, withPhase(volume, phase, parts.env.clock.now(), message), volume, 'status');

/**
 * Writes both halves of a binding, the volume's first: it is what two claims may race for. What is written already is left alone, so that a
 * binding that broke off is completed by another call.
 */
async function bind(parts: BinderParts, volume: Volume, claim: Claim): Promise<void> {
  const { reservations } = parts;
  const { name } = volume.metadata;
  reservations.set(name, claim.metadata.uid);
  try {
    const bound = await setPhase(parts, await saveVolume(parts, boundToClaim(volume, claim), volume), 'Bound');
    const named = await saveClaim(parts, boundToVolume(claim, bound), claim);
    await saveClaim(parts, withVolume(named, bound), named, 'status');
  } catch (error) {
    reservations.delete(name);
    throw error;
  }
  // A volume that was bound before shows no further event, which would end the reservation.
  if (volume.spec?.claimRef) reservations.delete(name);
}

/** Performs a plan for a claim. @throws StatusError if a write was refused, or the race for a volume was lost */
export async function performClaimPlan(parts: BinderParts, claim: Claim, plan: ClaimPlan): Promise<void> {
  const { recorder } = parts.env;
  switch (plan.do) {
    case 'bind':
      return bind(parts, plan.volume, claim);
    case 'assign class':
      try {
        await saveClaim(parts, { ...claim, spec: { ...claim.spec, storageClassName: plan.className } }, claim);
      } catch (error) {
        parts.metrics.classRefused();
        throw error;
      }
      parts.metrics.classAssigned();
      return;
    case 'provision': {
      const { annotations = {} } = claim.metadata;
      const marks = { [BETA_STORAGE_PROVISIONER]: plan.provisioner, [STORAGE_PROVISIONER]: plan.provisioner };
      const marked = Object.entries(marks).every(([key, value]) => annotations[key] === value);
      await saveClaim(parts, marked ? claim : { ...claim, metadata: { ...claim.metadata, annotations: { ...annotations, ...marks } } }, claim);
      recorder.event(claim, plan.event.type, plan.event.reason, plan.event.message);
      return;
    }
    case 'wait':
      if (plan.event) recorder.event(claim, plan.event.type, plan.event.reason, plan.event.message);
      if (!plan.keepsStatus) await saveClaim(parts, withoutVolume(claim, 'Pending'), claim, 'status');
      if (plan.fault !== undefined) throw new Error(plan.fault);
      return;
    case 'lose':
      if (claim.status?.phase === 'Lost') return;
      await saveClaim(parts, withoutVolume(claim, 'Lost'), claim, 'status');
      recorder.event(claim, plan.event.type, plan.event.reason, plan.event.message);
  }
}
