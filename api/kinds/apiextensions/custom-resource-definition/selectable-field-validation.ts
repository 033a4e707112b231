import type { FieldError } from '../../../schema/field-error.ts';
import { duplicate, invalid, required, tooMany } from '../../../schema/field-error.ts';
import type { JSONSchemaProps } from './json-schema-props.ts';
import type { SelectableField } from './schema.ts';

const MAX_FIELDS = 8;
const SELECTABLE_TYPES: readonly string[] = ['string', 'integer', 'boolean'];
const simplePath = /^(\.[A-Za-z_][\w-]*)+$/;

/** Fields that field selectors of a custom resource may name: simple values at fixed places (KEP-4358). */
export function checkSelectableFields(
  errors: FieldError[],
  fields: readonly SelectableField[],
  schema: JSONSchemaProps | undefined,
  path: string,
): void {
  if (fields.length > MAX_FIELDS) errors.push(tooMany(path, fields.length, MAX_FIELDS));
  const seen = new Set<string>();
  fields.forEach(({ jsonPath = '' }, i) => {
    const field = `${path}[${i}].jsonPath`;
    if (jsonPath === '') {
      errors.push(required(field));
      return;
    }
    if (seen.has(jsonPath)) errors.push(duplicate(field, jsonPath));
    seen.add(jsonPath);
    const why = faultOf(jsonPath, schema);
    if (why !== undefined) errors.push(invalid(field, jsonPath, why));
  });
}

function faultOf(jsonPath: string, schema: JSONSchemaProps | undefined): string | undefined {
  if (!simplePath.test(jsonPath)) return 'is an invalid path: only a simple path of field names is allowed';
  if (jsonPath.startsWith('.metadata.')) return 'must not point to fields in metadata';
  let at = schema;
  for (const name of jsonPath.slice(1).split('.')) at = at?.properties?.[name];
  if (!at) return 'is an invalid path: does not refer to a valid field';
  return SELECTABLE_TYPES.includes(at.type ?? '') ? undefined : `must point to a field of type boolean, integer or string; but is ${at.type ?? ''}`;
}
