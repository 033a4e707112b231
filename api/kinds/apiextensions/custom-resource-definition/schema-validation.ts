import { equalJson } from '../../../../base/json.ts';
import type { Steps } from '../../../../base/steps.ts';
import { rules } from '../../../cel/rules/loader.ts';
import { hasRules } from '../../../cel/schema.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { forbidden, invalid } from '../../../schema/field-error.ts';
import { defaultFaults } from './default-check.ts';
import { internalSchema } from './internal-form.ts';
import type { JSONSchemaProps } from './json-schema-props.ts';
import { openApiFaults } from './openapi-check.ts';
import { initFault, structuralFaults } from './structural-check.ts';
import type { ValidationOptions } from './validation-options.ts';

/** Upstream's names of the fields that a root schema may have beside the subresource `status`. */
const ALLOWED_AT_ROOT: readonly (readonly [string, keyof JSONSchemaProps])[] = [
  ['Description', 'description'],
  ['Type', 'type'],
  ['Format', 'format'],
  ['Title', 'title'],
  ['Maximum', 'maximum'],
  ['ExclusiveMaximum', 'exclusiveMaximum'],
  ['Minimum', 'minimum'],
  ['ExclusiveMinimum', 'exclusiveMinimum'],
  ['MaxLength', 'maxLength'],
  ['MinLength', 'minLength'],
  ['Pattern', 'pattern'],
  ['MaxItems', 'maxItems'],
  ['MinItems', 'minItems'],
  ['UniqueItems', 'uniqueItems'],
  ['MultipleOf', 'multipleOf'],
  ['Required', 'required'],
  ['Items', 'items'],
  ['Properties', 'properties'],
  ['ExternalDocs', 'externalDocs'],
  ['Example', 'example'],
  ['XPreserveUnknownFields', 'x-kubernetes-preserve-unknown-fields'],
  ['XValidations', 'x-kubernetes-validations'],
];
const allowedAtRoot: ReadonlySet<string> = new Set(ALLOWED_AT_ROOT.map(([, name]) => name));

const isZero = (value: unknown): boolean => value === undefined || value === '' || value === false;

/** The status is validated by its part of the schema alone, so that constraints on the whole would be lost. */
function checkRoot(schema: JSONSchemaProps, path: string, errors: FieldError[]): void {
  const set = Object.entries(schema).filter(([, value]) => !isZero(value));
  if (!isZero(schema.type) && schema.type !== 'object') {
    const detail = 'only "object" is allowed as the type at the root of the schema if the status subresource is enabled';
    errors.push(invalid(`${path}.type`, schema.type, detail));
  } else if (set.some(([name]) => !allowedAtRoot.has(name))) {
    const names = ALLOWED_AT_ROOT.map(([name]) => name).join(' ');
    const detail = `only [${names}] fields are allowed at the root of the schema if the status subresource is enabled`;
    errors.push(invalid(path, internalSchema(schema), detail));
  }
}

/**
 * Returns the faults of the schema of a custom resource. Each schema within it is a step.
 * @param path Of the schema: `spec.validation.openAPIV3Schema` where all versions share it (there is one), as upstream has it,
 * `spec.versions[0].schema.openAPIV3Schema` otherwise.
 */
export function* checkSchema(schema: JSONSchemaProps, path: string, hasStatus: boolean, options: ValidationOptions): Steps<FieldError[]> {
  const errors: FieldError[] = [];
  if (hasStatus) checkRoot(schema, path, errors);
  if (schema.nullable) errors.push(forbidden(`${path}.nullable`, 'nullable cannot be true at the root'));
  const unfit = options.requireStructural ? yield* initFault(schema) : undefined;
  if (options.requireStructural && unfit === undefined) {
    const structural = yield* structuralFaults(schema, path);
    const found = structural.length > 0 ? structural : yield* defaultFaults(schema, path, options.requirePrunedDefaults);
    for (const error of found) errors.push(error);
  }
  for (const error of yield* openApiFaults(schema, path, options)) errors.push(error);
  if (errors.length === 0 && unfit !== undefined) errors.push(invalid(path, '', unfit));
  if (errors.length > 0 || !hasRules(schema)) return errors;
  const allowExpensiveRules = options.keptSchemas.some((kept) => equalJson(kept, schema));
  for (const error of yield* rules().checkRules(schema, path, { allowExpensiveRules })) errors.push(error);
  return errors;
}
