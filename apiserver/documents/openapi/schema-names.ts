import type { KindDefinition } from '../../../api/definition/kind.ts';
import { FieldSelectorRequirement } from '../../../api/kinds/authorization/subject-access-review.ts';
import { Scale } from '../../../api/kinds/autoscaling/scale.ts';
import { Condition } from '../../../api/meta/condition.ts';
import { DeleteOptions } from '../../../api/meta/delete-options.ts';
import { LabelSelector } from '../../../api/meta/label-selector.ts';
import { ListMeta, ObjectMeta } from '../../../api/meta/object-meta.ts';
import { Status } from '../../../api/meta/status.ts';
import type { StructuralSchema } from '../../../api/schema/structural.ts';
import { structuralOf } from '../../../api/schema/structural.ts';

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** Structures of apimachinery are met by way of these, whoever uses them. */
const META_ROOTS = [ObjectMeta, ListMeta, Status, DeleteOptions, LabelSelector, Condition, FieldSelectorRequirement];

/** The package of a group version in the names of schemas: `io.k8s.api.core.v1`, and for groups of users the reversed domain. */
export function packageOf(group: string, version: string): string {
  if (group === 'apiextensions.k8s.io') return `io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.${version}`;
  const [first = '', ...rest] = group.split('.');
  if (group === '' || rest.length === 0 || group.endsWith('.k8s.io')) return `io.k8s.api.${group === '' ? 'core' : first}.${version}`;
  return `${[first, ...rest].reverse().join('.')}.${version}`;
}

/** `io.k8s.api.core.v1.Pod` for structures with a title; undefined for schemas that stand in place. */
export type SchemaNames = (schema: StructuralSchema) => string | undefined;

const simpleName = (schema: StructuralSchema): string => (schema.goType ?? schema.title ?? '').replace(/^.*\./, '');

/**
 * Names structures as upstream's documents do: each by the group that it belongs to. That is apimachinery's, or the first whose kinds use it, with
 * the core group before all others: `PodSpec` is of core, though Deployments hold it too. Structures of custom resources have no names.
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
      todo.push(...partsOf(node));
    }
  };
  for (const root of META_ROOTS) claim(structuralOf(root), META);
  claim(structuralOf(Scale), packageOf('autoscaling', 'v1'));
  const builtIn = kinds.filter((kind) => kind.structural === undefined);
  const order = [...builtIn.filter(({ group }) => group === ''), ...builtIn.filter(({ group }) => group !== '')];
  for (const kind of order) claim(structuralOf(kind.schema), packageOf(kind.group, kind.version));
  return (schema) => names.get(schema);
}

/** What a schema is made of, one level down. */
export function* partsOf(schema: StructuralSchema): Generator<StructuralSchema> {
  for (const { schema: part } of schema.properties?.values() ?? []) yield part;
  if (schema.items) yield schema.items;
  if (typeof schema.additionalProperties === 'object') yield schema.additionalProperties;
}

/** The name of a kind's own schema, and of the lists of it. */
export const kindSchemaName = (kind: KindDefinition): string => `${packageOf(kind.group, kind.version)}.${kind.kind}`;

export const metaName = (title: string): string => `${META}.${title}`;
export const QUANTITY = 'io.k8s.apimachinery.pkg.api.resource.Quantity';
export const INT_OR_STRING = 'io.k8s.apimachinery.pkg.util.intstr.IntOrString';
export const TIME = metaName('Time');
export const MICRO_TIME = metaName('MicroTime');
