import type { Property, StructuralSchema, ValueValidation } from '../../../schema/structural.ts';
import type { JSONSchemaProps } from './json-schema-props.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const CONSTRAINTS = [
  'enum',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'pattern',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
] as const;

const EXTENSIONS = [
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-map-type',
  'x-kubernetes-int-or-string',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-embedded-resource',
] as const;

function pick<K extends string>(schema: Readonly<Record<string, unknown>>, names: readonly K[]): Record<string, unknown> | undefined {
  let picked: Record<string, unknown> | undefined;
  for (const name of names) {
    if (schema[name] === undefined) continue;
    picked ??= {};
    picked[name] = schema[name];
  }
  return picked;
}

/**
 * Returns the structural schema of a CustomResourceDefinition, which must be valid: see structural-check.ts.
 * Not carried over: `x-kubernetes-validations`, which are evaluated by api/cel, and what structural schemas forbid.
 */
export function structuralOfJsonSchema(schema: JSONSchemaProps): StructuralSchema {
  const node: Mutable<StructuralSchema> = { ...pick({ ...schema }, EXTENSIONS) };
  // Other types are refused; while a definition is checked, they are types that no value has.
  if (schema.type) Object.assign(node, { type: schema.type });
  if (schema.title !== undefined && schema.title !== '') node.title = schema.title;
  if (schema.description !== undefined) node.description = schema.description;
  if (schema.format !== undefined) node.format = schema.format;
  if (schema.nullable) node.nullable = true;
  if (schema.default !== undefined) node.default = schema.default;
  if (schema.required) node.required = schema.required;
  if (schema.items) node.items = structuralOfJsonSchema(schema.items);
  const { additionalProperties } = schema;
  if (additionalProperties !== undefined) {
    node.additionalProperties = typeof additionalProperties === 'boolean' ? additionalProperties : structuralOfJsonSchema(additionalProperties);
  }
  if (schema.properties) node.properties = propertiesOf(schema.properties, new Set(schema.required));
  const validation = validationOf(schema);
  if (validation) node.validation = validation;
  return node;
}

function propertiesOf(properties: Readonly<Record<string, JSONSchemaProps>>, required: ReadonlySet<string>): ReadonlyMap<string, Property> {
  const map = new Map<string, Property>();
  for (const [name, schema] of Object.entries(properties)) {
    map.set(name, { name, schema: structuralOfJsonSchema(schema), required: required.has(name) });
  }
  return map;
}

function validationOf(schema: JSONSchemaProps): ValueValidation | undefined {
  const { allOf, anyOf, oneOf, not } = schema;
  const constraints = pick({ ...schema }, CONSTRAINTS);
  if (!constraints && !allOf && !anyOf && !oneOf && !not) return undefined;
  return {
    ...constraints,
    ...(allOf ? { allOf: allOf.map(structuralOfJsonSchema) } : {}),
    ...(anyOf ? { anyOf: anyOf.map(structuralOfJsonSchema) } : {}),
    ...(oneOf ? { oneOf: oneOf.map(structuralOfJsonSchema) } : {}),
    ...(not ? { not: structuralOfJsonSchema(not) } : {}),
  };
}
