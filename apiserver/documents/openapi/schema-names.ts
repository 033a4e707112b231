import type { KindDefinition } from '../../../api/definition/kind.ts';
import { groupOf, groups } from '../../../api/kinds/index.ts';
import { metaStructures } from '../../../api/meta/structures.ts';
import type { StructuralSchema } from '../../../api/schema/structural.ts';
import { structuralOf } from '../../../api/schema/structural.ts';

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** Returns the package of a group version in the names of schemas: `io.k8s.api.core.v1`; for groups of users, the reversed domain. */
export function packageOf(group: string, version: string): string {
  const own = groupOf(group)?.goPackage;
  if (own !== undefined) return `${own}.${version}`;
  const labels = group.split('.');
  if (labels.length === 1 || group.endsWith('.k8s.io')) return `io.k8s.api.${labels[0]}.${version}`;
  return `${labels.reverse().join('.')}.${version}`;
}

/** `io.k8s.api.core.v1.Pod` for structures with a title; undefined for schemas that stand in place. */
export type SchemaNames = (schema: StructuralSchema) => string | undefined;

const simpleName = (schema: StructuralSchema): string => (schema.goType ?? schema.title ?? '').replace(/^.*\./, '');

/**
 * Names structures as upstream's documents do, each by the group that it belongs to: meta/v1, or the first group whose kinds hold it, with the
 * core group before all others. `PodSpec` is of core, though Deployments hold it too. Structures of custom resources have no names.
 */
export function schemaNames(kinds: readonly KindDefinition[]): SchemaNames {
  const names = new Map<StructuralSchema, string>();
  const claim = (root: StructuralSchema, where: string) => {
    const todo = [root];
    for (let node = todo.pop(); node; node = todo.pop()) {
      if (node.title !== undefined) {
        if (names.has(node)) continue;
        names.set(node, `${where}.${simpleName(node)}`);
      }
      for (const part of partsOf(node)) todo.push(part);
    }
  };
  for (const root of metaStructures) claim(structuralOf(root), META);
  for (const { name, structures = [] } of groups) {
    for (const { version, schema } of structures) claim(structuralOf(schema), packageOf(name, version));
  }
  const builtIn = kinds.filter((kind) => kind.structural === undefined);
  // The version that is stored comes first: others may be made of the same structures.
  const rank = ({ group, storedAs }: KindDefinition) => (group === '' ? 0 : storedAs ? 2 : 1);
  for (const kind of builtIn.toSorted((a, b) => rank(a) - rank(b))) claim(structuralOf(kind.schema), packageOf(kind.group, kind.version));
  for (const { subresources } of builtIn) {
    for (const { group = '', version, schema } of subresources)
      if (schema && version !== undefined) claim(structuralOf(schema), packageOf(group, version));
  }
  return (schema) => names.get(schema);
}

/** Yields the schemas that a schema holds, one level down. */
export function* partsOf(schema: StructuralSchema): Generator<StructuralSchema> {
  for (const { schema: part } of schema.properties?.values() ?? []) yield part;
  if (schema.items) yield schema.items;
  if (typeof schema.additionalProperties === 'object') yield schema.additionalProperties;
}

/** The name of a kind's own schema, and of the lists of it. */
export const kindSchemaName = (kind: KindDefinition): string => `${packageOf(kind.group, kind.version)}.${kind.kind}`;

export const metaName = (title: string): string => `${META}.${title}`;
export const OBJECT_META = metaName('ObjectMeta');
export const LIST_META = metaName('ListMeta');
export const VERSION_INFO = 'io.k8s.apimachinery.pkg.version.Info';
export const RAW_EXTENSION = 'io.k8s.apimachinery.pkg.runtime.RawExtension';
export const FIELDS_V1 = metaName('FieldsV1');
export const QUANTITY = 'io.k8s.apimachinery.pkg.api.resource.Quantity';
export const INT_OR_STRING = 'io.k8s.apimachinery.pkg.util.intstr.IntOrString';
export const TIME = metaName('Time');
export const MICRO_TIME = metaName('MicroTime');
export const DURATION = metaName('Duration');
