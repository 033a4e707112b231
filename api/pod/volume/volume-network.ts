import type { Infer } from '../../schema/fields.ts';
import { atomicList, boolean, int32, map, ref, string, struct } from '../../schema/fields.ts';
import { LocalObjectReference } from '../reference.ts';

export const AWSElasticBlockStoreVolumeSource = struct('AWSElasticBlockStoreVolumeSource', 'A disk of AWS.', {
  fsType: string('File system to mount, such as ext4 or xfs; the node chooses, if left out.').optional(),
  partition: int32('Partition to mount; 0 for the whole disk.').optional(),
  readOnly: boolean('Mount it without the right to write.').optional(),
  volumeID: string('Identifier of the volume at the provider.'),
});
export type AWSElasticBlockStoreVolumeSource = Infer<typeof AWSElasticBlockStoreVolumeSource>;

export const AzureDiskVolumeSource = struct('AzureDiskVolumeSource', 'A disk of Azure.', {
  cachingMode: string('None, ReadOnly or ReadWrite.', {
    presence: 'pointer',
    goType: 'AzureDataDiskCachingMode',
    default: 'ReadWrite',
    enum: ['None', 'ReadOnly', 'ReadWrite'],
  }).optional(),
  diskName: string('Name of the disk.'),
  diskURI: string('Location of the disk.'),
  fsType: string('File system to mount.', { presence: 'pointer', default: 'ext4' }).optional(),
  kind: string('Shared, Dedicated or Managed.', {
    presence: 'pointer',
    goType: 'AzureDataDiskKind',
    default: 'Shared',
    enum: ['Dedicated', 'Managed', 'Shared'],
  }).optional(),
  readOnly: boolean('Mount it without the right to write.', { presence: 'pointer', default: false }).optional(),
});
export type AzureDiskVolumeSource = Infer<typeof AzureDiskVolumeSource>;

export const AzureFileVolumeSource = struct('AzureFileVolumeSource', 'A share of Azure.', {
  readOnly: boolean('Mount it without the right to write.').optional(),
  secretName: string("Secret with the account's name and key."),
  shareName: string('Name of the share.'),
});
export type AzureFileVolumeSource = Infer<typeof AzureFileVolumeSource>;

export const CephFSVolumeSource = struct('CephFSVolumeSource', 'A CephFS file system.', {
  monitors: atomicList(string(), 'Addresses of the monitors.'),
  path: string('Root to mount; /, if left out.').optional(),
  readOnly: boolean('Mount it without the right to write.').optional(),
  secretFile: string("File with the user's key.").optional(),
  secretRef: ref(LocalObjectReference, 'Secret with the credentials for the storage.').optional(),
  user: string('User to authenticate as.').optional(),
});
export type CephFSVolumeSource = Infer<typeof CephFSVolumeSource>;

export const CinderVolumeSource = struct('CinderVolumeSource', 'A disk of OpenStack.', {
  fsType: string('File system to mount, such as ext4 or xfs; the node chooses, if left out.').optional(),
  readOnly: boolean('Mount it without the right to write.').optional(),
  secretRef: ref(LocalObjectReference, 'Secret with the credentials for the storage.').optional(),
  volumeID: string('Identifier of the volume at the provider.'),
});
export type CinderVolumeSource = Infer<typeof CinderVolumeSource>;

export const FCVolumeSource = struct('FCVolumeSource', 'A Fibre Channel disk.', {
  fsType: string('File system to mount, such as ext4 or xfs; the node chooses, if left out.').optional(),
  lun: int32('Logical unit.', { presence: 'pointer' }).optional(),
  readOnly: boolean('Mount it without the right to write.').optional(),
  targetWWNs: atomicList(string(), 'World-wide names of the targets.').optional(),
  wwids: atomicList(string(), 'World-wide identifiers of the volume; this, or targets and lun.').optional(),
});
export type FCVolumeSource = Infer<typeof FCVolumeSource>;

export const FlexVolumeSource = struct('FlexVolumeSource', 'A volume of a FlexVolume driver.', {
  driver: string('Name of the driver.'),
  fsType: string('File system to mount, such as ext4 or xfs; the node chooses, if left out.').optional(),
  options: map(string(), 'Settings for the driver.').optional(),
  readOnly: boolean('Mount it without the right to write.').optional(),
  secretRef: ref(LocalObjectReference, 'Secret with the credentials for the storage.').optional(),
});
export type FlexVolumeSource = Infer<typeof FlexVolumeSource>;

export const FlockerVolumeSource = struct('FlockerVolumeSource', 'A Flocker volume.', {
  datasetName: string('Name of the dataset.').optional(),
  datasetUUID: string('Identifier of the dataset.').optional(),
});
export type FlockerVolumeSource = Infer<typeof FlockerVolumeSource>;

export const GCEPersistentDiskVolumeSource = struct('GCEPersistentDiskVolumeSource', 'A disk of Google Cloud.', {
  fsType: string('File system to mount, such as ext4 or xfs; the node chooses, if left out.').optional(),
  partition: int32('Partition to mount; 0 for the whole disk.').optional(),
  pdName: string('Name of the disk.'),
  readOnly: boolean('Mount it without the right to write.').optional(),
});
export type GCEPersistentDiskVolumeSource = Infer<typeof GCEPersistentDiskVolumeSource>;

export const GitRepoVolumeSource = struct('GitRepoVolumeSource', 'A clone of a git repository.', {
  directory: string('Directory to clone into; . for the volume itself.').optional(),
  repository: string('Location of the repository.'),
  revision: string('Commit to check out.').optional(),
});
export type GitRepoVolumeSource = Infer<typeof GitRepoVolumeSource>;

export const GlusterfsVolumeSource = struct('GlusterfsVolumeSource', 'A Glusterfs volume.', {
  endpoints: string('Endpoints object of the cluster.'),
  path: string('Path of the volume.'),
  readOnly: boolean('Mount it without the right to write.').optional(),
});
export type GlusterfsVolumeSource = Infer<typeof GlusterfsVolumeSource>;

export const ISCSIVolumeSource = struct('ISCSIVolumeSource', 'An iSCSI disk.', {
  chapAuthDiscovery: boolean('Authenticate discovery with CHAP.').optional(),
  chapAuthSession: boolean('Authenticate the session with CHAP.').optional(),
  fsType: string('File system to mount, such as ext4 or xfs; the node chooses, if left out.').optional(),
  initiatorName: string('Name of the initiator.', { presence: 'pointer' }).optional(),
  iqn: string('Qualified name of the target.'),
  iscsiInterface: string('Interface to use.', { default: 'default' }).optional(),
  lun: int32('Logical unit.'),
  portals: atomicList(string(), 'Further portals of the target.').optional(),
  readOnly: boolean('Mount it without the right to write.').optional(),
  secretRef: ref(LocalObjectReference, 'Secret with the credentials for the storage.').optional(),
  targetPortal: string('Portal of the target, as address or address:port.'),
});
export type ISCSIVolumeSource = Infer<typeof ISCSIVolumeSource>;

export const NFSVolumeSource = struct('NFSVolumeSource', 'An NFS export.', {
  path: string('Path that the server exports.'),
  readOnly: boolean('Mount it without the right to write.').optional(),
  server: string('Host name or address of the server.'),
});
export type NFSVolumeSource = Infer<typeof NFSVolumeSource>;

export const PhotonPersistentDiskVolumeSource = struct('PhotonPersistentDiskVolumeSource', 'A disk of Photon.', {
  fsType: string('File system to mount, such as ext4 or xfs; the node chooses, if left out.').optional(),
  pdID: string('Identifier of the disk.'),
});
export type PhotonPersistentDiskVolumeSource = Infer<typeof PhotonPersistentDiskVolumeSource>;

export const PortworxVolumeSource = struct('PortworxVolumeSource', 'A Portworx volume.', {
  fsType: string('File system to mount, such as ext4 or xfs; the node chooses, if left out.').optional(),
  readOnly: boolean('Mount it without the right to write.').optional(),
  volumeID: string('Identifier of the volume at the provider.'),
});
export type PortworxVolumeSource = Infer<typeof PortworxVolumeSource>;

export const QuobyteVolumeSource = struct('QuobyteVolumeSource', 'A Quobyte volume.', {
  group: string('Group to mount as.').optional(),
  readOnly: boolean('Mount it without the right to write.').optional(),
  registry: string('Addresses of the registries, with commas between.'),
  tenant: string('Tenant that owns the volume.').optional(),
  user: string('User to authenticate as.').optional(),
  volume: string('Name of the volume.'),
});
export type QuobyteVolumeSource = Infer<typeof QuobyteVolumeSource>;

export const RBDVolumeSource = struct('RBDVolumeSource', 'A Rados block device.', {
  fsType: string('File system to mount, such as ext4 or xfs; the node chooses, if left out.').optional(),
  image: string('Name of the image.'),
  keyring: string("File with the user's key.", { default: '/etc/ceph/keyring' }).optional(),
  monitors: atomicList(string(), 'Addresses of the monitors.'),
  pool: string('Pool of the image.', { default: 'rbd' }).optional(),
  readOnly: boolean('Mount it without the right to write.').optional(),
  secretRef: ref(LocalObjectReference, 'Secret with the credentials for the storage.').optional(),
  user: string('User to authenticate as.', { default: 'admin' }).optional(),
});
export type RBDVolumeSource = Infer<typeof RBDVolumeSource>;

export const ScaleIOVolumeSource = struct('ScaleIOVolumeSource', 'A ScaleIO volume.', {
  fsType: string('File system to mount.', { default: 'xfs' }).optional(),
  gateway: string('Address of the gateway.'),
  protectionDomain: string('Protection domain.').optional(),
  readOnly: boolean('Mount it without the right to write.').optional(),
  secretRef: ref(LocalObjectReference, 'Secret with the credentials for the storage.', { presence: 'pointer' }),
  sslEnabled: boolean('Talk TLS to the gateway.').optional(),
  storageMode: string('ThickProvisioned or ThinProvisioned.', { default: 'ThinProvisioned' }).optional(),
  storagePool: string('Pool of the volume.').optional(),
  system: string('Name of the storage system.'),
  volumeName: string('Name of the volume.').optional(),
});
export type ScaleIOVolumeSource = Infer<typeof ScaleIOVolumeSource>;

export const StorageOSVolumeSource = struct('StorageOSVolumeSource', 'A StorageOS volume.', {
  fsType: string('File system to mount, such as ext4 or xfs; the node chooses, if left out.').optional(),
  readOnly: boolean('Mount it without the right to write.').optional(),
  secretRef: ref(LocalObjectReference, 'Secret with the credentials for the storage.').optional(),
  volumeName: string('Name of the volume.').optional(),
  volumeNamespace: string('Namespace of the volume in StorageOS.').optional(),
});
export type StorageOSVolumeSource = Infer<typeof StorageOSVolumeSource>;

export const VsphereVirtualDiskVolumeSource = struct('VsphereVirtualDiskVolumeSource', 'A disk of vSphere.', {
  fsType: string('File system to mount, such as ext4 or xfs; the node chooses, if left out.').optional(),
  storagePolicyID: string('Identifier of the storage policy.').optional(),
  storagePolicyName: string('Name of the storage policy.').optional(),
  volumePath: string('Path of the disk.'),
});
export type VsphereVirtualDiskVolumeSource = Infer<typeof VsphereVirtualDiskVolumeSource>;
