import { ObjectMeta } from '../../../meta/object-meta.ts';
import { NodeSelector } from '../../../pod/placement/affinity.ts';
import { ObjectReference } from '../../../pod/reference.ts';
import { ACCESS_MODES } from '../../../pod/volume/persistent-volume-claim.ts';
import { HostPathVolumeSource } from '../../../pod/volume/volume.ts';
import {
  AWSElasticBlockStoreVolumeSource,
  AzureDiskVolumeSource,
  FCVolumeSource,
  FlockerVolumeSource,
  GCEPersistentDiskVolumeSource,
  NFSVolumeSource,
  PhotonPersistentDiskVolumeSource,
  PortworxVolumeSource,
  QuobyteVolumeSource,
  VsphereVirtualDiskVolumeSource,
} from '../../../pod/volume/volume-network.ts';
import type { Field, Infer } from '../../../schema/fields.ts';
import { atomicList, namedString, ref, resourceList, string, struct, time, topLevel } from '../../../schema/fields.ts';
import {
  AzureFilePersistentVolumeSource,
  CephFSPersistentVolumeSource,
  CinderPersistentVolumeSource,
  CSIPersistentVolumeSource,
  FlexPersistentVolumeSource,
  GlusterfsPersistentVolumeSource,
  ISCSIPersistentVolumeSource,
  LocalVolumeSource,
  RBDPersistentVolumeSource,
  ScaleIOPersistentVolumeSource,
  StorageOSPersistentVolumeSource,
} from './sources.ts';

export const VolumeNodeAffinity = struct('VolumeNodeAffinity', 'Nodes from which a volume can be reached.', {
  required: ref(NodeSelector, 'The nodes.').tag(1).optional(),
});
export type VolumeNodeAffinity = Infer<typeof VolumeNodeAffinity>;

/** A field of the structure that upstream embeds. */
const source = <T>(structure: Field<T>, description: string): Field<T> => ref(structure, description, { embedded: 'PersistentVolumeSource' });

export const PersistentVolumeSpec = struct('PersistentVolumeSpec', 'The storage of a volume: one of the sources, and how it may be used.', {
  accessModes: atomicList(namedString('PersistentVolumeAccessMode', ACCESS_MODES), 'The ways in which it can be mounted.').tag(3).optional(),
  awsElasticBlockStore: source(AWSElasticBlockStoreVolumeSource, 'A disk of AWS.').tag(2, 2).optional(),
  azureDisk: source(AzureDiskVolumeSource, 'A disk of Azure.').tag(2, 16).optional(),
  azureFile: source(AzureFilePersistentVolumeSource, 'A share of Azure.').tag(2, 13).optional(),
  capacity: resourceList('Its size.').tag(1).optional(),
  cephfs: source(CephFSPersistentVolumeSource, 'A CephFS file system.').tag(2, 9).optional(),
  cinder: source(CinderPersistentVolumeSource, 'A disk of OpenStack.').tag(2, 8).optional(),
  claimRef: ref(ObjectReference, 'The claim that it is bound to.', { 'x-kubernetes-map-type': 'granular' }).tag(4).optional(),
  csi: source(CSIPersistentVolumeSource, 'A volume of a CSI driver.').tag(2, 22).optional(),
  fc: source(FCVolumeSource, 'A Fibre Channel disk.').tag(2, 10).optional(),
  flexVolume: source(FlexPersistentVolumeSource, 'A volume of a FlexVolume driver.').tag(2, 12).optional(),
  flocker: source(FlockerVolumeSource, 'A Flocker volume.').tag(2, 11).optional(),
  gcePersistentDisk: source(GCEPersistentDiskVolumeSource, 'A disk of Google Cloud.').tag(2, 1).optional(),
  glusterfs: source(GlusterfsPersistentVolumeSource, 'A Glusterfs volume.').tag(2, 4).optional(),
  hostPath: source(HostPathVolumeSource, 'A path of one node; for tests.').tag(2, 3).optional(),
  iscsi: source(ISCSIPersistentVolumeSource, 'An iSCSI disk.').tag(2, 7).optional(),
  local: source(LocalVolumeSource, 'A disk or directory of a node.').tag(2, 20).optional(),
  mountOptions: atomicList(string(), 'Mount options; not checked.').tag(7).optional(),
  nfs: source(NFSVolumeSource, 'A share of an NFS server.').tag(2, 5).optional(),
  nodeAffinity: ref(VolumeNodeAffinity, 'Nodes from which it can be reached; all, if left out.').tag(9).optional(),
  persistentVolumeReclaimPolicy: string('Retain, Delete or Recycle: what happens to it when its claim is gone.', {
    goType: 'PersistentVolumeReclaimPolicy',
    enum: ['Delete', 'Recycle', 'Retain'],
  })
    .tag(5)
    .optional(),
  photonPersistentDisk: source(PhotonPersistentDiskVolumeSource, 'A disk of Photon.').tag(2, 17).optional(),
  portworxVolume: source(PortworxVolumeSource, 'A Portworx volume.').tag(2, 18).optional(),
  quobyte: source(QuobyteVolumeSource, 'A Quobyte volume.').tag(2, 15).optional(),
  rbd: source(RBDPersistentVolumeSource, 'A disk of Ceph.').tag(2, 6).optional(),
  scaleIO: source(ScaleIOPersistentVolumeSource, 'A ScaleIO volume.').tag(2, 19).optional(),
  storageClassName: string('StorageClass that it belongs to; none, if empty.').tag(6).optional(),
  storageos: source(StorageOSPersistentVolumeSource, 'A StorageOS volume.').tag(2, 21).optional(),
  volumeAttributesClassName: string('VolumeAttributesClass that it has.', { presence: 'pointer' }).tag(10).optional(),
  volumeMode: string('Filesystem or Block.', { presence: 'pointer', goType: 'PersistentVolumeMode', enum: ['Block', 'Filesystem'] })
    .tag(8)
    .optional(),
  vsphereVolume: source(VsphereVirtualDiskVolumeSource, 'A disk of vSphere.').tag(2, 14).optional(),
});
export type PersistentVolumeSpec = Infer<typeof PersistentVolumeSpec>;

export const PersistentVolumeStatus = struct('PersistentVolumeStatus', 'State of a volume.', {
  lastPhaseTransitionTime: time('When the phase last changed.').tag(4).optional(),
  message: string('Why it is in this state, in words.').tag(2).optional(),
  phase: string('Pending, Available, Bound, Released or Failed.', {
    goType: 'PersistentVolumePhase',
    enum: ['Available', 'Bound', 'Failed', 'Pending', 'Released'],
  })
    .tag(1)
    .optional(),
  reason: string('CamelCase word for a failure.').tag(3).optional(),
});
export type PersistentVolumeStatus = Infer<typeof PersistentVolumeStatus>;

export const PersistentVolume = topLevel('PersistentVolume', 'A piece of storage in the cluster, which claims are bound to.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(PersistentVolumeSpec, 'The storage.', { presence: 'filled' }).tag(2).optional(),
  status: ref(PersistentVolumeStatus, 'What was last observed; written by the system.', { presence: 'filled' }).tag(3).optional(),
});
export type PersistentVolume = Infer<typeof PersistentVolume>;
