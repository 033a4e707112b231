import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CSIDriver } from '../../api/kinds/storage/csi-driver.ts';
import { attachmentName } from '../../api/kinds/storage/csi-names.ts';
import type { CsiWish } from '../contract/csi-volumes.ts';
import type { ObjectSource } from '../contract/object-source.ts';
import { MountError } from '../contract/pod-volumes.ts';
import { giveToGroup } from '../volume/ownership.ts';
import type { TokenSource } from '../volume/token-source.ts';
import type { PublishContext } from './attachment.ts';
import { isFinal, textOf } from './driver-errors.ts';
import type { Driver } from './drivers.ts';
import { NODE_CAPABILITY } from './messages.ts';
import { credentials, podInfo, podTokens } from './volume-context.ts';
import type { VolumePaths } from './volume-paths.ts';
import { readRecord, removeRecord, removeTarget, writeRecord } from './volume-records.ts';
import type { VolumeSpec } from './volume-spec.ts';
import { capabilityOf } from './volume-spec.ts';

export interface PublicationRequest {
  readonly wish: CsiWish;
  readonly spec: VolumeSpec;
  readonly driver: Driver;
  readonly capabilities: ReadonlySet<number>;
  readonly context: PublishContext;
  /** The driver's CSIDriver object, if it has one. */
  readonly declared: CSIDriver | undefined;
  /** The pod has the volume already: a failure takes nothing away. */
  readonly again: boolean;
}

export interface PublicationParts {
  readonly nodeName: string;
  readonly paths: VolumePaths;
  readonly objects: ObjectSource;
  readonly tokens: TokenSource;
}

/** Builds the error of kubelet for a volume that cannot be mounted for a pod. */
export function publicationError({ block, specName }: VolumeSpec, error: unknown): MountError {
  const step = block ? 'MapVolume.MapPodDevice' : 'MountVolume.SetUp';
  return new MountError(`${step} failed for volume ${JSON.stringify(specName)} : ${textOf(error)}`, block ? 'FailedMapVolume' : 'FailedMount');
}

/** Whether kubelet gives a volume to the pod's group, by the policy of its driver. */
export function givesToGroup(spec: VolumeSpec, policy = 'ReadWriteOnceWithFSType'): boolean {
  if (spec.block || spec.readOnly || policy === 'None') return false;
  if (policy === 'File') return true;
  return spec.fsType !== '' && spec.accessModes.some((mode) => mode === 'ReadWriteOnce' || mode === 'ReadWriteOncePod');
}

/** Mounts a volume for a pod (NodePublishVolume), and gives it to the pod's group. Resolves with its path. */
export async function publish(request: PublicationRequest, parts: PublicationParts): Promise<string> {
  const { wish, spec, driver, capabilities, context, declared, again } = request;
  const { paths, nodeName, objects, tokens } = parts;
  const { uid } = wish.pod.metadata;
  const path = paths.target(uid, spec);
  const record = paths.record(uid, spec);
  const { fsGroup, fsGroupChangePolicy } = wish.pod.spec?.securityContext ?? {};
  const driverGives = capabilities.has(NODE_CAPABILITY.VOLUME_MOUNT_GROUP);
  const secret = spec.secrets.publish;
  const given = await podTokens(wish, declared, tokens);
  const inSecrets = declared?.spec.serviceAccountTokenInSecrets ?? false;
  const secrets = { ...(secret ? await credentials(secret, 'NodePublishSecretRef', objects) : {}), ...(inSecrets ? given : {}) };
  const attributes = { ...spec.attributes, ...(declared?.spec.podInfoOnMount ? podInfo(wish, spec) : {}), ...(inSecrets ? {} : given) };
  await mkdir(dirname(path), { recursive: true, mode: 0o750 });
  await writeRecord(record, {
    specVolID: spec.specName,
    volumeHandle: spec.handle,
    driverName: spec.driver,
    nodeName,
    volumeLifecycleMode: spec.lifecycle,
    attachmentID: attachmentName(spec, nodeName),
    path,
  });
  const isStaged = spec.lifecycle === 'Persistent' && capabilities.has(NODE_CAPABILITY.STAGE_UNSTAGE_VOLUME);
  try {
    await driver.client.publish({
      volume_id: spec.handle,
      publish_context: context,
      staging_target_path: isStaged ? driver.pathFor(paths.staging(spec)) : '',
      target_path: driver.pathFor(path),
      volume_capability: capabilityOf(
        { ...spec, mountOptions: spec.block ? [] : spec.mountOptions },
        capabilities,
        driverGives ? fsGroup : undefined,
      ),
      readonly: spec.readOnly,
      secrets,
      volume_context: attributes,
    });
  } catch (error) {
    if (isFinal(error) && !again) {
      await removeTarget(path);
      await removeRecord(record);
    }
    throw error;
  }
  if (fsGroup !== undefined && !driverGives && givesToGroup(spec, declared?.spec.fsGroupPolicy)) {
    await giveToGroup(path, fsGroup, fsGroupChangePolicy).catch((error: unknown) => {
      throw new Error(`applyFSGroup failed for vol ${spec.handle}: ${textOf(error)}`);
    });
  }
  return path;
}

/** Takes a volume from a pod (NodeUnpublishVolume), as its record says. @throws Error if the driver is gone or refuses: the record stays */
export async function unpublish(record: string, driverOf: (name: string) => Driver): Promise<void> {
  const known = await readRecord(record);
  if (!known) return;
  const driver = driverOf(known.driverName);
  await driver.client.unpublish({ volume_id: known.volumeHandle, target_path: driver.pathFor(known.path) });
  await removeTarget(known.path);
  await removeRecord(record);
}
