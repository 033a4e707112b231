import { openChannel } from '../../../agent/cri/channel.ts';
import { controllerMessages as m } from '../../../agent/csi/csi-driver.fixture.ts';
import { Empty } from '../../../agent/csi/messages.ts';
import { persistentVolumes } from '../../../api/kinds/core/persistent-volume/index.ts';
import { persistentVolumeClaims } from '../../../api/kinds/core/persistent-volume-claim/index.ts';
import { SELECTED_NODE, STORAGE_PROVISIONER } from '../../../api/kinds/core/persistent-volume-claim/volume-binding.ts';
import { requestedStorage, storageOf } from '../../../api/kinds/core/persistent-volume-claim/volume-match.ts';
import { storageClasses } from '../../../api/kinds/storage/storage-class.ts';
import { volumeAttachments } from '../../../api/kinds/storage/volume-attachment.ts';
import { isAlreadyExists, isConflict, isNotFound } from '../../../api/meta/status-error.ts';
import { compareQuantities, valueOfQuantity } from '../../../api/schema/quantity.ts';
import { systemClock } from '../../../base/clock.ts';
import type { InputOf, Message, Of } from '../../../base/protobuf/message.ts';
import type { Client } from '../../../runtime/client/client.ts';

export interface SidecarsOptions {
  readonly driver: string;
  readonly socket: string;
  readonly client: Client;
  /** The driver's own name for each node. */
  readonly nodeId: (node: string) => string;
}

/**
 * Stands in for external-provisioner, external-attacher and external-resizer in one: looks at claims, volumes and attachments every 50 ms and calls
 * the driver's controller. Returns a function that ends it.
 */
export function runSidecars({ driver, socket, client, nodeId }: SidecarsOptions): () => Promise<void> {
  const channel = openChannel(socket, systemClock);
  const call = <In extends Message<unknown, never>, Out extends Message<unknown, never>>(
    method: string,
    request: In,
    response: Out,
    value: InputOf<In>,
  ) => channel.call(`/csi.v1.Controller/${method}`, request as Message<unknown, InputOf<In>>, response as Message<Of<Out>, never>, value);
  const finalizer = `external-attacher/${driver}`;

  const provision = async (): Promise<void> => {
    for (const claim of (await client.list(persistentVolumeClaims)).items) {
      const { annotations = {}, namespace, name, uid } = claim.metadata;
      if (claim.spec?.volumeName || annotations[STORAGE_PROVISIONER] !== driver) continue;
      const storageClass = await client.get(storageClasses, { namespace: '', name: claim.spec?.storageClassName ?? '' });
      if (storageClass.volumeBindingMode === 'WaitForFirstConsumer' && annotations[SELECTED_NODE] === undefined) continue;
      const storage = requestedStorage(claim);
      const volumeName = `pvc-${uid}`;
      const { volume } = await call('CreateVolume', m.CreateVolumeRequest, m.CreateVolumeResponse, {
        name: volumeName,
        capacity_range: { required_bytes: valueOfQuantity(storage) },
      });
      await client.create(persistentVolumes, {
        metadata: { name: volumeName, annotations: { 'pv.kubernetes.io/provisioned-by': driver } },
        spec: {
          capacity: { storage },
          accessModes: claim.spec?.accessModes,
          persistentVolumeReclaimPolicy: storageClass.reclaimPolicy,
          storageClassName: storageClass.metadata.name,
          volumeMode: claim.spec?.volumeMode,
          claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid },
          csi: { driver, volumeHandle: volume?.volume_id ?? '', fsType: 'ext4' },
        },
      });
    }
    for (const { metadata, spec, status } of (await client.list(persistentVolumes)).items) {
      if (status?.phase !== 'Released' || spec?.csi?.driver !== driver || spec.persistentVolumeReclaimPolicy !== 'Delete') continue;
      await call('DeleteVolume', m.DeleteVolumeRequest, Empty, { volume_id: spec.csi.volumeHandle });
      await client.delete(persistentVolumes, { namespace: '', name: metadata.name });
    }
  };

  const attach = async (): Promise<void> => {
    for (const attachment of (await client.list(volumeAttachments)).items) {
      const { metadata, spec, status } = attachment;
      if (spec.attacher !== driver) continue;
      const volume = await client.get(persistentVolumes, { namespace: '', name: spec.source.persistentVolumeName ?? '' });
      const request = { volume_id: volume.spec?.csi?.volumeHandle ?? '', node_id: nodeId(spec.nodeName) };
      const finalizers = metadata.finalizers ?? [];
      if (metadata.deletionTimestamp !== undefined) {
        if (!finalizers.includes(finalizer)) continue;
        await call('ControllerUnpublishVolume', m.ControllerUnpublishVolumeRequest, Empty, request);
        await client.update(volumeAttachments, {
          ...attachment,
          metadata: { ...metadata, finalizers: finalizers.filter((each) => each !== finalizer) },
        });
      } else if (!finalizers.includes(finalizer)) {
        await client.update(volumeAttachments, { ...attachment, metadata: { ...metadata, finalizers: [...finalizers, finalizer] } });
      } else if (!status?.attached) {
        const outcome = await call('ControllerPublishVolume', m.ControllerPublishVolumeRequest, m.ControllerPublishVolumeResponse, request).then(
          (answer) => ({ attached: true, attachmentMetadata: answer.publish_context }),
          (error: Error) => ({ attached: false, attachError: { message: error.message, time: '2026-01-01T00:00:00Z' } }),
        );
        if (!outcome.attached && status?.attachError) continue;
        await client.update(volumeAttachments, { ...attachment, status: outcome }, { subresource: 'status' });
      }
    }
  };

  const resize = async (): Promise<void> => {
    for (const claim of (await client.list(persistentVolumeClaims)).items) {
      const wanted = requestedStorage(claim);
      const state = claim.status?.allocatedResourceStatuses?.storage;
      if (claim.status?.phase !== 'Bound' || state !== undefined || compareQuantities(wanted, storageOf(claim.status.capacity)) <= 0) continue;
      const volume = await client.get(persistentVolumes, { namespace: '', name: claim.spec?.volumeName ?? '' });
      if (volume.spec?.csi?.driver !== driver) continue;
      const range = { required_bytes: valueOfQuantity(wanted) };
      await call('ControllerExpandVolume', m.ControllerExpandVolumeRequest, m.ControllerExpandVolumeResponse, {
        volume_id: volume.spec.csi.volumeHandle,
        capacity_range: range,
      });
      await client.update(persistentVolumes, { ...volume, spec: { ...volume.spec, capacity: { storage: wanted } } });
      const status = {
        ...claim.status,
        allocatedResources: { storage: wanted },
        allocatedResourceStatuses: { storage: 'NodeResizePending' },
        conditions: [{ type: 'FileSystemResizePending', status: 'True' }],
      };
      await client.update(persistentVolumeClaims, { ...claim, status }, { subresource: 'status' });
    }
  };

  let running = true;
  const loops = [provision, attach, resize].map(async (work) => {
    while (running) {
      // Lost races and objects that are gone meanwhile are looked at in the next turn.
      await work().catch((error: unknown) => {
        if (running && !isConflict(error) && !isNotFound(error) && !isAlreadyExists(error)) process.stderr.write(`sidecar: ${String(error)}\n`);
      });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
  return async () => {
    running = false;
    await Promise.all(loops);
    channel.close();
  };
}
