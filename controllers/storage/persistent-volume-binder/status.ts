import type { PersistentVolume } from '../../../api/kinds/core/persistent-volume/index.ts';
import type { PersistentVolumeClaim } from '../../../api/kinds/core/persistent-volume-claim/index.ts';
import { BIND_COMPLETED, BOUND_BY_CONTROLLER } from '../../../api/kinds/core/persistent-volume-claim/volume-binding.ts';
import type { Live } from '../../../api/meta/object.ts';
import { compareQuantities } from '../../../api/schema/quantity.ts';
import { timeText } from '../../../base/clock.ts';
import { semanticallyEqual } from '../../_shared/equality.ts';

type Volume = Live<PersistentVolume>;
type Claim = Live<PersistentVolumeClaim>;

/** On volumes: the size that the claim still has, while the file system has not grown with its disk. */
const PRE_RESIZE_CAPACITY = 'volume.alpha.kubernetes.io/pre-resize-capacity';

/** Returns a claim that names the volume and carries the marks of a completed binding; the claim itself if it does. */
export function boundToVolume(claim: Claim, volume: Volume): Claim {
  const { annotations = {} } = claim.metadata;
  const names = claim.spec?.volumeName === volume.metadata.name;
  if (names && annotations[BIND_COMPLETED] !== undefined) return claim;
  const marks: Record<string, string> = names ? {} : { [BOUND_BY_CONTROLLER]: annotations[BOUND_BY_CONTROLLER] ?? 'yes' };
  return {
    ...claim,
    metadata: { ...claim.metadata, annotations: { ...annotations, ...marks, [BIND_COMPLETED]: annotations[BIND_COMPLETED] ?? 'yes' } },
    spec: { ...claim.spec, volumeName: volume.metadata.name },
  };
}

/** Returns a claim in a phase without a volume; the claim itself if it is. */
export function withoutVolume(claim: Claim, phase: 'Pending' | 'Lost'): Claim {
  const { accessModes, capacity, ...status } = claim.status ?? {};
  if (status.phase === phase && accessModes === undefined && capacity === undefined) return claim;
  return { ...claim, status: { ...status, phase } };
}

/**
 * Returns a claim with the status of one that has the volume; the claim itself if it has it. The capacity is set as the claim becomes Bound:
 * afterwards it is that of the file system, which may lag behind the volume's.
 */
export function withVolume(claim: Claim, volume: Volume): Claim {
  const { status = {} } = claim;
  const { accessModes, capacity, volumeAttributesClassName } = volume.spec ?? {};
  const isNew = status.phase !== 'Bound';
  const size = volume.metadata.annotations?.[PRE_RESIZE_CAPACITY] ?? capacity?.storage;
  const grown = isNew && size !== undefined && (status.capacity?.storage === undefined || compareQuantities(status.capacity.storage, size) !== 0);
  const next = {
    ...status,
    phase: 'Bound',
    ...(accessModes ? { accessModes } : {}),
    ...(grown ? { capacity: { ...status.capacity, storage: size } } : {}),
    ...(isNew && volumeAttributesClassName ? { currentVolumeAttributesClassName: volumeAttributesClassName } : {}),
  };
  return semanticallyEqual(status, next) ? claim : { ...claim, status: next };
}

/** Returns a volume in a phase; the volume itself if it is in it. */
export function withPhase(volume: Volume, phase: string, now: number, message = ''): Volume {
  if (volume.status?.phase === phase) return volume;
  const { message: _message, reason: _reason, ...status } = volume.status ?? {};
  return { ...volume, status: { ...status, phase, lastPhaseTransitionTime: timeText(now), ...(message === '' ? {} : { message }) } };
}
