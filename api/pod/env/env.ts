import type { Infer } from '../../schema/fields.ts';
import { atomicStruct, boolean, quantity, ref, string, struct } from '../../schema/fields.ts';

export const ConfigMapKeySelector = atomicStruct('ConfigMapKeySelector', 'A key of a ConfigMap.', {
  key: string('The key.').tag(2),
  name: string('Name of the ConfigMap.', { embedded: 'LocalObjectReference', published: '' }).tag(1, 1).optional(),
  optional: boolean('Go on without it where it, or the key, does not exist.', { presence: 'pointer' }).tag(3).optional(),
});
export type ConfigMapKeySelector = Infer<typeof ConfigMapKeySelector>;

export const SecretKeySelector = atomicStruct('SecretKeySelector', 'A key of a Secret.', {
  key: string('The key.').tag(2),
  name: string('Name of the Secret.', { embedded: 'LocalObjectReference', published: '' }).tag(1, 1).optional(),
  optional: boolean('Go on without it where it, or the key, does not exist.', { presence: 'pointer' }).tag(3).optional(),
});
export type SecretKeySelector = Infer<typeof SecretKeySelector>;

export const ObjectFieldSelector = atomicStruct('ObjectFieldSelector', 'A field of the pod.', {
  apiVersion: string('Version of the schema that the path is written for.', { default: 'v1' }).tag(1).optional(),
  fieldPath: string('Path of the field.').tag(2),
});
export type ObjectFieldSelector = Infer<typeof ObjectFieldSelector>;

export const ResourceFieldSelector = atomicStruct('ResourceFieldSelector', 'A request or limit of a container.', {
  containerName: string('Name of the container; needed in volumes.').tag(1).optional(),
  divisor: quantity('Unit to express it in; 1, if 0.', { presence: 'filled' }).tag(3).optional(),
  resource: string('The resource, such as limits.cpu.').tag(2),
});
export type ResourceFieldSelector = Infer<typeof ResourceFieldSelector>;

export const FileKeySelector = atomicStruct('FileKeySelector', 'A variable in a file of environment variables.', {
  key: string('Name of the variable in the file.').tag(3),
  optional: boolean('Go on without it where the file or the key does not exist.', { presence: 'pointer', default: false, published: false })
    .tag(4)
    .optional(),
  path: string('Path of the file within the volume.').tag(2),
  volumeName: string('Name of the volume.').tag(1),
});
export type FileKeySelector = Infer<typeof FileKeySelector>;

export const EnvVarSource = struct('EnvVarSource', 'Where the value of a variable comes from: one of these.', {
  configMapKeyRef: ref(ConfigMapKeySelector, 'A key of a ConfigMap.').tag(3).optional(),
  fieldRef: ref(ObjectFieldSelector, 'A field of the pod.').tag(1).optional(),
  fileKeyRef: ref(FileKeySelector, 'A variable in a file.').tag(5).optional(),
  resourceFieldRef: ref(ResourceFieldSelector, 'A request or limit of a container.').tag(2).optional(),
  secretKeyRef: ref(SecretKeySelector, 'A key of a Secret.').tag(4).optional(),
});
export type EnvVarSource = Infer<typeof EnvVarSource>;

export const EnvVar = struct('EnvVar', 'An environment variable.', {
  name: string('Name of the variable.').tag(1),
  value: string('Its value; $(NAME) is replaced by variables before it, $$ is a dollar sign.').tag(2).optional(),
  valueFrom: ref(EnvVarSource, 'Where its value comes from; not with value.').tag(3).optional(),
});
export type EnvVar = Infer<typeof EnvVar>;

export const ConfigMapEnvSource = struct('ConfigMapEnvSource', 'A ConfigMap whose pairs become variables.', {
  name: string('Name of the ConfigMap.', { embedded: 'LocalObjectReference', published: '' }).tag(1, 1).optional(),
  optional: boolean('Go on without it where it, or the key, does not exist.', { presence: 'pointer' }).tag(2).optional(),
});
export type ConfigMapEnvSource = Infer<typeof ConfigMapEnvSource>;

export const SecretEnvSource = struct('SecretEnvSource', 'A Secret whose pairs become variables.', {
  name: string('Name of the Secret.', { embedded: 'LocalObjectReference', published: '' }).tag(1, 1).optional(),
  optional: boolean('Go on without it where it, or the key, does not exist.', { presence: 'pointer' }).tag(2).optional(),
});
export type SecretEnvSource = Infer<typeof SecretEnvSource>;

export const EnvFromSource = struct('EnvFromSource', 'A source of environment variables.', {
  configMapRef: ref(ConfigMapEnvSource, 'A ConfigMap.').tag(2).optional(),
  prefix: string('Put before each name.').tag(1).optional(),
  secretRef: ref(SecretEnvSource, 'A Secret.').tag(3).optional(),
});
export type EnvFromSource = Infer<typeof EnvFromSource>;
