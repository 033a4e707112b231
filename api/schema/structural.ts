import type { Field, FieldMeta, Shape, Tag, Union } from './fields.ts';

export type SchemaType = 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';

/**
 * The subset of OpenAPI v3 that Kubernetes calls a structural schema, as an immutable graph: a named structure is one node however often
 * it is used, and recursive types are cycles. Where `type` is absent any value may stand.
 * @see https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
 */
export interface StructuralSchema extends Omit<FieldMeta, 'format'> {
  readonly type?: SchemaType;
  readonly format?: string;
  readonly nullable?: boolean;
  readonly properties?: ReadonlyMap<string, Property>;
  readonly additionalProperties?: StructuralSchema | boolean;
  readonly items?: StructuralSchema;
  readonly required?: readonly string[];
  readonly validation?: ValueValidation;
}

/** A field of a structure: what it holds, and how it behaves there. */
export interface Property {
  readonly name: string;
  readonly schema: StructuralSchema;
  readonly required: boolean;
  /** The number in the Protobuf form. Undefined where there is none: in custom resources, and in the apiVersion and kind of an object. */
  readonly tag?: Tag;
  readonly description?: string;
  /** The default of a field whose schema is shared with others; of the schema itself otherwise. */
  readonly default?: unknown;
  /** See FieldMeta. */
  readonly published?: unknown;
  /** See FieldMeta: how Go's JSON encoding treats the zero value. Undefined in custom resources, where nothing is dropped or filled in. */
  readonly presence?: 'value' | 'pointer' | 'filled' | 'null';
  /** See FieldMeta. */
  readonly keepsEmpty?: true;
  readonly embedded?: string;
  readonly opaque?: boolean;
  /** The patch strategy of a field whose schema is shared with others. */
  readonly patchStrategy?: string;
  /** The merge behaviour of a field whose schema is shared with others. */
  readonly mapType?: string;
  /** See FieldMeta: set where a value of another type may stand in the place of the structure. */
  readonly union?: Union;
}

/** Constraints on values beyond their type: what CustomResourceDefinitions may ask for. */
export interface ValueValidation {
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly allOf?: readonly StructuralSchema[];
  readonly anyOf?: readonly StructuralSchema[];
  readonly oneOf?: readonly StructuralSchema[];
  readonly not?: StructuralSchema;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const converted = new WeakMap<Field, StructuralSchema>();

/** Returns the structural schema of a field. The same field always gives the same node, as do all fields that refer to one structure. */
export function structuralOf(field: Field): StructuralSchema {
  if (field.meta.target) return structuralOf(field.meta.target);
  const known = converted.get(field);
  if (known) return known;
  const {
    description,
    presence: _presence,
    keepsEmpty: _keepsEmpty,
    embedded: _embedded,
    opaque: _opaque,
    target: _target,
    published: _published,
    ...own
  } = field.meta;
  const node: Mutable<StructuralSchema> = { ...own };
  // Before its parts: a structure may hold itself.
  converted.set(field, node);
  switch (field.kind) {
    case 'any':
      break;
    case 'list':
      node.type = 'array';
      if (field.item) node.items = structuralOf(field.item);
      break;
    case 'map':
      node.type = 'object';
      if (field.item) node.additionalProperties = structuralOf(field.item);
      break;
    case 'struct':
      node.type = 'object';
      if (description !== undefined) node.description = description;
      structure(node, field.shape ?? {});
      break;
    default:
      node.type = field.kind;
  }
  return node;
}

function structure(node: Mutable<StructuralSchema>, shape: Shape): void {
  const properties = new Map<string, Property>();
  const required: string[] = [];
  for (const name of Object.keys(shape)) {
    const field = shape[name];
    if (!field) continue;
    if (!field.isOptional) required.push(name);
    properties.set(name, property(name, field));
  }
  node.properties = properties;
  if (required.length > 0) node.required = required;
}

function property(name: string, field: Field): Property {
  const { isOptional, meta, kind, tagged } = field;
  const mapType = meta.target && meta['x-kubernetes-map-type'];
  const patchStrategy = meta.target && meta['x-kubernetes-patch-strategy'];
  return {
    name,
    schema: structuralOf(field),
    required: !isOptional,
    ...(tagged === undefined ? {} : { tag: tagged }),
    presence: meta.presence ?? (isOptional ? (kind === 'struct' ? 'pointer' : 'value') : 'filled'),
    // A structure's own description is that of the type, unless ref() gave the field one.
    ...(meta.description !== undefined && (kind !== 'struct' || meta.target) ? { description: meta.description } : {}),
    ...(meta.keepsEmpty ? { keepsEmpty: true } : {}),
    ...(meta.embedded === undefined ? {} : { embedded: meta.embedded }),
    ...(meta.opaque ? { opaque: true } : {}),
    ...(meta.target && meta.default !== undefined ? { default: meta.default } : {}),
    ...(patchStrategy ? { patchStrategy } : {}),
    ...(mapType ? { mapType } : {}),
    ...(meta.union ? { union: meta.union } : {}),
    ...(meta.published === undefined ? {} : { published: meta.published }),
  };
}
