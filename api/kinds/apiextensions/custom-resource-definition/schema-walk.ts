import { entriesOf, isObject } from '../../../../base/json.ts';
import type { JSONSchemaProps } from './json-schema-props.ts';

/** Yields the schemas directly within a schema. */
function* parts(schema: JSONSchemaProps): Generator<JSONSchemaProps> {
  if (schema.items) yield schema.items;
  for (const name of ['allOf', 'anyOf', 'oneOf'] as const) yield* schema[name] ?? [];
  if (schema.not) yield schema.not;
  for (const [, part] of entriesOf(schema.properties)) yield part;
  if (isObject(schema.additionalProperties)) yield schema.additionalProperties;
  for (const [, part] of entriesOf(schema.patternProperties)) yield part;
  if (isObject(schema.additionalItems)) yield schema.additionalItems;
  for (const [, part] of entriesOf(schema.definitions)) yield part;
}

/** Whether a schema, or any schema within it, meets a test. */
export function schemaHas(schema: JSONSchemaProps, test: (schema: JSONSchemaProps) => boolean): boolean {
  if (test(schema)) return true;
  for (const part of parts(schema)) if (schemaHas(part, test)) return true;
  return false;
}
