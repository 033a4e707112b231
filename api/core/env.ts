import type { Infer } from '../schema/fields.ts';
import { boolean, quantity, string, struct } from '../schema/fields.ts';

export const ConfigMapKeySelector = struct('ConfigMapKeySelector', {
  key: string(),
  name: string().optional(),
  optional: boolean().optional(),
});
export type ConfigMapKeySelector = Infer<typeof ConfigMapKeySelector>;

export const SecretKeySelector = struct('SecretKeySelector', {
  key: string(),
  name: string().optional(),
  optional: boolean().optional(),
});
export type SecretKeySelector = Infer<typeof SecretKeySelector>;

export const ObjectFieldSelector = struct('ObjectFieldSelector', {
  apiVersion: string().optional(),
  fieldPath: string(),
});
export type ObjectFieldSelector = Infer<typeof ObjectFieldSelector>;

export const ResourceFieldSelector = struct('ResourceFieldSelector', {
  containerName: string().optional(),
  divisor: quantity().optional(),
  resource: string(),
});
export type ResourceFieldSelector = Infer<typeof ResourceFieldSelector>;

export const FileKeySelector = struct('FileKeySelector', {
  key: string(),
  optional: boolean().optional(),
  path: string(),
  volumeName: string(),
});
export type FileKeySelector = Infer<typeof FileKeySelector>;

export const EnvVarSource = struct('EnvVarSource', {
  configMapKeyRef: ConfigMapKeySelector.optional(),
  fieldRef: ObjectFieldSelector.optional(),
  fileKeyRef: FileKeySelector.optional(),
  resourceFieldRef: ResourceFieldSelector.optional(),
  secretKeyRef: SecretKeySelector.optional(),
});
export type EnvVarSource = Infer<typeof EnvVarSource>;

export const EnvVar = struct('EnvVar', {
  name: string(),
  value: string().optional(),
  valueFrom: EnvVarSource.optional(),
});
export type EnvVar = Infer<typeof EnvVar>;

export const ConfigMapEnvSource = struct('ConfigMapEnvSource', {
  name: string().optional(),
  optional: boolean().optional(),
});
export type ConfigMapEnvSource = Infer<typeof ConfigMapEnvSource>;

export const SecretEnvSource = struct('SecretEnvSource', {
  name: string().optional(),
  optional: boolean().optional(),
});
export type SecretEnvSource = Infer<typeof SecretEnvSource>;

export const EnvFromSource = struct('EnvFromSource', {
  configMapRef: ConfigMapEnvSource.optional(),
  prefix: string().optional(),
  secretRef: SecretEnvSource.optional(),
});
export type EnvFromSource = Infer<typeof EnvFromSource>;
