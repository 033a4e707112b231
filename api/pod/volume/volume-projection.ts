import { LabelSelector } from '../../meta/label-selector.ts';
import type { Infer } from '../../schema/fields.ts';
import { atomicList, boolean, int32, int64, map, ref, string, struct } from '../../schema/fields.ts';
import { ObjectFieldSelector, ResourceFieldSelector } from '../env/env.ts';

export const KeyToPath = struct('KeyToPath', 'Which key becomes which file.', {
  key: string('The key.').tag(1),
  mode: int32('Permission bits of the file, 0 to 0777; defaultMode, if left out.', { presence: 'pointer' }).tag(3).optional(),
  path: string('Path of the file in the volume; relative, without "..".').tag(2),
});
export type KeyToPath = Infer<typeof KeyToPath>;

export const ConfigMapVolumeSource = struct('ConfigMapVolumeSource', 'A ConfigMap as files.', {
  defaultMode: int32('Permission bits of the files, 0 to 0777.', { presence: 'pointer', default: 420 }).tag(3).optional(),
  items: atomicList(KeyToPath, 'Keys to show, and where; all, if left out.').tag(2).optional(),
  name: string('Name of the ConfigMap.', { embedded: 'LocalObjectReference', published: '' }).tag(1, 1).optional(),
  optional: boolean('Go on without it where it, or the key, does not exist.', { presence: 'pointer' }).tag(4).optional(),
});
export type ConfigMapVolumeSource = Infer<typeof ConfigMapVolumeSource>;

export const SecretVolumeSource = struct('SecretVolumeSource', 'A Secret as files.', {
  defaultMode: int32('Permission bits of the files, 0 to 0777.', { presence: 'pointer', default: 420 }).tag(3).optional(),
  items: atomicList(KeyToPath, 'Keys to show, and where; all, if left out.').tag(2).optional(),
  optional: boolean('Go on without it where it, or the key, does not exist.', { presence: 'pointer' }).tag(4).optional(),
  secretName: string('Name of the Secret.').tag(1).optional(),
});
export type SecretVolumeSource = Infer<typeof SecretVolumeSource>;

export const DownwardAPIVolumeFile = struct('DownwardAPIVolumeFile', 'A file about the pod.', {
  fieldRef: ref(ObjectFieldSelector, 'Field of the pod.').tag(2).optional(),
  mode: int32('Permission bits of the file, 0 to 0777; defaultMode, if left out.', { presence: 'pointer' }).tag(4).optional(),
  path: string('Path of the file in the volume; relative, without "..".').tag(1),
  resourceFieldRef: ref(ResourceFieldSelector, 'Request or limit of a container.').tag(3).optional(),
});
export type DownwardAPIVolumeFile = Infer<typeof DownwardAPIVolumeFile>;

export const DownwardAPIVolumeSource = struct('DownwardAPIVolumeSource', 'Facts about the pod as files.', {
  defaultMode: int32('Permission bits of the files, 0 to 0777.', { presence: 'pointer', default: 420 }).tag(2).optional(),
  items: atomicList(DownwardAPIVolumeFile, 'The files.').tag(1).optional(),
});
export type DownwardAPIVolumeSource = Infer<typeof DownwardAPIVolumeSource>;

export const ConfigMapProjection = struct('ConfigMapProjection', 'A ConfigMap in a projected volume.', {
  items: atomicList(KeyToPath, 'Keys to show, and where; all, if left out.').tag(2).optional(),
  name: string('Name of the ConfigMap.', { embedded: 'LocalObjectReference', published: '' }).tag(1, 1).optional(),
  optional: boolean('Go on without it where it, or the key, does not exist.', { presence: 'pointer' }).tag(4).optional(),
});
export type ConfigMapProjection = Infer<typeof ConfigMapProjection>;

export const SecretProjection = struct('SecretProjection', 'A Secret in a projected volume.', {
  items: atomicList(KeyToPath, 'Keys to show, and where; all, if left out.').tag(2).optional(),
  name: string('Name of the Secret.', { embedded: 'LocalObjectReference', published: '' }).tag(1, 1).optional(),
  optional: boolean('Go on without it where it, or the key, does not exist.', { presence: 'pointer' }).tag(4).optional(),
});
export type SecretProjection = Infer<typeof SecretProjection>;

export const DownwardAPIProjection = struct('DownwardAPIProjection', 'Facts about the pod in a projected volume.', {
  items: atomicList(DownwardAPIVolumeFile, 'The files.').tag(1).optional(),
});
export type DownwardAPIProjection = Infer<typeof DownwardAPIProjection>;

export const ServiceAccountTokenProjection = struct('ServiceAccountTokenProjection', "A token of the pod's service account, kept fresh.", {
  audience: string('Audience that the token is for; the API server, if left out.').tag(1).optional(),
  expirationSeconds: int64('Seconds that a token is valid, at least 600.', { presence: 'pointer', default: 3600 }).tag(2).optional(),
  path: string('Path of the file in the volume.').tag(3),
});
export type ServiceAccountTokenProjection = Infer<typeof ServiceAccountTokenProjection>;

export const ClusterTrustBundleProjection = struct('ClusterTrustBundleProjection', 'Trusted certificates, as one PEM file.', {
  labelSelector: ref(LabelSelector, 'Selects bundles of the signer; all, if empty.').tag(3).optional(),
  name: string('One bundle by name; not with signerName.', { presence: 'pointer' }).tag(1).optional(),
  optional: boolean('Go on without it where it, or the key, does not exist.', { presence: 'pointer' }).tag(5).optional(),
  path: string('Path of the file in the volume.').tag(4),
  signerName: string('Signer whose bundles are joined.', { presence: 'pointer' }).tag(2).optional(),
});
export type ClusterTrustBundleProjection = Infer<typeof ClusterTrustBundleProjection>;

export const PodCertificateProjection = struct('PodCertificateProjection', 'A key and a certificate for the pod, kept fresh.', {
  certificateChainPath: string('File for the certificate chain.').tag(6).optional(),
  credentialBundlePath: string('File for the key and the chain together.').tag(4).optional(),
  keyPath: string('File for the key.').tag(5).optional(),
  keyType: string('Kind of key, such as ED25519 or ECDSAP256.', { presence: 'value' }).tag(2),
  maxExpirationSeconds: int32('Longest life of a certificate, in seconds.', { presence: 'pointer', default: 86400 }).tag(3).optional(),
  signerName: string('Signer to ask.', { presence: 'value' }).tag(1),
  userAnnotations: map(string(), 'Further facts for the signer.').tag(7).optional(),
});
export type PodCertificateProjection = Infer<typeof PodCertificateProjection>;

export const VolumeProjection = struct('VolumeProjection', 'One source of a projected volume.', {
  clusterTrustBundle: ref(ClusterTrustBundleProjection, 'Trusted certificates.').tag(5).optional(),
  configMap: ref(ConfigMapProjection, 'A ConfigMap.').tag(3).optional(),
  downwardAPI: ref(DownwardAPIProjection, 'Facts about the pod.').tag(2).optional(),
  podCertificate: ref(PodCertificateProjection, 'A certificate for the pod.').tag(6).optional(),
  secret: ref(SecretProjection, 'A Secret.').tag(1).optional(),
  serviceAccountToken: ref(ServiceAccountTokenProjection, "A token of the pod's service account.").tag(4).optional(),
});
export type VolumeProjection = Infer<typeof VolumeProjection>;

export const ProjectedVolumeSource = struct('ProjectedVolumeSource', 'Several sources in one directory.', {
  defaultMode: int32('Permission bits of the files, 0 to 0777.', { presence: 'pointer', default: 420 }).tag(2).optional(),
  sources: atomicList(VolumeProjection, 'The sources.', { presence: 'null' }).tag(1).optional(),
});
export type ProjectedVolumeSource = Infer<typeof ProjectedVolumeSource>;
