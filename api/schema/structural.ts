import type { z } from 'zod';
import type { FieldMeta } from './fields.ts';
import { fieldMeta } from './fields.ts';

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
  readonly description?: string;
  /** See FieldMeta: how Go's JSON encoding treats the zero value. Undefined in custom resources, where nothing is dropped or filled in. */
  readonly presence?: 'value' | 'pointer' | 'filled' | 'null';
  readonly embedded?: string;
}

/** Constraints on values beyond their type; those under the logical junctors carry no structure of their own. */
export interface ValueValidation {
  readonly type?: SchemaType;
  readonly nullable?: boolean;
  readonly format?: string;
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
  readonly required?: readonly string[];
  readonly properties?: ReadonlyMap<string, ValueValidation>;
  readonly items?: ValueValidation;
  readonly additionalProperties?: ValueValidation | boolean;
  readonly intOrString?: boolean;
  readonly allOf?: readonly ValueValidation[];
  readonly anyOf?: readonly ValueValidation[];
  readonly oneOf?: readonly ValueValidation[];
  readonly not?: ValueValidation;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** As much of zod's own description of a schema as the conversion reads. */
interface ZodDef {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
}

const defOf = (schema: z.ZodType): ZodDef => schema._zod.def;
const isZod = (value: object): value is z.ZodType => '_zod' in value;

const converted = new WeakMap<z.ZodType, StructuralSchema>();

/**
 * The structural schema of a schema built with fields.ts. The same zod schema always gives the same node.
 * @throws TypeError for zod types that fields.ts does not build.
 */
export function structuralOf(schema: z.ZodType): StructuralSchema {
  const known = converted.get(schema);
  if (known) return known;
  const def = defOf(schema);
  if (def.innerType) return structuralOf(def.innerType);
  const meta = fieldMeta(schema);
  if (meta.target && isZod(meta.target)) return structuralOf(meta.target);
  const { description, presence: _presence, embedded: _embedded, target: _target, ...own } = meta;
  const node: Mutable<StructuralSchema> = { ...own };
  converted.set(schema, node);
  switch (def.type) {
    case 'string':
      node.type = 'string';
      break;
    case 'number':
      node.type = meta.format === 'double' ? 'number' : 'integer';
      break;
    case 'boolean':
      node.type = 'boolean';
      break;
    case 'any':
    case 'union':
      break;
    case 'array':
      node.type = 'array';
      node.items = nested(def.element);
      break;
    case 'record':
      node.type = 'object';
      node.additionalProperties = nested(def.valueType);
      break;
    case 'object':
      node.type = 'object';
      if (description !== undefined) node.description = description;
      structure(node, def.shape ?? {});
      break;
    default:
      throw new TypeError(`no structural schema for zod type ${def.type}`);
  }
  return node;
}

function nested(schema: z.ZodType | undefined): StructuralSchema {
  if (!schema) throw new TypeError('a list or map without a schema for what it holds');
  return structuralOf(schema);
}

function structure(node: Mutable<StructuralSchema>, shape: Readonly<Record<string, z.ZodType>>): void {
  const properties = new Map<string, Property>();
  const required: string[] = [];
  for (const name of Object.keys(shape)) {
    const field = shape[name];
    if (!field) continue;
    const optional = defOf(field).type === 'optional';
    if (!optional) required.push(name);
    properties.set(name, property(name, field, optional));
  }
  node.properties = properties;
  if (required.length > 0) node.required = required;
}

function property(name: string, field: z.ZodType, optional: boolean): Property {
  const inner = defOf(field).innerType ?? field;
  const meta = fieldMeta(inner);
  const struct = defOf(inner).type === 'object';
  return {
    name,
    schema: structuralOf(inner),
    required: !optional,
    presence: meta.presence ?? (optional ? (struct ? 'pointer' : 'value') : 'filled'),
    // A structure's own description is that of the type, unless ref() gave the field one.
    ...(meta.description !== undefined && (!struct || meta.target) ? { description: meta.description } : {}),
    ...(meta.embedded === undefined ? {} : { embedded: meta.embedded }),
  };
}
