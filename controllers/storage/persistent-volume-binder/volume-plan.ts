import type { PersistentVolume } from '../../../api/kinds/core/persistent-volume/index.ts';
import type { PersistentVolumeClaim } from '../../../api/kinds/core/persistent-volume-claim/index.ts';
import { BOUND_BY_CONTROLLER, MIGRATED_TO, PROVISIONED_BY } from '../../../api/kinds/core/persistent-volume-claim/volume-binding.ts';
import { volumeModeOf } from '../../../api/kinds/core/persistent-volume-claim/volume-match.ts';
import type { Live } from '../../../api/meta/object.ts';

type Volume = Live<PersistentVolume>;
type Claim = Live<PersistentVolumeClaim>;

export type VolumePlan =
  | { readonly do: 'set phase'; readonly phase: 'Available' | 'Bound' }
  /** The claim completes the binding. */
  | { readonly do: 'wake claim' }
  /** The claim cannot have the volume that was reserved for it. */
  | { readonly do: 'tell mismatch'; readonly claim: Claim }
  /** The claim has another volume: this one is free again, or reserved as it was. */
  | { readonly do: 'unbind'; readonly volume: Volume }
  /** The claim is gone, or needs this volume no longer. */
  | { readonly do: 'reclaim' };

/** Decides about a volume (upstream's syncVolume). @param claim the claim that the volume refers to, by name and UID; undefined if it is gone */
export function planVolume(volume: Volume, claim: Claim | undefined): VolumePlan {
  const ref = volume.spec?.claimRef;
  // Reserved for a claim by name, as people do: the claim does the rest.
  if (!ref?.uid) return { do: 'set phase', phase: 'Available' };
  if (!claim) return { do: 'reclaim' };
  const { volumeName } = claim.spec ?? {};
  if (!volumeName) {
    return volumeModeOf(volume.spec) === volumeModeOf(claim.spec) ? { do: 'wake claim' } : { do: 'tell mismatch', claim };
  }
  if (volumeName === volume.metadata.name) return { do: 'set phase', phase: 'Bound' };
  const isProvisioned = volume.metadata.annotations?.[PROVISIONED_BY] !== undefined;
  if (isProvisioned && volume.spec?.persistentVolumeReclaimPolicy === 'Delete') return { do: 'reclaim' };
  return { do: 'unbind', volume: unbound(volume) };
}

/** Returns a volume without what the binder added to it; one that a person reserved keeps its claim's name. */
export function unbound(volume: Volume): Volume {
  const { [BOUND_BY_CONTROLLER]: byController, ...annotations } = volume.metadata.annotations ?? {};
  if (byController === undefined) return { ...volume, spec: { ...volume.spec, claimRef: { ...volume.spec?.claimRef, uid: undefined } } };
  const left = Object.keys(annotations).length > 0 ? annotations : undefined;
  return { ...volume, metadata: { ...volume.metadata, annotations: left }, spec: { ...volume.spec, claimRef: undefined } };
}

export type ReclaimPlan =
  /** Somebody else deletes it, or nobody. */
  | { readonly do: 'nothing' }
  | { readonly do: 'recycle' }
  /** A directory below /tmp on the machine of the controllers, as upstream deletes it. */
  | { readonly do: 'delete directory'; readonly path: string }
  | { readonly do: 'fail'; readonly reason: string; readonly message: string };

const DELETABLE = /^\/tmp\/.+/;
/** The volumes whose plugins upstream's controller knows, though they delete nothing. */
const KNOWN_SOURCES = ['hostPath', 'nfs', 'local', 'portworxVolume'] as const;

/** Decides how a released volume is reclaimed. */
export function planReclaim({ metadata, spec = {} }: Volume): ReclaimPlan {
  if (metadata.annotations?.[MIGRATED_TO]) return { do: 'nothing' };
  switch (spec.persistentVolumeReclaimPolicy) {
    case 'Retain':
      return { do: 'nothing' };
    case 'Recycle':
      if (spec.hostPath || spec.nfs) return { do: 'recycle' };
      return { do: 'fail', reason: 'VolumeFailedRecycle', message: 'No recycler plugin found for the volume!' };
    case 'Delete':
      return planDeletion(metadata.name, metadata.annotations?.[PROVISIONED_BY], spec);
    default:
      return { do: 'fail', reason: 'VolumeUnknownReclaimPolicy', message: 'Volume has unrecognized PersistentVolumeReclaimPolicy' };
  }
}

function planDeletion(name: string, provisioner: string | undefined, spec: NonNullable<PersistentVolume['spec']>): ReclaimPlan {
  const fail = (message: string): ReclaimPlan => ({ do: 'fail', reason: 'VolumeFailedDelete', message });
  // Volumes of an outside provisioner are deleted by it.
  if (spec.csi || (provisioner && !provisioner.startsWith('kubernetes.io/'))) return { do: 'nothing' };
  const path = spec.hostPath?.path;
  if (path === undefined) {
    const known = KNOWN_SOURCES.some((source) => spec[source] !== undefined);
    return fail(`error getting deleter volume plugin for volume ${JSON.stringify(name)}: no ${known ? 'deletable ' : ''}volume plugin matched`);
  }
  if (DELETABLE.test(path)) return { do: 'delete directory', path };
  return fail(`host_path deleter only supports /tmp/.+ but received provided ${path}`);
}
