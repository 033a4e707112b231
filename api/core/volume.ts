import type { Infer } from '../schema/fields.ts';
import { boolean, map, quantity, string, struct } from '../schema/fields.ts';
import { PersistentVolumeClaimTemplate } from './persistent-volume-claim.ts';
import { LocalObjectReference } from './reference.ts';
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

export const EmptyDirVolumeSource = struct('EmptyDirVolumeSource', {
  medium: string().optional(),
  sizeLimit: quantity().optional(),
});
export type EmptyDirVolumeSource = Infer<typeof EmptyDirVolumeSource>;

export const HostPathVolumeSource = struct('HostPathVolumeSource', {
  path: string(),
  type: string().optional(),
});
export type HostPathVolumeSource = Infer<typeof HostPathVolumeSource>;

export const CSIVolumeSource = struct('CSIVolumeSource', {
  driver: string(),
  fsType: string().optional(),
  nodePublishSecretRef: LocalObjectReference.optional(),
  readOnly: boolean().optional(),
  volumeAttributes: map(string()).optional(),
});
export type CSIVolumeSource = Infer<typeof CSIVolumeSource>;

export const EphemeralVolumeSource = struct('EphemeralVolumeSource', {
  volumeClaimTemplate: PersistentVolumeClaimTemplate.optional(),
});
export type EphemeralVolumeSource = Infer<typeof EphemeralVolumeSource>;

export const PersistentVolumeClaimVolumeSource = struct('PersistentVolumeClaimVolumeSource', {
  claimName: string(),
  readOnly: boolean().optional(),
});
export type PersistentVolumeClaimVolumeSource = Infer<typeof PersistentVolumeClaimVolumeSource>;

export const ImageVolumeSource = struct('ImageVolumeSource', {
  pullPolicy: string().optional(),
  reference: string().optional(),
});
export type ImageVolumeSource = Infer<typeof ImageVolumeSource>;

export const Volume = struct('Volume', {
  awsElasticBlockStore: AWSElasticBlockStoreVolumeSource.optional(),
  azureDisk: AzureDiskVolumeSource.optional(),
  azureFile: AzureFileVolumeSource.optional(),
  cephfs: CephFSVolumeSource.optional(),
  cinder: CinderVolumeSource.optional(),
  configMap: ConfigMapVolumeSource.optional(),
  csi: CSIVolumeSource.optional(),
  downwardAPI: DownwardAPIVolumeSource.optional(),
  emptyDir: EmptyDirVolumeSource.optional(),
  ephemeral: EphemeralVolumeSource.optional(),
  fc: FCVolumeSource.optional(),
  flexVolume: FlexVolumeSource.optional(),
  flocker: FlockerVolumeSource.optional(),
  gcePersistentDisk: GCEPersistentDiskVolumeSource.optional(),
  gitRepo: GitRepoVolumeSource.optional(),
  glusterfs: GlusterfsVolumeSource.optional(),
  hostPath: HostPathVolumeSource.optional(),
  image: ImageVolumeSource.optional(),
  iscsi: ISCSIVolumeSource.optional(),
  name: string(),
  nfs: NFSVolumeSource.optional(),
  persistentVolumeClaim: PersistentVolumeClaimVolumeSource.optional(),
  photonPersistentDisk: PhotonPersistentDiskVolumeSource.optional(),
  portworxVolume: PortworxVolumeSource.optional(),
  projected: ProjectedVolumeSource.optional(),
  quobyte: QuobyteVolumeSource.optional(),
  rbd: RBDVolumeSource.optional(),
  scaleIO: ScaleIOVolumeSource.optional(),
  secret: SecretVolumeSource.optional(),
  storageos: StorageOSVolumeSource.optional(),
  vsphereVolume: VsphereVirtualDiskVolumeSource.optional(),
});
export type Volume = Infer<typeof Volume>;
