import { fieldAtPath } from '../../../cel/rules/field-path.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { duplicate, invalid, required, tooMany } from '../../../schema/field-error.ts';
import type { JSONSchemaProps } from './json-schema-props.ts';
import { MAX_SELECTABLE_FIELDS } from './limits.ts';
import type { SelectableField } from './schema.ts';

const SELECTABLE_TYPES: readonly string[] = ['string', 'boolean', 'integer'];

/** Checks the fields that field selectors of a custom resource may name: scalars at fixed places (KEP-4358). */
export function checkSelectableFields(
  errors: FieldError[],
  fields: readonly SelectableField[],
  schema: JSONSchemaProps,
  path: string,
  allowsTooMany: boolean,
): void {
  const unique = new Set<string>();
  fields.forEach(({ jsonPath = '' }, i) => {
    const field = `${path}[${i}].jsonPath`;
    if (jsonPath === '') {
      errors.push(required(field));
      return;
    }
    const found = fieldAtPath(jsonPath, schema, false);
    if (!found.ok) {
      errors.push(invalid(field, jsonPath, `is an invalid path: ${found.fault}`));
      return;
    }
    if (/^metadata(?:\.|$)/.test(found.path)) errors.push(invalid(field, jsonPath, 'must not point to fields in metadata'));
    if (!SELECTABLE_TYPES.includes(found.schema.type ?? '')) {
      errors.push(
        invalid(
          field,
          jsonPath,
          'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
        ),
      );
    }
    if (unique.has(found.path)) errors.push(duplicate(field, jsonPath));
    unique.add(found.path);
  });
  if (unique.size > MAX_SELECTABLE_FIELDS && !allowsTooMany) errors.push(tooMany(path, unique.size, MAX_SELECTABLE_FIELDS));
}
