import type { PersistentVolumeClaim } from '../../api/kinds/core/persistent-volume-claim/index.ts';
import { persistentVolumeClaims } from '../../api/kinds/core/persistent-volume-claim/index.ts';
import type { PersistentVolumeClaimCondition, PersistentVolumeClaimStatus } from '../../api/kinds/core/persistent-volume-claim/schema.ts';
import { requestedStorage, storageOf } from '../../api/kinds/core/persistent-volume-claim/volume-match.ts';
import type { Live } from '../../api/meta/object.ts';
import { keyOf } from '../../api/meta/object.ts';
import { compareQuantities, valueOfQuantity } from '../../api/schema/quantity.ts';
import type { Clock } from '../../base/clock.ts';
import { timeText } from '../../base/clock.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { EventRecorder } from '../../runtime/observe/event-recorder.ts';
import type { CsiWish } from '../contract/csi-volumes.ts';
import type { ObjectSource } from '../contract/object-source.ts';
import { isFinal, isInfeasible, isInUse, textOf } from './driver-errors.ts';
import type { Driver } from './drivers.ts';
import { NODE_CAPABILITY } from './messages.ts';
import { credentials } from './volume-context.ts';
import type { VolumePaths } from './volume-paths.ts';
import type { VolumeSpec } from './volume-spec.ts';
import { capabilityOf } from './volume-spec.ts';

export interface ExpansionParts {
  readonly client: Client;
  readonly clock: Clock;
  readonly recorder: EventRecorder;
  readonly objects: ObjectSource;
  readonly paths: VolumePaths;
  readonly nodeName: string;
}

export interface ExpansionRequest {
  readonly wish: CsiWish;
  readonly spec: VolumeSpec;
  readonly driver: Driver;
  readonly capabilities: ReadonlySet<number>;
}

const PENDING: readonly string[] = ['NodeResizePending', 'NodeResizeInProgress'];
const RESIZE_CONDITIONS: readonly string[] = ['Resizing', 'FileSystemResizePending', 'ControllerResizeError', 'NodeResizeError'];

/** Returns the size that the node is to give a volume; undefined if its claim has that, or others are not done yet. */
export function wantedSize({ status }: PersistentVolumeClaim, volumeCapacity: string | undefined): string | undefined {
  const state = status?.allocatedResourceStatuses?.storage;
  if (state !== undefined) return PENDING.includes(state) ? (status?.allocatedResources?.storage ?? volumeCapacity) : undefined;
  // A resizer that does not tell how far it is has made the volume larger.
  if (volumeCapacity === undefined || status?.allocatedResources?.storage !== undefined) return undefined;
  return compareQuantities(storageOf(status?.capacity), volumeCapacity) < 0 ? volumeCapacity : undefined;
}

/**
 * Lets the driver grow a volume on this node, if its claim waits for that, and writes the outcome to the claim (kubelet's NodeExpander).
 * @throws Error in kubelet's words if the driver fails
 */
export async function expandOnNode({ wish, spec, driver, capabilities }: ExpansionRequest, parts: ExpansionParts): Promise<void> {
  const { source, pod } = wish;
  if (source.type !== 'bound') return;
  const capacity = storageOf(source.volume.spec?.capacity);
  if (wantedSize(source.claim, capacity) === undefined || !capabilities.has(NODE_CAPABILITY.EXPAND_VOLUME)) return;
  // The claim may have been read long before its volume was attached.
  const fresh = await parts.objects.get(persistentVolumeClaims, keyOf(source.claim));
  const size = fresh && wantedSize(fresh, capacity);
  if (!fresh || size === undefined) return;
  const { recorder, paths, nodeName } = parts;
  const tell = (type: 'Normal' | 'Warning', reason: string, message: string) => {
    recorder.event(pod, type, reason, message);
    recorder.event(source.claim, type, reason, message);
  };
  const about = `for volume ${JSON.stringify(spec.specName)}`;
  if (spec.readOnly) return tell('Warning', 'FileSystemResizeFailed', `MountVolume.NodeExpandVolume failed ${about} requested read-only file system`);
  const claim = await save(parts, fresh, withState(fresh, 'NodeResizeInProgress'));
  try {
    const isStaged = capabilities.has(NODE_CAPABILITY.STAGE_UNSTAGE_VOLUME);
    await driver.client.expand({
      volume_id: spec.handle,
      volume_path: driver.pathFor(paths.target(pod.metadata.uid, spec)),
      capacity_range: { required_bytes: valueOfQuantity(size) },
      staging_target_path: isStaged ? driver.pathFor(paths.staging(spec)) : '',
      volume_capability: capabilityOf(spec, capabilities),
      secrets: spec.secrets.expand ? await credentials(spec.secrets.expand, 'NodeExpandSecretRef', parts.objects) : {},
    });
  } catch (error) {
    const failure = `Expander.NodeExpand failed to expand the volume : ${textOf(error)}`;
    const isGivenUp = isInfeasible(error) || isUnwanted(fresh, size);
    if (isFinal(error)) await save(parts, claim, withFailure(claim, failure, isGivenUp, timeText(parts.clock.now())));
    if (isInUse(error)) return;
    throw new Error(failure);
  }
  tell('Normal', 'FileSystemResizeSuccessful', `MountVolume.NodeExpandVolume succeeded ${about} ${nodeName}`);
  await save(parts, claim, finished(claim, size));
}

/** Whether a size that the node has failed to give is not the one that the claim asks for any more: then the resizer is to begin anew with that. */
const isUnwanted = (claim: PersistentVolumeClaim, size: string): boolean =>
  compareQuantities(requestedStorage(claim), size) !== 0 &&
  (claim.status?.conditions?.some(({ type, status }) => type === 'NodeResizeError' && status === 'True') ?? false);

const save = async ({ client }: ExpansionParts, claim: Live<PersistentVolumeClaim>, status: PersistentVolumeClaimStatus) =>
  claim.status === status ? claim : client.update(persistentVolumeClaims, { ...claim, status }, { subresource: 'status' });

function withState({ status = {} }: PersistentVolumeClaim, state: string): PersistentVolumeClaimStatus {
  if (status.allocatedResourceStatuses?.storage === state) return status;
  return { ...status, allocatedResourceStatuses: { ...status.allocatedResourceStatuses, storage: state } };
}

function withFailure(claim: PersistentVolumeClaim, failure: string, infeasible: boolean, now: string): PersistentVolumeClaimStatus {
  const status = infeasible ? withState(claim, 'NodeResizeInfeasible') : (claim.status ?? {});
  const message = `failed to expand pvc with ${failure}`;
  const known = status.conditions?.find(({ type }) => type === 'NodeResizeError');
  if (known?.status === 'True' && known.message === message) return status;
  const condition: PersistentVolumeClaimCondition = { type: 'NodeResizeError', status: 'True', lastTransitionTime: now, message };
  return { ...status, conditions: [...(status.conditions ?? []).filter(({ type }) => type !== condition.type), condition] };
}

function finished({ status = {} }: PersistentVolumeClaim, size: string): PersistentVolumeClaimStatus {
  const { storage: _, ...states } = status.allocatedResourceStatuses ?? {};
  return {
    ...status,
    capacity: { ...status.capacity, storage: size },
    allocatedResourceStatuses: Object.keys(states).length > 0 ? states : undefined,
    conditions: (status.conditions ?? []).filter(({ type }) => !RESIZE_CONDITIONS.includes(type)),
  };
}
