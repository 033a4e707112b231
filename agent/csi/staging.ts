import { mkdir } from 'node:fs/promises';
import type { ObjectSource } from '../contract/object-source.ts';
import { MountError } from '../contract/pod-volumes.ts';
import type { StorageMetrics } from '../volume/storage-metrics.ts';
import { pluginOfDriver } from '../volume/volume-plugin.ts';
import type { PublishContext } from './attachment.ts';
import { isFinal, textOf } from './driver-errors.ts';
import type { Driver } from './drivers.ts';
import { NODE_CAPABILITY } from './messages.ts';
import { credentials } from './volume-context.ts';
import type { VolumePaths } from './volume-paths.ts';
import { isDevicePath } from './volume-paths.ts';
import { readRecord, removeRecord, removeTarget, writeRecord } from './volume-records.ts';
import type { VolumeSpec } from './volume-spec.ts';
import { capabilityOf } from './volume-spec.ts';

export interface StagingRequest {
  readonly spec: VolumeSpec;
  readonly driver: Driver;
  readonly capabilities: ReadonlySet<number>;
  readonly context: PublishContext;
  readonly attachRequired: boolean;
  /** The pod's group, if the driver is to give the volume to it. */
  readonly group: number | undefined;
}

/** Builds the error of kubelet for a volume that cannot be brought to the node. */
export function deviceError({ block, specName }: VolumeSpec, error: unknown): MountError {
  const step = block ? 'MapVolume.SetUpDevice' : 'MountVolume.MountDevice';
  return new MountError(`${step} failed for volume ${JSON.stringify(specName)} : ${textOf(error)}`, block ? 'FailedMapVolume' : 'FailedMount');
}

/**
 * Brings a volume to the node (NodeStageVolume), where the driver does that apart from mounting it for pods. Its record outlives a failure after
 * which the driver may still be at work.
 */
export async function stage(
  { spec, driver, capabilities, context, attachRequired, group }: StagingRequest,
  paths: VolumePaths,
  objects: ObjectSource,
) {
  const path = paths.staging(spec);
  const record = paths.stagingRecord(spec);
  await writeRecord(record, {
    driverName: spec.driver,
    volumeHandle: spec.handle,
    specVolID: spec.specName,
    path,
    attachRequired: String(attachRequired),
  });
  if (!capabilities.has(NODE_CAPABILITY.STAGE_UNSTAGE_VOLUME)) return;
  await mkdir(path, { recursive: true, mode: 0o750 });
  const secrets = spec.secrets.stage ? await credentials(spec.secrets.stage, 'NodeStageSecretRef', objects) : {};
  try {
    await driver.client.stage({
      volume_id: spec.handle,
      publish_context: context,
      staging_target_path: driver.pathFor(path),
      volume_capability: capabilityOf({ ...spec, mountOptions: spec.block ? [] : spec.mountOptions }, capabilities, group),
      secrets,
      volume_context: spec.attributes,
    });
  } catch (error) {
    if (isFinal(error)) {
      await removeTarget(path);
      await removeRecord(record);
    }
    throw error;
  }
}

/** Takes a volume from the node (NodeUnstageVolume), as its record says. @throws Error if the driver is gone or refuses: the record stays */
export async function unstage(record: string, driverOf: (name: string) => Driver, storage: StorageMetrics): Promise<void> {
  const known = await readRecord(record);
  if (!known) return;
  await storage.operation(pluginOfDriver(known.driverName), isDevicePath(known.path) ? 'unmap_device' : 'unmount_device', async () => {
    const driver = driverOf(known.driverName);
    if ((await driver.client.capabilities()).has(NODE_CAPABILITY.STAGE_UNSTAGE_VOLUME)) {
      await driver.client.unstage({ volume_id: known.volumeHandle, staging_target_path: driver.pathFor(known.path) });
    }
    await removeTarget(known.path);
    await removeRecord(record);
  });
}
