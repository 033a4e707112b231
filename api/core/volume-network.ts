import type { Infer } from '../schema/fields.ts';
import { boolean, int32, list, map, string, struct } from '../schema/fields.ts';
import { LocalObjectReference } from './reference.ts';

export const AWSElasticBlockStoreVolumeSource = struct('AWSElasticBlockStoreVolumeSource', {
  fsType: string().optional(),
  partition: int32().optional(),
  readOnly: boolean().optional(),
  volumeID: string(),
});
export type AWSElasticBlockStoreVolumeSource = Infer<typeof AWSElasticBlockStoreVolumeSource>;

export const AzureDiskVolumeSource = struct('AzureDiskVolumeSource', {
  cachingMode: string().optional(),
  diskName: string(),
  diskURI: string(),
  fsType: string().optional(),
  kind: string().optional(),
  readOnly: boolean().optional(),
});
export type AzureDiskVolumeSource = Infer<typeof AzureDiskVolumeSource>;

export const AzureFileVolumeSource = struct('AzureFileVolumeSource', {
  readOnly: boolean().optional(),
  secretName: string(),
  shareName: string(),
});
export type AzureFileVolumeSource = Infer<typeof AzureFileVolumeSource>;

export const CephFSVolumeSource = struct('CephFSVolumeSource', {
  monitors: list(string()),
  path: string().optional(),
  readOnly: boolean().optional(),
  secretFile: string().optional(),
  secretRef: LocalObjectReference.optional(),
  user: string().optional(),
});
export type CephFSVolumeSource = Infer<typeof CephFSVolumeSource>;

export const CinderVolumeSource = struct('CinderVolumeSource', {
  fsType: string().optional(),
  readOnly: boolean().optional(),
  secretRef: LocalObjectReference.optional(),
  volumeID: string(),
});
export type CinderVolumeSource = Infer<typeof CinderVolumeSource>;

export const FCVolumeSource = struct('FCVolumeSource', {
  fsType: string().optional(),
  lun: int32().optional(),
  readOnly: boolean().optional(),
  targetWWNs: list(string()).optional(),
  wwids: list(string()).optional(),
});
export type FCVolumeSource = Infer<typeof FCVolumeSource>;

export const FlexVolumeSource = struct('FlexVolumeSource', {
  driver: string(),
  fsType: string().optional(),
  options: map(string()).optional(),
  readOnly: boolean().optional(),
  secretRef: LocalObjectReference.optional(),
});
export type FlexVolumeSource = Infer<typeof FlexVolumeSource>;

export const FlockerVolumeSource = struct('FlockerVolumeSource', {
  datasetName: string().optional(),
  datasetUUID: string().optional(),
});
export type FlockerVolumeSource = Infer<typeof FlockerVolumeSource>;

export const GCEPersistentDiskVolumeSource = struct('GCEPersistentDiskVolumeSource', {
  fsType: string().optional(),
  partition: int32().optional(),
  pdName: string(),
  readOnly: boolean().optional(),
});
export type GCEPersistentDiskVolumeSource = Infer<typeof GCEPersistentDiskVolumeSource>;

export const GitRepoVolumeSource = struct('GitRepoVolumeSource', {
  directory: string().optional(),
  repository: string(),
  revision: string().optional(),
});
export type GitRepoVolumeSource = Infer<typeof GitRepoVolumeSource>;

export const GlusterfsVolumeSource = struct('GlusterfsVolumeSource', {
  endpoints: string(),
  path: string(),
  readOnly: boolean().optional(),
});
export type GlusterfsVolumeSource = Infer<typeof GlusterfsVolumeSource>;

export const ISCSIVolumeSource = struct('ISCSIVolumeSource', {
  chapAuthDiscovery: boolean().optional(),
  chapAuthSession: boolean().optional(),
  fsType: string().optional(),
  initiatorName: string().optional(),
  iqn: string(),
  iscsiInterface: string().optional(),
  lun: int32(),
  portals: list(string()).optional(),
  readOnly: boolean().optional(),
  secretRef: LocalObjectReference.optional(),
  targetPortal: string(),
});
export type ISCSIVolumeSource = Infer<typeof ISCSIVolumeSource>;

export const NFSVolumeSource = struct('NFSVolumeSource', {
  path: string(),
  readOnly: boolean().optional(),
  server: string(),
});
export type NFSVolumeSource = Infer<typeof NFSVolumeSource>;

export const PhotonPersistentDiskVolumeSource = struct('PhotonPersistentDiskVolumeSource', {
  fsType: string().optional(),
  pdID: string(),
});
export type PhotonPersistentDiskVolumeSource = Infer<typeof PhotonPersistentDiskVolumeSource>;

export const PortworxVolumeSource = struct('PortworxVolumeSource', {
  fsType: string().optional(),
  readOnly: boolean().optional(),
  volumeID: string(),
});
export type PortworxVolumeSource = Infer<typeof PortworxVolumeSource>;

export const QuobyteVolumeSource = struct('QuobyteVolumeSource', {
  group: string().optional(),
  readOnly: boolean().optional(),
  registry: string(),
  tenant: string().optional(),
  user: string().optional(),
  volume: string(),
});
export type QuobyteVolumeSource = Infer<typeof QuobyteVolumeSource>;

export const RBDVolumeSource = struct('RBDVolumeSource', {
  fsType: string().optional(),
  image: string(),
  keyring: string().optional(),
  monitors: list(string()),
  pool: string().optional(),
  readOnly: boolean().optional(),
  secretRef: LocalObjectReference.optional(),
  user: string().optional(),
});
export type RBDVolumeSource = Infer<typeof RBDVolumeSource>;

export const ScaleIOVolumeSource = struct('ScaleIOVolumeSource', {
  fsType: string().optional(),
  gateway: string(),
  protectionDomain: string().optional(),
  readOnly: boolean().optional(),
  secretRef: LocalObjectReference,
  sslEnabled: boolean().optional(),
  storageMode: string().optional(),
  storagePool: string().optional(),
  system: string(),
  volumeName: string().optional(),
});
export type ScaleIOVolumeSource = Infer<typeof ScaleIOVolumeSource>;

export const StorageOSVolumeSource = struct('StorageOSVolumeSource', {
  fsType: string().optional(),
  readOnly: boolean().optional(),
  secretRef: LocalObjectReference.optional(),
  volumeName: string().optional(),
  volumeNamespace: string().optional(),
});
export type StorageOSVolumeSource = Infer<typeof StorageOSVolumeSource>;

export const VsphereVirtualDiskVolumeSource = struct('VsphereVirtualDiskVolumeSource', {
  fsType: string().optional(),
  storagePolicyID: string().optional(),
  storagePolicyName: string().optional(),
  volumePath: string(),
});
export type VsphereVirtualDiskVolumeSource = Infer<typeof VsphereVirtualDiskVolumeSource>;
