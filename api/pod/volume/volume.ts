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
  medium: string('"" for the node\'s disk, Memory for a tmpfs, or HugePages.', { goType: 'StorageMedium' }).optional(),
  sizeLimit: quantity('Most that it may hold.', { presence: 'pointer' }).optional(),
});
export type EmptyDirVolumeSource = Infer<typeof EmptyDirVolumeSource>;

export const HostPathVolumeSource = struct('HostPathVolumeSource', 'A path on the node.', {
  path: string('The path.'),
  type: string('What must be there, such as Directory or FileOrCreate; "" checks nothing.', {
    presence: 'pointer',
    goType: 'HostPathType',
    default: '',
  }).optional(),
});
export type HostPathVolumeSource = Infer<typeof HostPathVolumeSource>;

export const CSIVolumeSource = struct('CSIVolumeSource', 'A volume of a CSI driver, made for the pod.', {
  driver: string('Name of the driver.'),
  fsType: string("File system to mount; the driver's default, if left out.", { presence: 'pointer' }).optional(),
  nodePublishSecretRef: ref(LocalObjectReference, 'Secret to hand to the driver.').optional(),
  readOnly: boolean('Mount it without the right to write.', { presence: 'pointer' }).optional(),
  volumeAttributes: map(string(), 'Settings for the driver.').optional(),
});
export type CSIVolumeSource = Infer<typeof CSIVolumeSource>;

export const EphemeralVolumeSource = struct('EphemeralVolumeSource', 'A claim made for the pod, and removed with it.', {
  volumeClaimTemplate: ref(PersistentVolumeClaimTemplate, 'The claim; its name is that of the pod, a dash and that of the volume.').optional(),
});
export type EphemeralVolumeSource = Infer<typeof EphemeralVolumeSource>;

export const PersistentVolumeClaimVolumeSource = struct('PersistentVolumeClaimVolumeSource', "A claim in the pod's namespace.", {
  claimName: string('Name of the claim.'),
  readOnly: boolean('Mount it without the right to write.').optional(),
});
export type PersistentVolumeClaimVolumeSource = Infer<typeof PersistentVolumeClaimVolumeSource>;

export const ImageVolumeSource = struct('ImageVolumeSource', 'The content of an image.', {
  pullPolicy: string('When to pull the image.', { goType: 'PullPolicy', enum: ['Always', 'IfNotPresent', 'Never'] }).optional(),
  reference: string('The image.').optional(),
});
export type ImageVolumeSource = Infer<typeof ImageVolumeSource>;

export const Volume = struct('Volume', 'Storage that the containers of a pod can mount: one of these.', {
  awsElasticBlockStore: ref(AWSElasticBlockStoreVolumeSource, 'A disk of AWS; served by CSI.', { embedded: 'VolumeSource' }).optional(),
  azureDisk: ref(AzureDiskVolumeSource, 'A disk of Azure; served by CSI.', { embedded: 'VolumeSource' }).optional(),
  azureFile: ref(AzureFileVolumeSource, 'A share of Azure; served by CSI.', { embedded: 'VolumeSource' }).optional(),
  cephfs: ref(CephFSVolumeSource, 'A CephFS file system.', { embedded: 'VolumeSource' }).optional(),
  cinder: ref(CinderVolumeSource, 'A disk of OpenStack; served by CSI.', { embedded: 'VolumeSource' }).optional(),
  configMap: ref(ConfigMapVolumeSource, 'A ConfigMap as files.', { embedded: 'VolumeSource' }).optional(),
  csi: ref(CSIVolumeSource, 'A volume of a CSI driver.', { embedded: 'VolumeSource' }).optional(),
  downwardAPI: ref(DownwardAPIVolumeSource, 'Facts about the pod as files.', { embedded: 'VolumeSource' }).optional(),
  emptyDir: ref(EmptyDirVolumeSource, 'A directory that lives as long as the pod.', { embedded: 'VolumeSource' }).optional(),
  ephemeral: ref(EphemeralVolumeSource, 'A claim made for the pod.', { embedded: 'VolumeSource' }).optional(),
  fc: ref(FCVolumeSource, 'A Fibre Channel disk.', { embedded: 'VolumeSource' }).optional(),
  flexVolume: ref(FlexVolumeSource, 'A volume of a FlexVolume driver; old.', { embedded: 'VolumeSource' }).optional(),
  flocker: ref(FlockerVolumeSource, 'A Flocker volume; old.', { embedded: 'VolumeSource' }).optional(),
  gcePersistentDisk: ref(GCEPersistentDiskVolumeSource, 'A disk of Google Cloud; served by CSI.', { embedded: 'VolumeSource' }).optional(),
  gitRepo: ref(GitRepoVolumeSource, 'A clone of a git repository; old.', { embedded: 'VolumeSource' }).optional(),
  glusterfs: ref(GlusterfsVolumeSource, 'A Glusterfs volume.', { embedded: 'VolumeSource' }).optional(),
  hostPath: ref(HostPathVolumeSource, 'A path on the node.', { embedded: 'VolumeSource' }).optional(),
  image: ref(ImageVolumeSource, 'The content of an image.', { embedded: 'VolumeSource' }).optional(),
  iscsi: ref(ISCSIVolumeSource, 'An iSCSI disk.', { embedded: 'VolumeSource' }).optional(),
  name: string('Name of the volume, a DNS label unique within the pod.'),
  nfs: ref(NFSVolumeSource, 'An NFS export.', { embedded: 'VolumeSource' }).optional(),
  persistentVolumeClaim: ref(PersistentVolumeClaimVolumeSource, "A claim in the pod's namespace.", { embedded: 'VolumeSource' }).optional(),
  photonPersistentDisk: ref(PhotonPersistentDiskVolumeSource, 'A disk of Photon; old.', { embedded: 'VolumeSource' }).optional(),
  portworxVolume: ref(PortworxVolumeSource, 'A Portworx volume; served by CSI.', { embedded: 'VolumeSource' }).optional(),
  projected: ref(ProjectedVolumeSource, 'Several sources in one directory.', { embedded: 'VolumeSource' }).optional(),
  quobyte: ref(QuobyteVolumeSource, 'A Quobyte volume; old.', { embedded: 'VolumeSource' }).optional(),
  rbd: ref(RBDVolumeSource, 'A Rados block device.', { embedded: 'VolumeSource' }).optional(),
  scaleIO: ref(ScaleIOVolumeSource, 'A ScaleIO volume; old.', { embedded: 'VolumeSource' }).optional(),
  secret: ref(SecretVolumeSource, 'A Secret as files.', { embedded: 'VolumeSource' }).optional(),
  storageos: ref(StorageOSVolumeSource, 'A StorageOS volume; old.', { embedded: 'VolumeSource' }).optional(),
  vsphereVolume: ref(VsphereVirtualDiskVolumeSource, 'A disk of vSphere; served by CSI.', { embedded: 'VolumeSource' }).optional(),
});
export type Volume = Infer<typeof Volume>;
