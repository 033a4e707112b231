import type { PersistentVolume } from '../../../api/kinds/core/persistent-volume/index.ts';
import { claimClass } from '../../../api/kinds/core/persistent-volume-claim/class.ts';
import type { PersistentVolumeClaim } from '../../../api/kinds/core/persistent-volume-claim/index.ts';
import { defaultClassOf } from '../../../api/kinds/storage/storage-class.ts';
import type { Live, ObjectKey } from '../../../api/meta/object.ts';
import { keyOf } from '../../../api/meta/object.ts';
import type { Reconcile } from '../../../runtime/control/controller.ts';
import type { Result } from '../../../runtime/queue/result.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import { isTerminal } from '../../_shared/pod-state.ts';
import { podsOfClaim } from '../../_shared/pods-by-claim.ts';
import { unlessGone } from '../../_shared/refusals.ts';
import type { ObservedClaim } from './claim-plan.ts';
import { planClaim } from './claim-plan.ts';
import { RETRY_MS } from './failure.ts';
import type { BinderParts } from './parts.ts';
import { freeVolumesIn, volumesReservedFor } from './parts.ts';
import { performClaimPlan, saveVolume, setPhase } from './perform.ts';
import { reclaim } from './reclaim.ts';
import { planVolume } from './volume-plan.ts';

/** Reconciles claims and volumes in one lane: a key with a namespace is a claim's, one without is a volume's. */
export function createBinderReconcile(parts: BinderParts): Reconcile {
  return (key) => (key.namespace === '' ? reconcileVolume(parts, key) : reconcileClaim(parts, key));
}

async function reconcileClaim(parts: BinderParts, key: ObjectKey): Promise<Result> {
  const claim = parts.claims.get(key);
  if (!claim) return DONE;
  const plan = planClaim(observe(parts, claim));
  await performClaimPlan(parts, claim, plan);
  return plan.do === 'wait' || plan.do === 'provision' ? { requeueAfterMs: RETRY_MS } : DONE;
}

function observe({ volumes, storageClasses, pods, reservations }: BinderParts, claim: Live<PersistentVolumeClaim>): ObservedClaim {
  const key = keyOf(claim);
  const className = claimClass(claim);
  const { volumeName } = claim.spec ?? {};
  return {
    claim,
    named: volumeName ? volumes.get({ namespace: '', name: volumeName }) : undefined,
    candidates: [...volumesReservedFor(volumes, key), ...freeVolumesIn(volumes, className)],
    isTaken: ({ metadata }) => (reservations.get(metadata.name) ?? claim.metadata.uid) !== claim.metadata.uid,
    storageClass: className === '' ? undefined : storageClasses.get({ namespace: '', name: className }),
    defaultClass: () => defaultClassOf(storageClasses.list())?.metadata.name,
    waitingPods: () =>
      podsOfClaim(pods, key)
        .filter((pod) => !pod.spec?.nodeName && !isTerminal(pod))
        .map(({ metadata }) => metadata.name),
  };
}

async function reconcileVolume(parts: BinderParts, key: ObjectKey): Promise<Result> {
  const volume = parts.volumes.get(key);
  if (!volume) return DONE;
  const { env } = parts;
  const claim = await claimOf(parts, volume);
  const plan = planVolume(volume, claim);
  switch (plan.do) {
    case 'set phase':
      await setPhase(parts, volume, plan.phase);
      return DONE;
    case 'wake claim':
      if (claim) env.enqueue(keyOf(claim));
      return DONE;
    case 'tell mismatch': {
      const [volumeName, claimName] = [volume.metadata.name, plan.claim.metadata.name].map((name) => JSON.stringify(name));
      const why = 'due to incompatible volumeMode.';
      env.recorder.event(volume, 'Warning', 'VolumeMismatch', `Cannot bind PersistentVolume to requested PersistentVolumeClaim ${claimName} ${why}`);
      env.recorder.event(
        plan.claim,
        'Warning',
        'VolumeMismatch',
        `Cannot bind PersistentVolume ${volumeName} to requested PersistentVolumeClaim ${why}`,
      );
      return { requeueAfterMs: RETRY_MS };
    }
    case 'unbind':
      await setPhase(parts, await saveVolume(parts, plan.volume, volume), 'Available');
      return DONE;
    case 'reclaim':
      return reclaim(parts, volume);
  }
}

/**
 * Returns the claim that a volume refers to, by name and UID. That a claim is gone is believed of the server alone: a volume's data may be
 * deleted for it, and the cache of claims may be older than that of volumes.
 */
async function claimOf({ env, claims }: BinderParts, volume: Live<PersistentVolume>): Promise<Live<PersistentVolumeClaim> | undefined> {
  const { namespace = '', name = '', uid } = volume.spec?.claimRef ?? {};
  if (!uid) return undefined;
  const known = claims.get({ namespace, name });
  if (known?.metadata.uid === uid) return known;
  const live = await unlessGone(env.client.get(claims.kind, { namespace, name }));
  return live?.metadata.uid === uid ? live : undefined;
}
