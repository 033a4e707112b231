import type { Property, StructuralSchema } from '../../../api/schema/structural.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const isNullable = (schema: StructuralSchema | boolean | undefined): boolean => typeof schema === 'object' && schema.nullable === true;

/**
 * Returns the schema of a custom resource without what clients of OpenAPI v2 cannot read (k8s.io/apiextensions-apiserver/pkg/controller/openapi/v2):
 * there is no null and no junctor, kubectl refuses unknown fields of every object that has properties, and it reads no array without items.
 */
export function withoutV3Features(schema: StructuralSchema): StructuralSchema {
  const out: Mutable<StructuralSchema> = { ...schema };
  const { nullable = false, validation } = schema;
  const keepsUnknown = schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (validation) {
    const { allOf: _allOf, anyOf: _anyOf, oneOf: _oneOf, not: _not, ...plain } = validation;
    out.validation = plain;
  }
  delete out.nullable;
  if (nullable || keepsUnknown) {
    delete out.items;
    delete out.properties;
  }
  if (nullable || (schema.type === 'array' && !out.items) || (keepsUnknown && schema.type === 'object')) delete out.type;
  if (out.properties && schema.required) out.required = schema.required.filter((name) => !isNullable(schema.properties?.get(name)?.schema));
  if (isNullable(schema.additionalProperties)) delete out.required;
  if (out.items) out.items = withoutV3Features(out.items);
  if (out.properties) out.properties = new Map(Array.from(out.properties, ([name, field]) => [name, propertyWithout(field)]));
  if (typeof out.additionalProperties === 'object') out.additionalProperties = withoutV3Features(out.additionalProperties);
  return out;
}

const propertyWithout = (field: Property): Property => ({ ...field, schema: withoutV3Features(field.schema) });
