import { entriesOf, equalJson, isObject } from '../../../../base/json.ts';
import type { Steps } from '../../../../base/steps.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { invalid } from '../../../schema/field-error.ts';
import type { StructuralSchema } from '../../../schema/structural.ts';
import { faultsOf } from '../../../schema/validate/validate.ts';
import type { JSONSchemaProps } from './json-schema-props.ts';
import { structuralOfJsonSchema } from './structural-schema.ts';

/** Returns the faults of defaults: each must be valid itself, and have no fields that its schema does not know. */
export function* defaultFaults(schema: JSONSchemaProps, path: string, requirePruned: boolean): Steps<FieldError[]> {
  const errors: FieldError[] = [];
  yield* visit(schema, path, requirePruned, errors);
  return errors;
}

function* visit(schema: JSONSchemaProps, path: string, requirePruned: boolean, errors: FieldError[]): Steps<void> {
  yield;
  if (schema.default !== undefined && schema.default !== null) checkDefault(schema, `${path}.default`, requirePruned, errors);
  // Defaults in the values of maps are not looked at, as upstream.
  if (isObject(schema.items)) yield* visit(schema.items, `${path}.items`, requirePruned, errors);
  for (const [name, property] of entriesOf(schema.properties)) yield* visit(property, `${path}.properties[${name}]`, requirePruned, errors);
}

function checkDefault(schema: JSONSchemaProps, at: string, requirePruned: boolean, errors: FieldError[]): void {
  const structural = structuralOfJsonSchema(schema);
  if (requirePruned && !equalJson(pruned(schema.default, structural), schema.default)) {
    errors.push(invalid(at, schema.default, 'must not have unknown fields'));
  }
  for (const error of faultsOf(structural, schema.default, 'default')) {
    errors.push({ ...error, field: error.field === '<nil>' ? at : `${at}.${error.field}` });
  }
}

/** Returns a value without the fields that its schema does not name. */
function pruned(value: unknown, schema: StructuralSchema | undefined): unknown {
  if (Array.isArray(value))
    return schema?.items || !schema?.['x-kubernetes-preserve-unknown-fields'] ? value.map((item) => pruned(item, schema?.items)) : value;
  if (!isObject(value)) return value;
  const out: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const field = schema?.properties?.get(key)?.schema;
    const isMeta = schema?.['x-kubernetes-embedded-resource'] && (key === 'apiVersion' || key === 'kind' || key === 'metadata');
    if (isMeta) out[key] = value[key];
    else if (field) out[key] = pruned(value[key], field);
    else if (schema?.additionalProperties !== undefined) {
      out[key] = pruned(value[key], typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined);
    } else if (schema?.['x-kubernetes-preserve-unknown-fields']) out[key] = value[key];
  }
  return out;
}
