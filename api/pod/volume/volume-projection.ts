import { LabelSelector } from '../../meta/label-selector.ts';
import type { Infer } from '../../schema/fields.ts';
import { atomicList, boolean, int32, int64, map, ref, string, struct } from '../../schema/fields.ts';
import { ObjectFieldSelector, ResourceFieldSelector } from '../env/env.ts';

export const KeyToPath = struct('KeyToPath', 'Which key becomes which file.', {
  key: string('The key.'),
  mode: int32('Permission bits of the file, 0 to 0777; defaultMode, if left out.', { presence: 'pointer' }).optional(),
  path: string('Path of the file in the volume; relative, without "..".'),
});
export type KeyToPath = Infer<typeof KeyToPath>;

export const ConfigMapVolumeSource = struct('ConfigMapVolumeSource', 'A ConfigMap as files.', {
  defaultMode: int32('Permission bits of the files, 0 to 0777.', { presence: 'pointer', default: 420 }).optional(),
  items: atomicList(KeyToPath, 'Keys to show, and where; all, if left out.').optional(),
  name: string('Name of the ConfigMap.', { embedded: 'LocalObjectReference' }).optional(),
  optional: boolean('Go on without it where it, or the key, does not exist.', { presence: 'pointer' }).optional(),
});
export type ConfigMapVolumeSource = Infer<typeof ConfigMapVolumeSource>;

export const SecretVolumeSource = struct('SecretVolumeSource', 'A Secret as files.', {
  defaultMode: int32('Permission bits of the files, 0 to 0777.', { presence: 'pointer', default: 420 }).optional(),
  items: atomicList(KeyToPath, 'Keys to show, and where; all, if left out.').optional(),
  optional: boolean('Go on without it where it, or the key, does not exist.', { presence: 'pointer' }).optional(),
  secretName: string('Name of the Secret.').optional(),
});
export type SecretVolumeSource = Infer<typeof SecretVolumeSource>;

export const DownwardAPIVolumeFile = struct('DownwardAPIVolumeFile', 'A file about the pod.', {
  fieldRef: ref(ObjectFieldSelector, 'Field of the pod.').optional(),
  mode: int32('Permission bits of the file, 0 to 0777; defaultMode, if left out.', { presence: 'pointer' }).optional(),
  path: string('Path of the file in the volume; relative, without "..".'),
  resourceFieldRef: ref(ResourceFieldSelector, 'Request or limit of a container.').optional(),
});
export type DownwardAPIVolumeFile = Infer<typeof DownwardAPIVolumeFile>;

export const DownwardAPIVolumeSource = struct('DownwardAPIVolumeSource', 'Facts about the pod as files.', {
  defaultMode: int32('Permission bits of the files, 0 to 0777.', { presence: 'pointer', default: 420 }).optional(),
  items: atomicList(DownwardAPIVolumeFile, 'The files.').optional(),
});
export type DownwardAPIVolumeSource = Infer<typeof DownwardAPIVolumeSource>;

export const ConfigMapProjection = struct('ConfigMapProjection', 'A ConfigMap in a projected volume.', {
  items: atomicList(KeyToPath, 'Keys to show, and where; all, if left out.').optional(),
  name: string('Name of the ConfigMap.', { embedded: 'LocalObjectReference' }).optional(),
  optional: boolean('Go on without it where it, or the key, does not exist.', { presence: 'pointer' }).optional(),
});
export type ConfigMapProjection = Infer<typeof ConfigMapProjection>;

export const SecretProjection = struct('SecretProjection', 'A Secret in a projected volume.', {
  items: atomicList(KeyToPath, 'Keys to show, and where; all, if left out.').optional(),
  name: string('Name of the Secret.', { embedded: 'LocalObjectReference' }).optional(),
  optional: boolean('Go on without it where it, or the key, does not exist.', { presence: 'pointer' }).optional(),
});
export type SecretProjection = Infer<typeof SecretProjection>;

export const DownwardAPIProjection = struct('DownwardAPIProjection', 'Facts about the pod in a projected volume.', {
  items: atomicList(DownwardAPIVolumeFile, 'The files.').optional(),
});
export type DownwardAPIProjection = Infer<typeof DownwardAPIProjection>;

export const ServiceAccountTokenProjection = struct('ServiceAccountTokenProjection', "A token of the pod's service account, kept fresh.", {
  audience: string('Audience that the token is for; the API server, if left out.').optional(),
  expirationSeconds: int64('Seconds that a token is valid, at least 600.', { presence: 'pointer', default: 3600 }).optional(),
  path: string('Path of the file in the volume.'),
});
export type ServiceAccountTokenProjection = Infer<typeof ServiceAccountTokenProjection>;

export const ClusterTrustBundleProjection = struct('ClusterTrustBundleProjection', 'Trusted certificates, as one PEM file.', {
  labelSelector: ref(LabelSelector, 'Selects bundles of the signer; all, if empty.').optional(),
  name: string('One bundle by name; not with signerName.', { presence: 'pointer' }).optional(),
  optional: boolean('Go on without it where it, or the key, does not exist.', { presence: 'pointer' }).optional(),
  path: string('Path of the file in the volume.'),
  signerName: string('Signer whose bundles are joined.', { presence: 'pointer' }).optional(),
});
export type ClusterTrustBundleProjection = Infer<typeof ClusterTrustBundleProjection>;

export const PodCertificateProjection = struct('PodCertificateProjection', 'A key and a certificate for the pod, kept fresh.', {
  certificateChainPath: string('File for the certificate chain.').optional(),
  credentialBundlePath: string('File for the key and the chain together.').optional(),
  keyPath: string('File for the key.').optional(),
  keyType: string('Kind of key, such as ED25519 or ECDSAP256.'),
  maxExpirationSeconds: int32('Longest life of a certificate, in seconds.', { presence: 'pointer', default: 86400 }).optional(),
  signerName: string('Signer to ask.'),
  userAnnotations: map(string(), 'Further facts for the signer.').optional(),
});
export type PodCertificateProjection = Infer<typeof PodCertificateProjection>;

export const VolumeProjection = struct('VolumeProjection', 'One source of a projected volume.', {
  clusterTrustBundle: ref(ClusterTrustBundleProjection, 'Trusted certificates.').optional(),
  configMap: ref(ConfigMapProjection, 'A ConfigMap.').optional(),
  downwardAPI: ref(DownwardAPIProjection, 'Facts about the pod.').optional(),
  podCertificate: ref(PodCertificateProjection, 'A certificate for the pod.').optional(),
  secret: ref(SecretProjection, 'A Secret.').optional(),
  serviceAccountToken: ref(ServiceAccountTokenProjection, "A token of the pod's service account.").optional(),
});
export type VolumeProjection = Infer<typeof VolumeProjection>;

export const ProjectedVolumeSource = struct('ProjectedVolumeSource', 'Several sources in one directory.', {
  defaultMode: int32('Permission bits of the files, 0 to 0777.', { presence: 'pointer', default: 420 }).optional(),
  sources: atomicList(VolumeProjection, 'The sources.', { presence: 'null' }).optional(),
});
export type ProjectedVolumeSource = Infer<typeof ProjectedVolumeSource>;
