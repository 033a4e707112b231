import type { KindDefinition } from '../definition/kind.ts';
import type {
  CustomResourceColumnDefinition,
  CustomResourceDefinition,
  JSONSchemaProps,
} from '../kinds/apiextensions/custom-resource-definition/index.ts';
import type { Property, StructuralSchema } from '../schema/structural.ts';
import { structuralOf } from '../schema/structural.ts';

export interface CrdOptions {
  /** Must have a dot: groups without one belong to Kubernetes. */
  readonly group: string;
  readonly version: string;
  readonly columns: readonly CustomResourceColumnDefinition[];
  /** Must differ from those of the cluster's own kinds, whose names win. */
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

/**
 * Returns the CustomResourceDefinition by which a stock cluster serves a kind of ours under another group: same fields, descriptions, constant
 * defaults, list types and subresources. The kind's short names are the cluster's own; it gets those of the options.
 */
export function crdFromKind(
  kind: KindDefinition,
  { group, version, columns, shortNames = [], categories = [] }: CrdOptions,
): CustomResourceDefinition {
  const schema = structuralOf(kind.schema);
  const properties: Record<string, JSONSchemaProps> = {};
  for (const property of schema.properties?.values() ?? []) {
    properties[property.name] = property.name === 'metadata' ? { type: 'object' } : propertyOf(property);
  }
  const hasStatus = kind.subresources.some(({ name }) => name === 'status');
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${kind.plural}.${group}` },
    spec: {
      group,
      names: {
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        plural: kind.plural,
        singular: kind.singular,
        ...(shortNames.length === 0 ? {} : { shortNames: [...shortNames] }),
        ...(categories.length === 0 ? {} : { categories: [...categories] }),
      },
      scope: kind.namespaced ? 'Namespaced' : 'Cluster',
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', ...describe(schema.description), properties, ...requiredOf(schema) } },
          additionalPrinterColumns: [...columns],
          subresources: {
            ...(hasStatus ? { status: {} } : {}),
            ...(kind.scale ? { scale: { ...kind.scale } } : {}),
          },
        },
      ],
    },
  };
}

const describe = (description: string | undefined): JSONSchemaProps => (description ? { description } : {});
const requiredOf = ({ required }: StructuralSchema): JSONSchemaProps => (required?.length ? { required: [...required] } : {});

/** The fields of a template's metadata that have a meaning; the server sets the others. */
const TEMPLATE_METADATA: ReadonlySet<string> = new Set(['annotations', 'finalizers', 'generateName', 'labels', 'name', 'namespace']);

function propertyOf({ schema, description, default: preset }: Property): JSONSchemaProps {
  return {
    ...jsonSchemaOf(schema),
    ...describe(description ?? schema.description),
    ...(preset === undefined ? {} : { default: preset }),
  };
}

/** The pattern of quantities, for which CustomResourceDefinitions have no format. */
const QUANTITY = '^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$';

function jsonSchemaOf(schema: StructuralSchema): JSONSchemaProps {
  const preset: JSONSchemaProps = schema.default === undefined ? {} : { default: schema.default };
  switch (schema.format) {
    case 'quantity':
      return { 'x-kubernetes-int-or-string': true, pattern: QUANTITY, ...preset };
    case 'int-or-string':
      return { 'x-kubernetes-int-or-string': true, ...preset };
    case 'date-time':
    case 'date-time-micro':
      return { type: 'string', format: 'date-time', ...preset };
    case 'go-duration':
      return { type: 'string', ...preset };
  }
  if (schema.type === undefined) return { 'x-kubernetes-preserve-unknown-fields': true, ...preset };
  const out: JSONSchemaProps = { type: schema.type, ...preset };
  if (schema.format !== undefined && schema.format !== 'double') out.format = schema.format;
  if (schema.enum) out.enum = [...schema.enum];
  if (schema['x-kubernetes-map-type']) out['x-kubernetes-map-type'] = schema['x-kubernetes-map-type'];
  if (schema.type === 'array' && schema.items) Object.assign(out, listOf(schema, schema.items));
  if (typeof schema.additionalProperties === 'object') out.additionalProperties = jsonSchemaOf(schema.additionalProperties);
  if (schema.properties) {
    out.properties = {};
    for (const property of schema.properties.values()) {
      if (schema.title === 'ObjectMeta' && !TEMPLATE_METADATA.has(property.name)) continue;
      out.properties[property.name] = propertyOf(property);
    }
    Object.assign(out, requiredOf(schema));
  }
  return out;
}

function listOf(schema: StructuralSchema, items: StructuralSchema): JSONSchemaProps {
  const item = jsonSchemaOf(items);
  const keys = schema['x-kubernetes-list-map-keys'];
  for (const key of keys ?? []) {
    const property = item.properties?.[key];
    // Keys must be present: optional ones default to the empty string.
    if (property && property.default === undefined && !item.required?.includes(key)) property.default = '';
  }
  const type = schema['x-kubernetes-list-type'];
  return {
    items: item,
    ...(type ? { 'x-kubernetes-list-type': type } : {}),
    ...(keys ? { 'x-kubernetes-list-map-keys': [...keys] } : {}),
  };
}
