import type { Infer } from '../../schema/fields.ts';
import { atomicStruct, boolean, quantity, ref, string, struct } from '../../schema/fields.ts';

export const ConfigMapKeySelector = atomicStruct('ConfigMapKeySelector', 'A key of a ConfigMap.', {
  key: string('The key.'),
  name: string('Name of the ConfigMap.', { embedded: 'LocalObjectReference' }).optional(),
  optional: boolean('Go on without it where it, or the key, does not exist.', { presence: 'pointer' }).optional(),
});
export type ConfigMapKeySelector = Infer<typeof ConfigMapKeySelector>;

export const SecretKeySelector = atomicStruct('SecretKeySelector', 'A key of a Secret.', {
  key: string('The key.'),
  name: string('Name of the Secret.', { embedded: 'LocalObjectReference' }).optional(),
  optional: boolean('Go on without it where it, or the key, does not exist.', { presence: 'pointer' }).optional(),
});
export type SecretKeySelector = Infer<typeof SecretKeySelector>;

export const ObjectFieldSelector = atomicStruct('ObjectFieldSelector', 'A field of the pod.', {
  apiVersion: string('Version of the schema that the path is written for.', { default: 'v1' }).optional(),
  fieldPath: string('Path of the field.'),
});
export type ObjectFieldSelector = Infer<typeof ObjectFieldSelector>;

export const ResourceFieldSelector = atomicStruct('ResourceFieldSelector', 'A request or limit of a container.', {
  containerName: string('Name of the container; needed in volumes.').optional(),
  divisor: quantity('Unit to express it in; 1, if 0.', { presence: 'filled' }).optional(),
  resource: string('The resource, such as limits.cpu.'),
});
export type ResourceFieldSelector = Infer<typeof ResourceFieldSelector>;

export const FileKeySelector = atomicStruct('FileKeySelector', 'A variable in a file of environment variables.', {
  key: string('Name of the variable in the file.'),
  optional: boolean('Go on without it where the file or the key does not exist.', { presence: 'pointer', default: false }).optional(),
  path: string('Path of the file within the volume.'),
  volumeName: string('Name of the volume.'),
});
export type FileKeySelector = Infer<typeof FileKeySelector>;

export const EnvVarSource = struct('EnvVarSource', 'Where the value of a variable comes from: one of these.', {
  configMapKeyRef: ref(ConfigMapKeySelector, 'A key of a ConfigMap.').optional(),
  fieldRef: ref(ObjectFieldSelector, 'A field of the pod.').optional(),
  fileKeyRef: ref(FileKeySelector, 'A variable in a file.').optional(),
  resourceFieldRef: ref(ResourceFieldSelector, 'A request or limit of a container.').optional(),
  secretKeyRef: ref(SecretKeySelector, 'A key of a Secret.').optional(),
});
export type EnvVarSource = Infer<typeof EnvVarSource>;

export const EnvVar = struct('EnvVar', 'An environment variable.', {
  name: string('Name of the variable.'),
  value: string('Its value; $(NAME) is replaced by variables before it, $$ is a dollar sign.').optional(),
  valueFrom: ref(EnvVarSource, 'Where its value comes from; not with value.').optional(),
});
export type EnvVar = Infer<typeof EnvVar>;

export const ConfigMapEnvSource = struct('ConfigMapEnvSource', 'A ConfigMap whose pairs become variables.', {
  name: string('Name of the ConfigMap.', { embedded: 'LocalObjectReference' }).optional(),
  optional: boolean('Go on without it where it, or the key, does not exist.', { presence: 'pointer' }).optional(),
});
export type ConfigMapEnvSource = Infer<typeof ConfigMapEnvSource>;

export const SecretEnvSource = struct('SecretEnvSource', 'A Secret whose pairs become variables.', {
  name: string('Name of the Secret.', { embedded: 'LocalObjectReference' }).optional(),
  optional: boolean('Go on without it where it, or the key, does not exist.', { presence: 'pointer' }).optional(),
});
export type SecretEnvSource = Infer<typeof SecretEnvSource>;

export const EnvFromSource = struct('EnvFromSource', 'A source of environment variables.', {
  configMapRef: ref(ConfigMapEnvSource, 'A ConfigMap.').optional(),
  prefix: string('Put before each name.').optional(),
  secretRef: ref(SecretEnvSource, 'A Secret.').optional(),
});
export type EnvFromSource = Infer<typeof EnvFromSource>;
