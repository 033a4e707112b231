import type { Property, StructuralSchema } from '../../api/schema/structural.ts';
import { isObject } from '../../base/json.ts';
import { oncePer } from '../../base/once-per.ts';
import type { JsonObject } from '../patch/merge-patch.ts';

/** The ownership of the fields below a value: one by one, by key, by value, or only as a whole. */
export type Shape = 'fields' | 'map-list' | 'set-list' | 'whole';

const NO_SCHEMA: StructuralSchema = {};

/** Returns the shape that the schema gives a value; without a schema, maps are owned field by field and lists as a whole. */
export function shapeOf(value: unknown, schema: StructuralSchema): Shape {
  if (Array.isArray(value)) {
    switch (schema['x-kubernetes-list-type']) {
      case 'map':
        return 'map-list';
      case 'set':
        return 'set-list';
      default:
        return 'whole';
    }
  }
  if (!isObject(value) || schema['x-kubernetes-map-type'] === 'atomic') return 'whole';
  return 'fields';
}

/** The schema of a field of a structure, or of an entry of a map. */
export function fieldSchemaOf(schema: StructuralSchema, name: string): StructuralSchema {
  const property = schema.properties?.get(name);
  if (property) return property.mapType === undefined ? property.schema : reshaped(property, property.mapType);
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : NO_SCHEMA;
}

/** A field of a structure, or an entry of a map. */
export interface Field {
  /** Its path element. */
  readonly element: string;
  readonly schema: StructuralSchema;
}

const declaredFields = oncePer((_schema: StructuralSchema) => new Map<string, Field>());

/** Returns the fields of a structure by name. Those that the schema declares are made once: objects of a kind have the same ones. */
export function fieldsByName(schema: StructuralSchema): (name: string) => Field {
  const { properties } = schema;
  if (!properties) return (name) => ({ element: `f:${name}`, schema: fieldSchemaOf(schema, name) });
  const fields = declaredFields(schema);
  return (name) => {
    const known = fields.get(name);
    if (known) return known;
    const field = { element: `f:${name}`, schema: fieldSchemaOf(schema, name) };
    if (properties.has(name)) fields.set(name, field);
    return field;
  };
}

const reshapedSchemas = new WeakMap<Property, StructuralSchema>();

/** The schema of a structure that is merged otherwise in this field than elsewhere. */
function reshaped(property: Property, mapType: string): StructuralSchema {
  let schema = reshapedSchemas.get(property);
  if (!schema) {
    schema = { ...property.schema, 'x-kubernetes-map-type': mapType === 'atomic' ? 'atomic' : 'granular' };
    reshapedSchemas.set(property, schema);
  }
  return schema;
}

export const itemSchemaOf = (schema: StructuralSchema): StructuralSchema => schema.items ?? NO_SCHEMA;

/** Returns the path element of an item of a list: by its keys, defaults filled in, or by its value. */
export function itemElement(item: unknown, shape: Shape, schema: StructuralSchema): string {
  if (shape === 'set-list') return `v:${JSON.stringify(item)}`;
  const named: Record<string, unknown> = {};
  for (const key of keysOf(schema)) {
    const value = keyValue(item, key, schema);
    if (value !== undefined) named[key] = value;
  }
  return `k:${JSON.stringify(named)}`;
}

/** Returns the first required key that an item lacks and that has no default. */
export const missingKey = (item: unknown, schema: StructuralSchema): string | undefined =>
  keysOf(schema).find((key) => keyValue(item, key, schema) === undefined && itemSchemaOf(schema).required?.includes(key));

const keysOf = oncePer((schema: StructuralSchema): readonly string[] => [...(schema['x-kubernetes-list-map-keys'] ?? [])].sort());

function keyValue(item: unknown, key: string, schema: StructuralSchema): unknown {
  const fields: JsonObject = isObject(item) ? item : {};
  const property = itemSchemaOf(schema).properties?.get(key);
  return fields[key] ?? property?.default ?? property?.schema.default;
}

/** Returns the items of a list by their path elements. Of two with the same, the last counts. */
export function itemsByElement(list: readonly unknown[], shape: Shape, schema: StructuralSchema): Map<string, unknown> {
  const items = new Map<string, unknown>();
  for (const item of list) items.set(itemElement(item, shape, schema), item);
  return items;
}
