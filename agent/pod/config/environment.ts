import type { ConfigMap } from '../../../api/kinds/core/config-map.ts';
import { configMaps } from '../../../api/kinds/core/config-map.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Secret } from '../../../api/kinds/core/secret.ts';
import { secrets } from '../../../api/kinds/core/secret.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Container } from '../../../api/pod/container/container.ts';
import type { EnvVarSource } from '../../../api/pod/env/env.ts';
import type { ObjectSource } from '../../contract/object-source.ts';
import { expand } from '../../spec/expansion.ts';
import type { PodAddresses } from '../../spec/field-path.ts';
import { podFieldValue } from '../../spec/field-path.ts';
import type { Allocatable } from '../../spec/resource-field.ts';
import { resourceFieldValue } from '../../spec/resource-field.ts';
import { ContainerConfigError } from './container-config-error.ts';
import { fileVariable } from './file-variable.ts';

export interface EnvironmentSources {
  readonly objects: ObjectSource;
  readonly addresses: PodAddresses;
  readonly allocatable: Allocatable;
  /** The variables of the services that the pod sees. */
  readonly services: ReadonlyMap<string, string>;
  /** The directory of one of the pod's volumes of type emptyDir; undefined if it has no such volume. */
  readonly emptyDir: (volume: string) => string | undefined;
}

/**
 * The container's variables: services', then `envFrom`, then `env`, later ones winning; `$(NAME)` in values refers to what came before.
 * @throws ContainerConfigError if something that is not optional is missing.
 */
export async function containerEnvironment(pod: Live<Pod>, container: Container, sources: EnvironmentSources): Promise<Map<string, string>> {
  const defined = new Map<string, string>();
  for (const source of container.envFrom ?? []) {
    for (const [name, value] of await dataOf(pod, source, sources.objects)) defined.set(`${source.prefix ?? ''}${name}`, value);
  }
  for (const { name, value, valueFrom } of container.env ?? []) {
    const resolved = valueFrom
      ? await valueOfSource(pod, container, valueFrom, sources)
      : expand(value ?? '', (other) => defined.get(other) ?? sources.services.get(other));
    if (resolved !== undefined) defined.set(name, resolved);
  }
  for (const [name, value] of sources.services) if (!defined.has(name)) defined.set(name, value);
  return defined;
}

type FromSource = NonNullable<Container['envFrom']>[number];

async function dataOf(pod: Live<Pod>, source: FromSource, objects: ObjectSource): Promise<[string, string][]> {
  const namespace = pod.metadata.namespace ?? '';
  if (source.configMapRef) {
    const { name = '', optional } = source.configMapRef;
    const found = await objects.get<ConfigMap>(configMaps, { namespace, name });
    if (!found && !optional) throw new ContainerConfigError(`configmap "${name}" not found`);
    return Object.entries(found?.data ?? {});
  }
  if (source.secretRef) {
    const { name = '', optional } = source.secretRef;
    const found = await objects.get<Secret>(secrets, { namespace, name });
    if (!found && !optional) throw new ContainerConfigError(`secret "${name}" not found`);
    return Object.entries(found?.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]);
  }
  return [];
}

async function valueOfSource(pod: Live<Pod>, container: Container, source: EnvVarSource, sources: EnvironmentSources): Promise<string | undefined> {
  const namespace = pod.metadata.namespace ?? '';
  if (source.fieldRef) return podFieldValue(pod, source.fieldRef.fieldPath, sources.addresses);
  if (source.resourceFieldRef) return resourceFieldValue(pod, container, source.resourceFieldRef, sources.allocatable);
  if (source.configMapKeyRef) {
    const { name = '', key, optional } = source.configMapKeyRef;
    const found = await sources.objects.get<ConfigMap>(configMaps, { namespace, name });
    if (!found && !optional) throw new ContainerConfigError(`configmap "${name}" not found`);
    const value = found?.data?.[key];
    if (found && value === undefined && !optional) throw new ContainerConfigError(`couldn't find key ${key} in ConfigMap ${namespace}/${name}`);
    return value;
  }
  if (source.secretKeyRef) {
    const { name = '', key, optional } = source.secretKeyRef;
    const found = await sources.objects.get<Secret>(secrets, { namespace, name });
    if (!found && !optional) throw new ContainerConfigError(`secret "${name}" not found`);
    const value = found?.data?.[key];
    if (found && value === undefined && !optional) throw new ContainerConfigError(`couldn't find key ${key} in Secret ${namespace}/${name}`);
    return value === undefined ? undefined : Buffer.from(value, 'base64').toString();
  }
  if (source.fileKeyRef) return fileVariable(source.fileKeyRef, sources.emptyDir);
  throw new ContainerConfigError('the source of a variable is of a kind that this node does not support');
}
