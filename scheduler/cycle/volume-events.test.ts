import { expect, it } from '@jest/globals';
import { persistentVolumes } from '../../api/kinds/core/persistent-volume/index.ts';
import { persistentVolumeClaims } from '../../api/kinds/core/persistent-volume-claim/index.ts';
import { csiDrivers } from '../../api/kinds/storage/csi-driver.ts';
import type { CSINode } from '../../api/kinds/storage/csi-node.ts';
import { csiNodes } from '../../api/kinds/storage/csi-node.ts';
import { csiStorageCapacities } from '../../api/kinds/storage/csi-storage-capacity.ts';
import { storageClasses } from '../../api/kinds/storage/storage-class.ts';
import { volumeAttachments } from '../../api/kinds/storage/volume-attachment.ts';
import type { Live } from '../../api/meta/object.ts';
import { createStubInformers } from '../../runtime/watch/informers.fixture.ts';
import type { ClusterEvent } from '../plugins/cluster-event.ts';
import { followVolumes } from './volume-events.ts';

const metadata = (name: string) => ({ name, uid: name, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' });
/** A CSINode as it comes from the server: one without drivers has null for them. */
const csiNode = (text: string): Live<CSINode> => ({ metadata: metadata('n'), spec: JSON.parse(text) as CSINode['spec'] });
const taking = (count: number) => csiNode(`{"drivers":[{"name":"d","nodeID":"n","allocatable":{"count":${count}}}]}`);

it('pods that wait for room for their volumes are woken by what may give it', () => {
  const informers = createStubInformers();
  const events: ClusterEvent[] = [];
  const wake = (event: ClusterEvent) => void events.push(event);
  followVolumes(
    {
      claims: informers.of(persistentVolumeClaims),
      volumes: informers.of(persistentVolumes),
      storageClasses: informers.of(storageClasses),
      csiDrivers: informers.of(csiDrivers),
      csiNodes: informers.of(csiNodes),
      csiCapacities: informers.of(csiStorageCapacities),
      attachments: informers.of(volumeAttachments),
    },
    { wake },
  );
  informers.show(csiNodes, csiNode('{"drivers":null}'));
  informers.show(csiNodes, taking(2));
  informers.show(csiNodes, taking(1));
  informers.show(csiNodes, csiNode('{"drivers":null}'));
  const capacity = (amount: string) => ({ metadata: { ...metadata('c'), namespace: 'ns' }, storageClassName: 's', capacity: amount });
  informers.show(csiStorageCapacities, capacity('1Gi'));
  informers.show(csiStorageCapacities, capacity('2Gi'));
  informers.show(csiStorageCapacities, capacity('1Gi'));
  const attachment = { metadata: metadata('a'), spec: { attacher: 'd', nodeName: 'n', source: { persistentVolumeName: 'v' } } };
  informers.show(volumeAttachments, attachment);
  informers.hide(volumeAttachments, attachment);
  informers.show(csiDrivers, { metadata: metadata('d'), spec: { storageCapacity: true } });
  informers.show(csiDrivers, { metadata: metadata('d'), spec: { storageCapacity: false } });
  expect(events).toEqual([
    { name: 'CSINodeAdd' },
    { name: 'CSINodeUpdate', takesMore: true },
    { name: 'CSINodeUpdate', takesMore: false },
    { name: 'CSINodeUpdate', takesMore: false },
    { name: 'CSIStorageCapacityAdd' },
    { name: 'CSIStorageCapacityUpdate' },
    { name: 'VolumeAttachmentDelete' },
    { name: 'CSIDriverAdd' },
    { name: 'CSIDriverUpdate' },
  ]);
});
