import type { Infer } from '../../schema/fields.ts';
import { boolean, map, quantity, ref, string, struct } from '../../schema/fields.ts';
import { LocalObjectReference } from '../reference.ts';
import { PersistentVolumeClaimTemplate } from './persistent-volume-claim.ts';
import {
  AWSElasticBlockStoreVolumeSource,
  AzureDiskVolumeSource,
  AzureFileVolumeSource,
  CephFSVolumeSource,
  CinderVolumeSource,
  FCVolumeSource,
  FlexVolumeSource,
  FlockerVolumeSource,
  GCEPersistentDiskVolumeSource,
  GitRepoVolumeSource,
  GlusterfsVolumeSource,
  ISCSIVolumeSource,
  NFSVolumeSource,
  PhotonPersistentDiskVolumeSource,
  PortworxVolumeSource,
  QuobyteVolumeSource,
  RBDVolumeSource,
  ScaleIOVolumeSource,
  StorageOSVolumeSource,
  VsphereVirtualDiskVolumeSource,
} from './volume-network.ts';
import { ConfigMapVolumeSource, DownwardAPIVolumeSource, ProjectedVolumeSource, SecretVolumeSource } from './volume-projection.ts';

export const EmptyDirVolumeSource = struct('EmptyDirVolumeSource', 'A directory that lives as long as the pod.', {
  medium: string('"" for the node\'s disk, Memory for a tmpfs, or HugePages.', { goType: 'StorageMedium' }).tag(1).optional(),
  sizeLimit: quantity('Most that it may hold.', { presence: 'pointer' }).tag(2).optional(),
});
export type EmptyDirVolumeSource = Infer<typeof EmptyDirVolumeSource>;

export const HostPathVolumeSource = struct('HostPathVolumeSource', 'A path on the node.', {
  path: string('The path.').tag(1),
  type: string('What must be there, such as Directory or FileOrCreate; "" checks nothing.', {
    presence: 'pointer',
    goType: 'HostPathType',
    default: '',
    enum: ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket'],
  })
    .tag(2)
    .optional(),
});
export type HostPathVolumeSource = Infer<typeof HostPathVolumeSource>;

export const CSIVolumeSource = struct('CSIVolumeSource', 'A volume of a CSI driver, made for the pod.', {
  driver: string('Name of the driver.').tag(1),
  fsType: string("File system to mount; the driver's default, if left out.", { presence: 'pointer' }).tag(3).optional(),
  nodePublishSecretRef: ref(LocalObjectReference, 'Secret to hand to the driver.').tag(5).optional(),
  readOnly: boolean('Mount it without the right to write.', { presence: 'pointer' }).tag(2).optional(),
  volumeAttributes: map(string(), 'Settings for the driver.').tag(4).optional(),
});
export type CSIVolumeSource = Infer<typeof CSIVolumeSource>;

export const EphemeralVolumeSource = struct('EphemeralVolumeSource', 'A claim made for the pod, and removed with it.', {
  volumeClaimTemplate: ref(PersistentVolumeClaimTemplate, 'The claim; its name is that of the pod, a dash and that of the volume.').tag(1).optional(),
});
export type EphemeralVolumeSource = Infer<typeof EphemeralVolumeSource>;

export const PersistentVolumeClaimVolumeSource = struct('PersistentVolumeClaimVolumeSource', "A claim in the pod's namespace.", {
  claimName: string('Name of the claim.').tag(1),
  readOnly: boolean('Mount it without the right to write.').tag(2).optional(),
});
export type PersistentVolumeClaimVolumeSource = Infer<typeof PersistentVolumeClaimVolumeSource>;

export const ImageVolumeSource = struct('ImageVolumeSource', 'The content of an image.', {
  pullPolicy: string('When to pull the image.', { goType: 'PullPolicy', enum: ['Always', 'IfNotPresent', 'Never'] })
    .tag(2)
    .optional(),
  reference: string('The image.').tag(1).optional(),
});
export type ImageVolumeSource = Infer<typeof ImageVolumeSource>;

export const Volume = struct('Volume', 'Storage that the containers of a pod can mount: one of these.', {
  awsElasticBlockStore: ref(AWSElasticBlockStoreVolumeSource, 'A disk of AWS; served by CSI.', { embedded: 'VolumeSource' }).tag(2, 4).optional(),
  azureDisk: ref(AzureDiskVolumeSource, 'A disk of Azure; served by CSI.', { embedded: 'VolumeSource' }).tag(2, 22).optional(),
  azureFile: ref(AzureFileVolumeSource, 'A share of Azure; served by CSI.', { embedded: 'VolumeSource' }).tag(2, 18).optional(),
  cephfs: ref(CephFSVolumeSource, 'A CephFS file system.', { embedded: 'VolumeSource' }).tag(2, 14).optional(),
  cinder: ref(CinderVolumeSource, 'A disk of OpenStack; served by CSI.', { embedded: 'VolumeSource' }).tag(2, 13).optional(),
  configMap: ref(ConfigMapVolumeSource, 'A ConfigMap as files.', { embedded: 'VolumeSource' }).tag(2, 19).optional(),
  csi: ref(CSIVolumeSource, 'A volume of a CSI driver.', { embedded: 'VolumeSource' }).tag(2, 28).optional(),
  downwardAPI: ref(DownwardAPIVolumeSource, 'Facts about the pod as files.', { embedded: 'VolumeSource' }).tag(2, 16).optional(),
  emptyDir: ref(EmptyDirVolumeSource, 'A directory that lives as long as the pod.', { embedded: 'VolumeSource' }).tag(2, 2).optional(),
  ephemeral: ref(EphemeralVolumeSource, 'A claim made for the pod.', { embedded: 'VolumeSource' }).tag(2, 29).optional(),
  fc: ref(FCVolumeSource, 'A Fibre Channel disk.', { embedded: 'VolumeSource' }).tag(2, 17).optional(),
  flexVolume: ref(FlexVolumeSource, 'A volume of a FlexVolume driver; old.', { embedded: 'VolumeSource' }).tag(2, 12).optional(),
  flocker: ref(FlockerVolumeSource, 'A Flocker volume; old.', { embedded: 'VolumeSource' }).tag(2, 15).optional(),
  gcePersistentDisk: ref(GCEPersistentDiskVolumeSource, 'A disk of Google Cloud; served by CSI.', { embedded: 'VolumeSource' }).tag(2, 3).optional(),
  gitRepo: ref(GitRepoVolumeSource, 'A clone of a git repository; old.', { embedded: 'VolumeSource' }).tag(2, 5).optional(),
  glusterfs: ref(GlusterfsVolumeSource, 'A Glusterfs volume.', { embedded: 'VolumeSource' }).tag(2, 9).optional(),
  hostPath: ref(HostPathVolumeSource, 'A path on the node.', { embedded: 'VolumeSource' }).tag(2, 1).optional(),
  image: ref(ImageVolumeSource, 'The content of an image.', { embedded: 'VolumeSource' }).tag(2, 30).optional(),
  iscsi: ref(ISCSIVolumeSource, 'An iSCSI disk.', { embedded: 'VolumeSource' }).tag(2, 8).optional(),
  name: string('Name of the volume, a DNS label unique within the pod.').tag(1),
  nfs: ref(NFSVolumeSource, 'An NFS export.', { embedded: 'VolumeSource' }).tag(2, 7).optional(),
  persistentVolumeClaim: ref(PersistentVolumeClaimVolumeSource, "A claim in the pod's namespace.", { embedded: 'VolumeSource' })
    .tag(2, 10)
    .optional(),
  photonPersistentDisk: ref(PhotonPersistentDiskVolumeSource, 'A disk of Photon; old.', { embedded: 'VolumeSource' }).tag(2, 23).optional(),
  portworxVolume: ref(PortworxVolumeSource, 'A Portworx volume; served by CSI.', { embedded: 'VolumeSource' }).tag(2, 24).optional(),
  projected: ref(ProjectedVolumeSource, 'Several sources in one directory.', { embedded: 'VolumeSource' }).tag(2, 26).optional(),
  quobyte: ref(QuobyteVolumeSource, 'A Quobyte volume; old.', { embedded: 'VolumeSource' }).tag(2, 21).optional(),
  rbd: ref(RBDVolumeSource, 'A Rados block device.', { embedded: 'VolumeSource' }).tag(2, 11).optional(),
  scaleIO: ref(ScaleIOVolumeSource, 'A ScaleIO volume; old.', { embedded: 'VolumeSource' }).tag(2, 25).optional(),
  secret: ref(SecretVolumeSource, 'A Secret as files.', { embedded: 'VolumeSource' }).tag(2, 6).optional(),
  storageos: ref(StorageOSVolumeSource, 'A StorageOS volume; old.', { embedded: 'VolumeSource' }).tag(2, 27).optional(),
  vsphereVolume: ref(VsphereVirtualDiskVolumeSource, 'A disk of vSphere; served by CSI.', { embedded: 'VolumeSource' }).tag(2, 20).optional(),
});
export type Volume = Infer<typeof Volume>;
