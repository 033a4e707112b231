import { ObjectReference, SecretReference } from '../../../pod/reference.ts';
import type { Infer } from '../../../schema/fields.ts';
import { atomicList, boolean, int32, map, ref, string, struct } from '../../../schema/fields.ts';

/** The sources of volumes that differ from those of pods: their Secrets and Endpoints may be in any namespace. */

const FS_TYPE = 'File system to mount, such as ext4 or xfs; the node chooses, if left out.';
const READ_ONLY = 'Mount it without the right to write.';
const CREDENTIALS = 'Secret with the credentials for the storage.';

export const AzureFilePersistentVolumeSource = struct('AzureFilePersistentVolumeSource', 'A share of Azure.', {
  readOnly: boolean(READ_ONLY).tag(3).optional(),
  secretName: string("Secret with the account's name and key.").tag(1),
  secretNamespace: string('Namespace of the Secret; that of the claim, if left out.', { presence: 'pointer' }).tag(4).optional(),
  shareName: string('Name of the share.').tag(2),
});
export type AzureFilePersistentVolumeSource = Infer<typeof AzureFilePersistentVolumeSource>;

export const CephFSPersistentVolumeSource = struct('CephFSPersistentVolumeSource', 'A CephFS file system.', {
  monitors: atomicList(string(), 'Addresses of the monitors.', { presence: 'null' }).tag(1),
  path: string('Root to mount; /, if left out.').tag(2).optional(),
  readOnly: boolean(READ_ONLY).tag(6).optional(),
  secretFile: string("File with the user's key.").tag(4).optional(),
  secretRef: ref(SecretReference, CREDENTIALS).tag(5).optional(),
  user: string('User to authenticate as.').tag(3).optional(),
});

export const CinderPersistentVolumeSource = struct('CinderPersistentVolumeSource', 'A disk of OpenStack.', {
  fsType: string(FS_TYPE).tag(2).optional(),
  readOnly: boolean(READ_ONLY).tag(3).optional(),
  secretRef: ref(SecretReference, CREDENTIALS).tag(4).optional(),
  volumeID: string('Identifier of the volume at the provider.').tag(1),
});
export type CinderPersistentVolumeSource = Infer<typeof CinderPersistentVolumeSource>;

export const CSIPersistentVolumeSource = struct('CSIPersistentVolumeSource', 'A volume of a CSI driver.', {
  controllerExpandSecretRef: ref(SecretReference, 'Secret for making the volume larger.').tag(9).optional(),
  controllerPublishSecretRef: ref(SecretReference, 'Secret for attaching and detaching it.').tag(6).optional(),
  driver: string('Name of the driver.').tag(1),
  fsType: string(FS_TYPE).tag(4).optional(),
  nodeExpandSecretRef: ref(SecretReference, 'Secret for making it larger on the node.').tag(10).optional(),
  nodePublishSecretRef: ref(SecretReference, 'Secret for mounting it for a pod.').tag(8).optional(),
  nodeStageSecretRef: ref(SecretReference, 'Secret for mounting it on the node.').tag(7).optional(),
  readOnly: boolean(READ_ONLY).tag(3).optional(),
  volumeAttributes: map(string(), 'Attributes of the volume, for the driver.').tag(5).optional(),
  volumeHandle: string("The driver's own name for the volume. Never changes.").tag(2),
});
export type CSIPersistentVolumeSource = Infer<typeof CSIPersistentVolumeSource>;

export const FlexPersistentVolumeSource = struct('FlexPersistentVolumeSource', 'A volume of a FlexVolume driver.', {
  driver: string('Name of the driver.').tag(1),
  fsType: string(FS_TYPE).tag(2).optional(),
  options: map(string(), 'Settings for the driver.').tag(5).optional(),
  readOnly: boolean(READ_ONLY).tag(4).optional(),
  secretRef: ref(SecretReference, CREDENTIALS).tag(3).optional(),
});

export const GlusterfsPersistentVolumeSource = struct('GlusterfsPersistentVolumeSource', 'A Glusterfs volume.', {
  endpoints: string('Endpoints object of the cluster.').tag(1),
  endpointsNamespace: string('Namespace of the Endpoints; that of the claim, if left out.', { presence: 'pointer' }).tag(4).optional(),
  path: string('Path of the volume.').tag(2),
  readOnly: boolean(READ_ONLY).tag(3).optional(),
});
export type GlusterfsPersistentVolumeSource = Infer<typeof GlusterfsPersistentVolumeSource>;

export const ISCSIPersistentVolumeSource = struct('ISCSIPersistentVolumeSource', 'An iSCSI disk.', {
  chapAuthDiscovery: boolean('Authenticate discovery with CHAP.').tag(8).optional(),
  chapAuthSession: boolean('Authenticate the session with CHAP.').tag(11).optional(),
  fsType: string(FS_TYPE).tag(5).optional(),
  initiatorName: string('Name of the initiator.', { presence: 'pointer' }).tag(12).optional(),
  iqn: string('Qualified name of the target.').tag(2),
  iscsiInterface: string('Interface to use.', { default: 'default', published: 'default' }).tag(4).optional(),
  lun: int32('Logical unit.').tag(3),
  portals: atomicList(string(), 'Further portals of the target.').tag(7).optional(),
  readOnly: boolean(READ_ONLY).tag(6).optional(),
  secretRef: ref(SecretReference, CREDENTIALS).tag(10).optional(),
  targetPortal: string('Portal of the target, as address or address:port.').tag(1),
});
export type ISCSIPersistentVolumeSource = Infer<typeof ISCSIPersistentVolumeSource>;

export const LocalVolumeSource = struct('LocalVolumeSource', 'A disk or directory of a node.', {
  fsType: string('File system to mount, if the path is a block device.', { presence: 'pointer' }).tag(2).optional(),
  path: string('Path on the node, a directory or a block device.').tag(1),
});
export type LocalVolumeSource = Infer<typeof LocalVolumeSource>;

export const RBDPersistentVolumeSource = struct('RBDPersistentVolumeSource', 'A disk of Ceph.', {
  fsType: string(FS_TYPE).tag(3).optional(),
  image: string('Name of the image.').tag(2),
  keyring: string("File with the user's key.", { default: '/etc/ceph/keyring', published: '/etc/ceph/keyring' }).tag(6).optional(),
  monitors: atomicList(string(), 'Addresses of the monitors.', { presence: 'null' }).tag(1),
  pool: string('Pool of the image.', { default: 'rbd', published: 'rbd' }).tag(4).optional(),
  readOnly: boolean(READ_ONLY).tag(8).optional(),
  secretRef: ref(SecretReference, CREDENTIALS).tag(7).optional(),
  user: string('User to authenticate as.', { default: 'admin', published: 'admin' }).tag(5).optional(),
});

export const ScaleIOPersistentVolumeSource = struct('ScaleIOPersistentVolumeSource', 'A ScaleIO volume.', {
  fsType: string('File system to mount.', { default: 'xfs', published: 'xfs' }).tag(9).optional(),
  gateway: string('Address of the gateway.').tag(1),
  protectionDomain: string('Protection domain of the volume.').tag(5).optional(),
  readOnly: boolean(READ_ONLY).tag(10).optional(),
  secretRef: ref(SecretReference, CREDENTIALS, { presence: 'null' }).tag(3),
  sslEnabled: boolean('Whether the gateway is reached with TLS.').tag(4).optional(),
  storageMode: string('ThickProvisioned or ThinProvisioned.', { default: 'ThinProvisioned', published: 'ThinProvisioned' }).tag(7).optional(),
  storagePool: string('Storage pool of the volume.').tag(6).optional(),
  system: string('Name of the storage system.').tag(2),
  volumeName: string('Name of the volume.').tag(8).optional(),
});

export const StorageOSPersistentVolumeSource = struct('StorageOSPersistentVolumeSource', 'A StorageOS volume.', {
  fsType: string(FS_TYPE).tag(3).optional(),
  readOnly: boolean(READ_ONLY).tag(4).optional(),
  secretRef: ref(ObjectReference, CREDENTIALS).tag(5).optional(),
  volumeName: string('Name of the volume.').tag(1).optional(),
  volumeNamespace: string('Namespace of the volume within StorageOS.').tag(2).optional(),
});
export type StorageOSPersistentVolumeSource = Infer<typeof StorageOSPersistentVolumeSource>;
