import { LabelSelector } from '../meta/label-selector.ts';
import type { Infer } from '../schema/fields.ts';
import { boolean, int32, int64, list, map, string, struct } from '../schema/fields.ts';
import { ObjectFieldSelector, ResourceFieldSelector } from './env.ts';

export const KeyToPath = struct('KeyToPath', {
  key: string(),
  mode: int32().optional(),
  path: string(),
});
export type KeyToPath = Infer<typeof KeyToPath>;

export const ConfigMapVolumeSource = struct('ConfigMapVolumeSource', {
  defaultMode: int32().optional(),
  items: list(KeyToPath).optional(),
  name: string().optional(),
  optional: boolean().optional(),
});
export type ConfigMapVolumeSource = Infer<typeof ConfigMapVolumeSource>;

export const SecretVolumeSource = struct('SecretVolumeSource', {
  defaultMode: int32().optional(),
  items: list(KeyToPath).optional(),
  optional: boolean().optional(),
  secretName: string().optional(),
});
export type SecretVolumeSource = Infer<typeof SecretVolumeSource>;

export const DownwardAPIVolumeFile = struct('DownwardAPIVolumeFile', {
  fieldRef: ObjectFieldSelector.optional(),
  mode: int32().optional(),
  path: string(),
  resourceFieldRef: ResourceFieldSelector.optional(),
});
export type DownwardAPIVolumeFile = Infer<typeof DownwardAPIVolumeFile>;

export const DownwardAPIVolumeSource = struct('DownwardAPIVolumeSource', {
  defaultMode: int32().optional(),
  items: list(DownwardAPIVolumeFile).optional(),
});
export type DownwardAPIVolumeSource = Infer<typeof DownwardAPIVolumeSource>;

export const ConfigMapProjection = struct('ConfigMapProjection', {
  items: list(KeyToPath).optional(),
  name: string().optional(),
  optional: boolean().optional(),
});
export type ConfigMapProjection = Infer<typeof ConfigMapProjection>;

export const SecretProjection = struct('SecretProjection', {
  items: list(KeyToPath).optional(),
  name: string().optional(),
  optional: boolean().optional(),
});
export type SecretProjection = Infer<typeof SecretProjection>;

export const DownwardAPIProjection = struct('DownwardAPIProjection', {
  items: list(DownwardAPIVolumeFile).optional(),
});
export type DownwardAPIProjection = Infer<typeof DownwardAPIProjection>;

export const ServiceAccountTokenProjection = struct('ServiceAccountTokenProjection', {
  audience: string().optional(),
  expirationSeconds: int64().optional(),
  path: string(),
});
export type ServiceAccountTokenProjection = Infer<typeof ServiceAccountTokenProjection>;

export const ClusterTrustBundleProjection = struct('ClusterTrustBundleProjection', {
  labelSelector: LabelSelector.optional(),
  name: string().optional(),
  optional: boolean().optional(),
  path: string(),
  signerName: string().optional(),
});
export type ClusterTrustBundleProjection = Infer<typeof ClusterTrustBundleProjection>;

export const PodCertificateProjection = struct('PodCertificateProjection', {
  certificateChainPath: string().optional(),
  credentialBundlePath: string().optional(),
  keyPath: string().optional(),
  keyType: string(),
  maxExpirationSeconds: int32().optional(),
  signerName: string(),
  userAnnotations: map(string()).optional(),
});
export type PodCertificateProjection = Infer<typeof PodCertificateProjection>;

export const VolumeProjection = struct('VolumeProjection', {
  clusterTrustBundle: ClusterTrustBundleProjection.optional(),
  configMap: ConfigMapProjection.optional(),
  downwardAPI: DownwardAPIProjection.optional(),
  podCertificate: PodCertificateProjection.optional(),
  secret: SecretProjection.optional(),
  serviceAccountToken: ServiceAccountTokenProjection.optional(),
});
export type VolumeProjection = Infer<typeof VolumeProjection>;

export const ProjectedVolumeSource = struct('ProjectedVolumeSource', {
  defaultMode: int32().optional(),
  sources: list(VolumeProjection).optional(),
});
export type ProjectedVolumeSource = Infer<typeof ProjectedVolumeSource>;
