import type { PersistentVolume } from '../../../api/kinds/core/persistent-volume/index.ts';
import { claimClass } from '../../../api/kinds/core/persistent-volume-claim/class.ts';
import type { PersistentVolumeClaim } from '../../../api/kinds/core/persistent-volume-claim/index.ts';
import {
  BIND_COMPLETED,
  BOUND_BY_CONTROLLER,
  isClaimedBy,
  NO_PROVISIONER,
  SELECTED_NODE,
} from '../../../api/kinds/core/persistent-volume-claim/volume-binding.ts';
import { findMatchingVolume, mismatchOf } from '../../../api/kinds/core/persistent-volume-claim/volume-match.ts';
import type { StorageClass } from '../../../api/kinds/storage/storage-class.ts';
import type { Live } from '../../../api/meta/object.ts';
import { BETA_STORAGE_CLASS } from '../../../api/pod/volume/persistent-volume-claim.ts';

export interface ClaimEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** Everything that the decision about a claim rests on. */
export interface ObservedClaim {
  readonly claim: Live<PersistentVolumeClaim>;
  /** The volume that the claim names, if there is one of that name. */
  readonly named: Live<PersistentVolume> | undefined;
  /** The volumes that might be bound to the claim: those that are reserved for it, and the free ones of its class. */
  readonly candidates: Iterable<Live<PersistentVolume>>;
  /** Whether another claim is about to get the volume. */
  readonly isTaken: (volume: Live<PersistentVolume>) => boolean;
  readonly storageClass: Live<StorageClass> | undefined;
  /** Returns the class that claims without one get; undefined if there is no default. */
  readonly defaultClass: () => string | undefined;
  /** Names of the pods that use the claim and have no node yet. */
  readonly waitingPods: () => readonly string[];
}

export type ClaimPlan =
  | { readonly do: 'bind'; readonly volume: Live<PersistentVolume> }
  | { readonly do: 'assign class'; readonly className: string }
  /** An outside provisioner is to make a volume. */
  | { readonly do: 'provision'; readonly provisioner: string; readonly event: ClaimEvent }
  /** Nothing can be done now. `fault` is an error that is retried. */
  | { readonly do: 'wait'; readonly event?: ClaimEvent; readonly keepsStatus?: true; readonly fault?: string }
  /** The claim has lost its volume, for good. The event is for the claim that is not Lost yet. */
  | { readonly do: 'lose'; readonly event: ClaimEvent };

const normal = (reason: string, message: string): ClaimEvent => ({ type: 'Normal', reason, message });
const warning = (reason: string, message: string): ClaimEvent => ({ type: 'Warning', reason, message });

/** Decides about a claim (upstream's syncClaim). */
export function planClaim(observed: ObservedClaim): ClaimPlan {
  const { claim } = observed;
  if (claim.metadata.annotations?.[BIND_COMPLETED] !== undefined) return planBound(observed);
  return claim.spec?.volumeName ? planNamed(observed, claim.spec.volumeName) : planUnbound(observed);
}

/** A claim whose binding was completed before keeps its volume, or is Lost. */
function planBound({ claim, named }: ObservedClaim): ClaimPlan {
  const lost = (reason: string, message: string): ClaimPlan => ({ do: 'lose', event: warning(reason, message) });
  if (!claim.spec?.volumeName) return lost('ClaimLost', 'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!');
  if (!named) return lost('ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!');
  const ref = named.spec?.claimRef;
  if (!ref || ref.uid === claim.metadata.uid) return { do: 'bind', volume: named };
  return lost('ClaimMisbound', 'Two claims are bound to the same volume, this one is bound incorrectly');
}

/** A claim that asks for one volume gets that one or none. */
function planNamed({ claim, named }: ObservedClaim, volumeName: string): ClaimPlan {
  if (!named) return { do: 'wait' };
  const ref = named.spec?.claimRef;
  if (!ref) {
    const mismatch = mismatchOf(named, claim);
    if (mismatch === undefined) return { do: 'bind', volume: named };
    return { do: 'wait', event: warning('VolumeMismatch', `Cannot bind to requested volume ${JSON.stringify(volumeName)}: ${mismatch}`) };
  }
  if (isClaimedBy(named, claim)) return { do: 'bind', volume: named };
  const event = warning('FailedBinding', `volume ${JSON.stringify(volumeName)} already bound to a different claim.`);
  if (claim.metadata.annotations?.[BOUND_BY_CONTROLLER] === undefined) return { do: 'wait', event };
  const [own, other] = [`${claim.metadata.namespace}/${claim.metadata.name}`, `${ref.namespace}/${ref.name}`];
  const fault = `invalid binding of claim ${JSON.stringify(own)} to volume ${JSON.stringify(volumeName)}: volume already claimed by ${JSON.stringify(other)}`;
  return { do: 'wait', event, keepsStatus: true, fault };
}

function planUnbound(observed: ObservedClaim): ClaimPlan {
  const { claim, candidates, isTaken, storageClass } = observed;
  const className = claimClass(claim);
  const delayed = storageClass?.volumeBindingMode === 'WaitForFirstConsumer';
  const volume = findMatchingVolume(claim, candidates, { isTaken, reservedOnly: delayed });
  if (volume) return { do: 'bind', volume };
  const defaultClass = namesClass(claim) ? undefined : observed.defaultClass();
  if (defaultClass !== undefined) return { do: 'assign class', className: defaultClass };
  if (delayed && claim.metadata.annotations?.[SELECTED_NODE] === undefined) return { do: 'wait', event: delayedEvent(observed.waitingPods()) };
  if (className !== '') return planProvisioning(className, storageClass);
  return { do: 'wait', event: normal('FailedBinding', 'no persistent volumes available for this claim and no storage class is set') };
}

/** A claim with an empty class asks for none; one without the field takes the default. */
const namesClass = ({ metadata, spec }: Live<PersistentVolumeClaim>): boolean =>
  metadata.annotations?.[BETA_STORAGE_CLASS] !== undefined || spec?.storageClassName !== undefined;

function delayedEvent(pods: readonly string[]): ClaimEvent {
  if (pods.length === 0) return normal('WaitForFirstConsumer', 'waiting for first consumer to be created before binding');
  return normal('WaitForPodScheduled', `waiting for ${pods.length > 1 ? 'pods' : 'pod'} ${pods.join(',')} to be scheduled`);
}

function planProvisioning(className: string, storageClass: Live<StorageClass> | undefined): ClaimPlan {
  const failed = (message: string): ClaimPlan => ({ do: 'wait', keepsStatus: true, event: warning('ProvisioningFailed', message) });
  if (!storageClass) return failed(`storageclass.storage.k8s.io ${JSON.stringify(className)} not found`);
  const { provisioner } = storageClass;
  // No provisioner of upstream's own tree is left: all are outside, and the name of the one that makes nothing is reserved.
  if (provisioner === NO_PROVISIONER || provisioner.startsWith('kubernetes.io/')) return failed(`no volume plugin matched name: ${provisioner}`);
  const message =
    `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. ` +
    'If volume creation is delayed, please verify that the provisioner is running and correctly registered.';
  return { do: 'provision', provisioner, event: normal('ExternalProvisioning', message) };
}
