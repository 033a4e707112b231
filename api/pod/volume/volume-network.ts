import type { Infer } from '../../schema/fields.ts';
import { atomicList, boolean, int32, map, ref, string, struct } from '../../schema/fields.ts';
import { LocalObjectReference } from '../reference.ts';

export const AWSElasticBlockStoreVolumeSource = struct('AWSElasticBlockStoreVolumeSource', 'A disk of AWS.', {
  fsType: string('File system to mount, such as ext4 or xfs; the node chooses, if left out.').tag(2).optional(),
  partition: int32('Partition to mount; 0 for the whole disk.').tag(3).optional(),
  readOnly: boolean('Mount it without the right to write.').tag(4).optional(),
  volumeID: string('Identifier of the volume at the provider.').tag(1),
});
export type AWSElasticBlockStoreVolumeSource = Infer<typeof AWSElasticBlockStoreVolumeSource>;

export const AzureDiskVolumeSource = struct('AzureDiskVolumeSource', 'A disk of Azure.', {
  cachingMode: string('None, ReadOnly or ReadWrite.', {
    presence: 'pointer',
    goType: 'AzureDataDiskCachingMode',
    default: 'ReadWrite',
    enum: ['None', 'ReadOnly', 'ReadWrite'],
    published: 'ReadWrite',
  })
    .tag(3)
    .optional(),
  diskName: string('Name of the disk.').tag(1),
  diskURI: string('Location of the disk.').tag(2),
  fsType: string('File system to mount.', { presence: 'pointer', default: 'ext4', published: 'ext4' }).tag(4).optional(),
  kind: string('Shared, Dedicated or Managed.', {
    presence: 'pointer',
    goType: 'AzureDataDiskKind',
    default: 'Shared',
    enum: ['Dedicated', 'Managed', 'Shared'],
    published: 'Shared',
  })
    .tag(6)
    .optional(),
  readOnly: boolean('Mount it without the right to write.', { presence: 'pointer', default: false, published: false }).tag(5).optional(),
});
export type AzureDiskVolumeSource = Infer<typeof AzureDiskVolumeSource>;

export const AzureFileVolumeSource = struct('AzureFileVolumeSource', 'A share of Azure.', {
  readOnly: boolean('Mount it without the right to write.').tag(3).optional(),
  secretName: string("Secret with the account's name and key.").tag(1),
  shareName: string('Name of the share.').tag(2),
});
export type AzureFileVolumeSource = Infer<typeof AzureFileVolumeSource>;

export const CephFSVolumeSource = struct('CephFSVolumeSource', 'A CephFS file system.', {
  monitors: atomicList(string(), 'Addresses of the monitors.').tag(1),
  path: string('Root to mount; /, if left out.').tag(2).optional(),
  readOnly: boolean('Mount it without the right to write.').tag(6).optional(),
  secretFile: string("File with the user's key.").tag(4).optional(),
  secretRef: ref(LocalObjectReference, 'Secret with the credentials for the storage.').tag(5).optional(),
  user: string('User to authenticate as.').tag(3).optional(),
});
export type CephFSVolumeSource = Infer<typeof CephFSVolumeSource>;

export const CinderVolumeSource = struct('CinderVolumeSource', 'A disk of OpenStack.', {
  fsType: string('File system to mount, such as ext4 or xfs; the node chooses, if left out.').tag(2).optional(),
  readOnly: boolean('Mount it without the right to write.').tag(3).optional(),
  secretRef: ref(LocalObjectReference, 'Secret with the credentials for the storage.').tag(4).optional(),
  volumeID: string('Identifier of the volume at the provider.').tag(1),
});
export type CinderVolumeSource = Infer<typeof CinderVolumeSource>;

export const FCVolumeSource = struct('FCVolumeSource', 'A Fibre Channel disk.', {
  fsType: string('File system to mount, such as ext4 or xfs; the node chooses, if left out.').tag(3).optional(),
  lun: int32('Logical unit.', { presence: 'pointer' }).tag(2).optional(),
  readOnly: boolean('Mount it without the right to write.').tag(4).optional(),
  targetWWNs: atomicList(string(), 'World-wide names of the targets.').tag(1).optional(),
  wwids: atomicList(string(), 'World-wide identifiers of the volume; this, or targets and lun.').tag(5).optional(),
});
export type FCVolumeSource = Infer<typeof FCVolumeSource>;

export const FlexVolumeSource = struct('FlexVolumeSource', 'A volume of a FlexVolume driver.', {
  driver: string('Name of the driver.').tag(1),
  fsType: string('File system to mount, such as ext4 or xfs; the node chooses, if left out.').tag(2).optional(),
  options: map(string(), 'Settings for the driver.').tag(5).optional(),
  readOnly: boolean('Mount it without the right to write.').tag(4).optional(),
  secretRef: ref(LocalObjectReference, 'Secret with the credentials for the storage.').tag(3).optional(),
});
export type FlexVolumeSource = Infer<typeof FlexVolumeSource>;

export const FlockerVolumeSource = struct('FlockerVolumeSource', 'A Flocker volume.', {
  datasetName: string('Name of the dataset.').tag(1).optional(),
  datasetUUID: string('Identifier of the dataset.').tag(2).optional(),
});
export type FlockerVolumeSource = Infer<typeof FlockerVolumeSource>;

export const GCEPersistentDiskVolumeSource = struct('GCEPersistentDiskVolumeSource', 'A disk of Google Cloud.', {
  fsType: string('File system to mount, such as ext4 or xfs; the node chooses, if left out.').tag(2).optional(),
  partition: int32('Partition to mount; 0 for the whole disk.').tag(3).optional(),
  pdName: string('Name of the disk.').tag(1),
  readOnly: boolean('Mount it without the right to write.').tag(4).optional(),
});
export type GCEPersistentDiskVolumeSource = Infer<typeof GCEPersistentDiskVolumeSource>;

export const GitRepoVolumeSource = struct('GitRepoVolumeSource', 'A clone of a git repository.', {
  directory: string('Directory to clone into; . for the volume itself.').tag(3).optional(),
  repository: string('Location of the repository.').tag(1),
  revision: string('Commit to check out.').tag(2).optional(),
});
export type GitRepoVolumeSource = Infer<typeof GitRepoVolumeSource>;

export const GlusterfsVolumeSource = struct('GlusterfsVolumeSource', 'A Glusterfs volume.', {
  endpoints: string('Endpoints object of the cluster.').tag(1),
  path: string('Path of the volume.').tag(2),
  readOnly: boolean('Mount it without the right to write.').tag(3).optional(),
});
export type GlusterfsVolumeSource = Infer<typeof GlusterfsVolumeSource>;

export const ISCSIVolumeSource = struct('ISCSIVolumeSource', 'An iSCSI disk.', {
  chapAuthDiscovery: boolean('Authenticate discovery with CHAP.').tag(8).optional(),
  chapAuthSession: boolean('Authenticate the session with CHAP.').tag(11).optional(),
  fsType: string('File system to mount, such as ext4 or xfs; the node chooses, if left out.').tag(5).optional(),
  initiatorName: string('Name of the initiator.', { presence: 'pointer' }).tag(12).optional(),
  iqn: string('Qualified name of the target.').tag(2),
  iscsiInterface: string('Interface to use.', { default: 'default', published: 'default' }).tag(4).optional(),
  lun: int32('Logical unit.').tag(3),
  portals: atomicList(string(), 'Further portals of the target.').tag(7).optional(),
  readOnly: boolean('Mount it without the right to write.').tag(6).optional(),
  secretRef: ref(LocalObjectReference, 'Secret with the credentials for the storage.').tag(10).optional(),
  targetPortal: string('Portal of the target, as address or address:port.').tag(1),
});
export type ISCSIVolumeSource = Infer<typeof ISCSIVolumeSource>;

export const NFSVolumeSource = struct('NFSVolumeSource', 'An NFS export.', {
  path: string('Path that the server exports.').tag(2),
  readOnly: boolean('Mount it without the right to write.').tag(3).optional(),
  server: string('Host name or address of the server.').tag(1),
});
export type NFSVolumeSource = Infer<typeof NFSVolumeSource>;

export const PhotonPersistentDiskVolumeSource = struct('PhotonPersistentDiskVolumeSource', 'A disk of Photon.', {
  fsType: string('File system to mount, such as ext4 or xfs; the node chooses, if left out.').tag(2).optional(),
  pdID: string('Identifier of the disk.').tag(1),
});
export type PhotonPersistentDiskVolumeSource = Infer<typeof PhotonPersistentDiskVolumeSource>;

export const PortworxVolumeSource = struct('PortworxVolumeSource', 'A Portworx volume.', {
  fsType: string('File system to mount, such as ext4 or xfs; the node chooses, if left out.').tag(2).optional(),
  readOnly: boolean('Mount it without the right to write.').tag(3).optional(),
  volumeID: string('Identifier of the volume at the provider.').tag(1),
});
export type PortworxVolumeSource = Infer<typeof PortworxVolumeSource>;

export const QuobyteVolumeSource = struct('QuobyteVolumeSource', 'A Quobyte volume.', {
  group: string('Group to mount as.').tag(5).optional(),
  readOnly: boolean('Mount it without the right to write.').tag(3).optional(),
  registry: string('Addresses of the registries, with commas between.').tag(1),
  tenant: string('Tenant that owns the volume.').tag(6).optional(),
  user: string('User to authenticate as.').tag(4).optional(),
  volume: string('Name of the volume.').tag(2),
});
export type QuobyteVolumeSource = Infer<typeof QuobyteVolumeSource>;

export const RBDVolumeSource = struct('RBDVolumeSource', 'A Rados block device.', {
  fsType: string('File system to mount, such as ext4 or xfs; the node chooses, if left out.').tag(3).optional(),
  image: string('Name of the image.').tag(2),
  keyring: string("File with the user's key.", { default: '/etc/ceph/keyring', published: '/etc/ceph/keyring' }).tag(6).optional(),
  monitors: atomicList(string(), 'Addresses of the monitors.').tag(1),
  pool: string('Pool of the image.', { default: 'rbd', published: 'rbd' }).tag(4).optional(),
  readOnly: boolean('Mount it without the right to write.').tag(8).optional(),
  secretRef: ref(LocalObjectReference, 'Secret with the credentials for the storage.').tag(7).optional(),
  user: string('User to authenticate as.', { default: 'admin', published: 'admin' }).tag(5).optional(),
});
export type RBDVolumeSource = Infer<typeof RBDVolumeSource>;

export const ScaleIOVolumeSource = struct('ScaleIOVolumeSource', 'A ScaleIO volume.', {
  fsType: string('File system to mount.', { default: 'xfs', published: 'xfs' }).tag(9).optional(),
  gateway: string('Address of the gateway.').tag(1),
  protectionDomain: string('Protection domain.').tag(5).optional(),
  readOnly: boolean('Mount it without the right to write.').tag(10).optional(),
  secretRef: ref(LocalObjectReference, 'Secret with the credentials for the storage.', { presence: 'null' }).tag(3),
  sslEnabled: boolean('Talk TLS to the gateway.').tag(4).optional(),
  storageMode: string('ThickProvisioned or ThinProvisioned.', { default: 'ThinProvisioned', published: 'ThinProvisioned' }).tag(7).optional(),
  storagePool: string('Pool of the volume.').tag(6).optional(),
  system: string('Name of the storage system.').tag(2),
  volumeName: string('Name of the volume.').tag(8).optional(),
});
export type ScaleIOVolumeSource = Infer<typeof ScaleIOVolumeSource>;

export const StorageOSVolumeSource = struct('StorageOSVolumeSource', 'A StorageOS volume.', {
  fsType: string('File system to mount, such as ext4 or xfs; the node chooses, if left out.').tag(3).optional(),
  readOnly: boolean('Mount it without the right to write.').tag(4).optional(),
  secretRef: ref(LocalObjectReference, 'Secret with the credentials for the storage.').tag(5).optional(),
  volumeName: string('Name of the volume.').tag(1).optional(),
  volumeNamespace: string('Namespace of the volume in StorageOS.').tag(2).optional(),
});
export type StorageOSVolumeSource = Infer<typeof StorageOSVolumeSource>;

export const VsphereVirtualDiskVolumeSource = struct('VsphereVirtualDiskVolumeSource', 'A disk of vSphere.', {
  fsType: string('File system to mount, such as ext4 or xfs; the node chooses, if left out.').tag(2).optional(),
  storagePolicyID: string('Identifier of the storage policy.').tag(4).optional(),
  storagePolicyName: string('Name of the storage policy.').tag(3).optional(),
  volumePath: string('Path of the disk.').tag(1),
});
export type VsphereVirtualDiskVolumeSource = Infer<typeof VsphereVirtualDiskVolumeSource>;
