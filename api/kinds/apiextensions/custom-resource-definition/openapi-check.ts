import { hasMembers } from '../../../../base/json/long-values.ts';
import { entriesOf, isObject } from '../../../../base/json.ts';
import type { Steps } from '../../../../base/steps.ts';
import { fieldAtPath } from '../../../cel/rules/field-path.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { forbidden, invalid, notSupported, required } from '../../../schema/field-error.ts';
import type { JSONSchemaProps, ValidationRule } from './json-schema-props.ts';
import { SCHEMA_TYPES } from './limits.ts';
import { checkKeys, checkMergeTypes } from './list-type-check.ts';
import type { ValidationOptions } from './validation-options.ts';

/** The place of a schema within that of an object. */
interface Place {
  readonly isRoot: boolean;
  /** Within the type or metadata of an object. */
  readonly isInMeta: boolean;
  /** The reason for which there may be no default; undefined if there may be one. */
  readonly noDefault: string | undefined;
}

const META_FIELDS: ReadonlySet<string> = new Set(['metadata', 'kind', 'apiVersion']);

type SchemaOptions = Pick<ValidationOptions, 'requireValidTypes' | 'requireAtomicSets' | 'requireMapKeys'>;

/** Returns the faults of a schema that do not concern its structure: unsupported fields, list types, the form of rules in CEL. Each schema is a step. */
export function* openApiFaults(schema: JSONSchemaProps, path: string, options: SchemaOptions): Steps<FieldError[]> {
  const errors: FieldError[] = [];
  yield* visit(schema, path, { isRoot: true, isInMeta: false, noDefault: undefined }, options, errors);
  return errors;
}

function* visit(schema: JSONSchemaProps, path: string, place: Place, options: SchemaOptions, errors: FieldError[]): Steps<void> {
  yield;
  checkFields(schema, path, place, options, errors);
  if (schema.uniqueItems) {
    errors.push(forbidden(`${path}.uniqueItems`, 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic'));
  }
  const inner: Place = { ...place, isRoot: false };
  yield* visitFields(schema, path, place, inner, options, errors);
  if (schema.not) yield* visit(schema.not, `${path}.not`, inner, options, errors);
  for (const name of ['allOf', 'oneOf', 'anyOf'] as const) {
    for (const [i, part] of (schema[name] ?? []).entries()) yield* visit(part, `${path}.${name}[${i}]`, inner, options, errors);
  }
  for (const [name, part] of entriesOf(schema.definitions)) yield* visit(part, `${path}.definitions[${name}]`, inner, options, errors);
  if (Array.isArray(schema.items)) for (const [i, part] of schema.items.entries()) yield* visit(part, `${path}.items[${i}]`, inner, options, errors);
  else if (schema.items) yield* visit(schema.items, `${path}.items`, inner, options, errors);
  for (const [name, part] of entriesOf(schema.dependencies)) {
    if (Array.isArray(part)) yield;
    else yield* visit(part, `${path}.dependencies[${name}]`, inner, options, errors);
  }
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    errors.push(invalid(`${path}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined'));
  }
  checkMergeTypes(schema, path, options.requireAtomicSets, errors);
  if (options.requireMapKeys) checkKeys(schema, path, errors);
  schema['x-kubernetes-validations']?.forEach((rule, i) => void checkRule(rule, schema, `${path}.x-kubernetes-validations[${i}]`, errors));
}

function* visitFields(schema: JSONSchemaProps, path: string, place: Place, inner: Place, options: SchemaOptions, errors: FieldError[]): Steps<void> {
  const { properties = {}, additionalProperties: others } = schema;
  const names = Object.keys(properties);
  if (others !== undefined) {
    if (names.length > 0 && others !== true) {
      errors.push(forbidden(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive'));
    }
    if (isObject(others)) {
      const noDefault = place.isInMeta ? 'inside additionalProperties applying to object metadata' : place.noDefault;
      yield* visit(others, `${path}.additionalProperties`, { ...inner, noDefault }, options, errors);
    }
  }
  for (const name of names) {
    const property = properties[name];
    if (!property) continue;
    const isMeta = (place.isRoot || schema['x-kubernetes-embedded-resource'] === true) && META_FIELDS.has(name);
    const noDefault = isMeta && place.isRoot ? `in top-level ${name}` : place.noDefault;
    yield* visit(property, `${path}.properties[${name}]`, { isRoot: false, isInMeta: place.isInMeta || isMeta, noDefault }, options, errors);
  }
}

function checkFields(schema: JSONSchemaProps, path: string, { isInMeta, noDefault }: Place, options: SchemaOptions, errors: FieldError[]): void {
  const { type } = schema;
  if (options.requireValidTypes && type && !SCHEMA_TYPES.includes(type)) errors.push(notSupported(`${path}.type`, type, SCHEMA_TYPES));
  if (schema.default !== undefined && noDefault !== undefined) errors.push(forbidden(`${path}.default`, `must not be set ${noDefault}`));
  if (schema.id) errors.push(forbidden(`${path}.id`, 'id is not supported'));
  if (schema.additionalItems !== undefined) errors.push(forbidden(`${path}.additionalItems`, 'additionalItems is not supported'));
  for (const name of ['patternProperties', 'definitions'] as const) {
    if (hasMembers(schema[name] ?? {})) errors.push(forbidden(`${path}.${name}`, `${name} is not supported`));
  }
  if (schema.dependencies !== undefined) errors.push(forbidden(`${path}.dependencies`, 'dependencies is not supported'));
  if (schema.$ref !== undefined) errors.push(forbidden(`${path}.$ref`, '$ref is not supported'));
  if (type === 'null') errors.push(forbidden(`${path}.type`, 'type cannot be set to null, use nullable as an alternative'));
  if (Array.isArray(schema.items) && schema.items.length > 0) {
    errors.push(forbidden(`${path}.items`, 'items must be a schema object and not an array'));
  }
  if (isInMeta && schema['x-kubernetes-embedded-resource']) {
    errors.push(forbidden(`${path}.x-kubernetes-embedded-resource`, 'must not be used inside of resource meta'));
  }
}

const RULE_REASONS: readonly string[] = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];
const hasNewlines = (text: string): boolean => /[\n\r]/.test(text);

/** Checks the form of a rule; its expressions are compiled elsewhere. */
function checkRule(rule: ValidationRule, schema: JSONSchemaProps, path: string, errors: FieldError[]): void {
  const { message = '', messageExpression = '', reason, fieldPath = '' } = rule;
  const text = (rule.rule ?? '').trim();
  const told = message.trim();
  if (text === '') errors.push(required(`${path}.rule`, 'rule is not specified'));
  else if (message !== '' && told === '') errors.push(invalid(`${path}.message`, message, 'must be non-empty if specified'));
  else if (hasNewlines(told)) errors.push(invalid(`${path}.message`, message, 'must not contain line breaks'));
  else if (hasNewlines(text) && told === '') errors.push(required(`${path}.message`, 'message must be specified if rule contains line breaks'));
  if (messageExpression !== '' && messageExpression.trim() === '') {
    errors.push(required(`${path}.messageExpression`, 'messageExpression must be non-empty if specified'));
  }
  if (reason !== undefined && !RULE_REASONS.includes(reason)) errors.push(notSupported(`${path}.reason`, reason, RULE_REASONS));
  if (fieldPath === '') return;
  if (fieldPath.trim() === '') errors.push(invalid(`${path}.fieldPath`, fieldPath, 'must be non-empty if specified'));
  if (hasNewlines(fieldPath)) errors.push(invalid(`${path}.fieldPath`, fieldPath, 'must not contain line breaks'));
  if (!fieldAtPath(fieldPath, schema).ok) errors.push(invalid(`${path}.fieldPath`, fieldPath, 'must be a valid path'));
}
