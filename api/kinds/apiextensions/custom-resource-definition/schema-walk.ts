import { isObject } from '../../../../base/json.ts';
import type { JSONSchemaProps } from './json-schema-props.ts';

/** Yields the schemas directly within a schema. */
function* parts(schema: JSONSchemaProps): Generator<JSONSchemaProps> {
  if (schema.items) yield schema.items;
  for (const name of ['allOf', 'anyOf', 'oneOf'] as const) yield* schema[name] ?? [];
  if (schema.not) yield schema.not;
  yield* Object.values(schema.properties ?? {});
  if (isObject(schema.additionalProperties)) yield schema.additionalProperties;
  yield* Object.values(schema.patternProperties ?? {});
  if (isObject(schema.additionalItems)) yield schema.additionalItems;
  yield* Object.values(schema.definitions ?? {});
}

/** Whether a schema, or any schema within it, meets a test. */
export function schemaHas(schema: JSONSchemaProps, test: (schema: JSONSchemaProps) => boolean): boolean {
  if (test(schema)) return true;
  for (const part of parts(schema)) if (schemaHas(part, test)) return true;
  return false;
}
