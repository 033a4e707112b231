import { hasMembers } from '../../../../base/json/long-values.ts';
import { entriesOf, isObject } from '../../../../base/json.ts';
import { goPattern } from '../../../../base/regexp.ts';
import type { Steps } from '../../../../base/steps.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { fieldErrorText, forbidden, invalid, required } from '../../../schema/field-error.ts';
import type { JSONSchemaProps } from './json-schema-props.ts';

type Level = 'root' | 'field' | 'item';

const EMPTY: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  field: 'must not be empty for specified object fields',
  item: 'must not be empty for specified array items',
};

/**
 * Returns the reason for which a schema cannot be made structural at all; undefined if there is none. Schemas in `items`, which may be a list
 * of schemas in OpenAPI v2, must be one.
 */
export function* initFault(schema: JSONSchemaProps): Steps<string | undefined> {
  yield;
  for (const name of ['id', '$schema', '$ref'] as const)
    if (schema[name]) return `OpenAPIV3Schema '${name.replace('$schema', 'schema')}' is not supported`;
  for (const name of ['patternProperties', 'dependencies', 'definitions'] as const) {
    if (hasMembers(schema[name] ?? {})) return `OpenAPIV3Schema '${name}' is not supported`;
  }
  if (schema.additionalItems !== undefined) return "OpenAPIV3Schema 'additionalItems' is not supported";
  if (schema['x-kubernetes-preserve-unknown-fields'] === false)
    return "internal error: 'x-kubernetes-preserve-unknown-fields' must be true or undefined";
  if (Array.isArray(schema.items) && schema.items.length > 0) return "OpenAPIV3Schema 'items' must be a schema, but is an array";
  const { not, items, additionalProperties, allOf = [], anyOf = [], oneOf = [] } = schema;
  for (const parts of [[not, items, additionalProperties], allOf, anyOf, oneOf]) {
    for (const part of parts) {
      const fault = isObject(part) ? yield* initFault(part) : undefined;
      if (fault !== undefined) return fault;
    }
  }
  for (const [, part] of entriesOf(schema.properties)) {
    const fault = yield* initFault(part);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/**
 * Returns the faults that keep a schema from being structural, sorted by their texts as upstream does.
 * @see https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
 */
export function* structuralFaults(schema: JSONSchemaProps, path: string): Steps<FieldError[]> {
  const errors: FieldError[] = [];
  yield* checkInvariants(schema, path, 'root', errors);
  for (const [at, part] of junctors(schema, path)) yield* checkCompleteness(part, schema, path, at, errors);
  return errors
    .map((error) => ({ error, text: fieldErrorText(error) }))
    .sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
    .map(({ error }) => error);
}

const itemsOf = (schema: JSONSchemaProps): JSONSchemaProps | undefined => (isObject(schema.items) ? schema.items : undefined);

function* checkInvariants(schema: JSONSchemaProps, path: string, level: Level, errors: FieldError[]): Steps<void> {
  yield;
  const items = itemsOf(schema);
  if (items) yield* checkInvariants(items, `${path}.items`, 'item', errors);
  else if (schema.type === 'array') errors.push(required(`${path}.items`, 'must be specified'));
  for (const [name, property] of entriesOf(schema.properties)) {
    yield* checkInvariants(property, `${path}.properties[${name}]`, 'field', errors);
  }
  const { additionalProperties: others } = schema;
  if (others !== undefined && level === 'root') errors.push(forbidden(`${path}.additionalProperties`, 'must not be used at the root'));
  if (isObject(others)) yield* checkInvariants(others, `${path}.additionalProperties`, 'field', errors);
  checkIntOrString(schema, path, errors);
  yield* checkConstraints(schema, path, errors);
  checkType(schema, path, level, errors);
  checkMeta(schema, path, level, errors);
}

function checkIntOrString(schema: JSONSchemaProps, path: string, errors: FieldError[]): void {
  if (!schema['x-kubernetes-int-or-string']) return;
  const detail = 'must be false if x-kubernetes-int-or-string is true';
  for (const name of ['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource'] as const) {
    if (schema[name]) errors.push(invalid(`${path}.${name}`, true, detail));
  }
}

function checkType(schema: JSONSchemaProps, path: string, level: Level, errors: FieldError[]): void {
  const type = schema.type ?? '';
  const isResource = schema['x-kubernetes-embedded-resource'] === true;
  if (isResource && type !== 'object') {
    const detail = 'must be object if x-kubernetes-embedded-resource is true';
    errors.push(type === '' ? required(`${path}.type`, detail) : invalid(`${path}.type`, type, detail));
  } else if (type === '' && !schema['x-kubernetes-int-or-string'] && !schema['x-kubernetes-preserve-unknown-fields']) {
    errors.push(required(`${path}.type`, EMPTY[level]));
  }
  if (isResource && schema.additionalProperties !== undefined) {
    errors.push(forbidden(`${path}.additionalProperties`, 'must not be used if x-kubernetes-embedded-resource is set'));
  }
  if (level === 'root' && type !== '' && type !== 'object') errors.push(invalid(`${path}.type`, type, 'must be object at the root'));
  if (isResource && !schema['x-kubernetes-preserve-unknown-fields'] && Object.keys(schema.properties ?? {}).length === 0) {
    errors.push(
      required(`${path}.properties`, 'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields'),
    );
  }
}

/** The fields of type and metadata are known to the server; a schema may restrict the name. */
function checkMeta(schema: JSONSchemaProps, path: string, level: Level, errors: FieldError[]): void {
  const { kind, apiVersion, metadata } = schema.properties ?? {};
  const isObjectOfKind = level === 'root' || schema['x-kubernetes-embedded-resource'] === true;
  if (isObjectOfKind) {
    for (const [name, property, type] of [
      ['kind', kind, 'string'],
      ['apiVersion', apiVersion, 'string'],
      ['metadata', metadata, 'object'],
    ] as const) {
      if (property && property.type !== type) errors.push(invalid(`${path}.properties[${name}].type`, property.type ?? '', `must be ${type}`));
    }
  }
  if (level === 'root' && metadata && !restrictsNames(metadata)) {
    errors.push(
      forbidden(`${path}.properties[metadata]`, 'must not specify anything other than name and generateName, but metadata is implicitly specified'),
    );
  }
}

/** Whether the schema of metadata has a type and schemas of names, and nothing else. */
function restrictsNames({ type: _type, default: _default, properties = {}, ...others }: JSONSchemaProps): boolean {
  const names = Object.keys(properties);
  if (names.some((name) => name !== 'name' && name !== 'generateName')) return false;
  return Object.values(others).every(
    (value) => value === undefined || value === '' || value === false || (Array.isArray(value) && value.length === 0),
  );
}

const isType = (part: JSONSchemaProps | undefined, type: string): boolean => part?.type === type && Object.keys(part).length === 1;
/** The one pattern of types within a junctor that is allowed: an integer or a string. */
const isIntOrStringPair = (anyOf: readonly JSONSchemaProps[] | undefined): boolean =>
  anyOf?.length === 2 && isType(anyOf[0], 'integer') && isType(anyOf[1], 'string');

function* checkConstraints(schema: JSONSchemaProps, path: string, errors: FieldError[], mayHaveTypes = true): Steps<void> {
  const skipsAny = mayHaveTypes && isIntOrStringPair(schema.anyOf);
  const skipsFirst = mayHaveTypes && isIntOrStringPair(schema.allOf?.[0]?.anyOf);
  const anyOf = skipsAny ? [] : (schema.anyOf ?? []);
  for (const [i, part] of anyOf.entries()) yield* checkNested(part, `${path}.anyOf[${i}]`, errors, false);
  for (const [i, part] of (schema.allOf ?? []).entries()) yield* checkNested(part, `${path}.allOf[${i}]`, errors, skipsFirst && i === 0);
  for (const [i, part] of (schema.oneOf ?? []).entries()) yield* checkNested(part, `${path}.oneOf[${i}]`, errors, false);
  if (schema.not) yield* checkNested(schema.not, `${path}.not`, errors, false);
  if (!schema.pattern) return;
  try {
    goPattern(schema.pattern);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    errors.push(invalid(`${path}.pattern`, schema.pattern, `must be a valid regular expression, but isn't: ${error.message}`));
  }
}

const FORBIDDEN = [
  ['type', 'must be empty to be structural'],
  ['default', 'must be undefined to be structural'],
  ['title', 'must be empty to be structural'],
  ['description', 'must be empty to be structural'],
  ['nullable', 'must be false to be structural'],
  ['x-kubernetes-preserve-unknown-fields', 'must be false to be structural'],
  ['x-kubernetes-embedded-resource', 'must be false to be structural'],
  ['x-kubernetes-int-or-string', 'must be false to be structural'],
  ['x-kubernetes-list-map-keys', 'must be empty to be structural'],
  ['x-kubernetes-list-type', 'must be undefined to be structural'],
  ['x-kubernetes-map-type', 'must be undefined to be structural'],
  ['x-kubernetes-validations', 'must be empty to be structural'],
] as const;

const isSet = (value: unknown): boolean => value !== undefined && value !== '' && value !== false && !(Array.isArray(value) && value.length === 0);

/** A junctor may hold constraints only. */
function* checkNested(part: JSONSchemaProps, path: string, errors: FieldError[], skipsAny: boolean): Steps<void> {
  yield;
  yield* checkConstraints(skipsAny ? { ...part, anyOf: undefined } : part, path, errors, false);
  const items = itemsOf(part);
  if (items) yield* checkNested(items, `${path}.items`, errors, false);
  for (const [name, property] of entriesOf(part.properties)) yield* checkNested(property, `${path}.properties[${name}]`, errors, false);
  for (const [name, detail] of FORBIDDEN) if (isSet(part[name])) errors.push(forbidden(`${path}.${name}`, detail));
  if (part.additionalProperties !== undefined && part.additionalProperties !== false) {
    errors.push(forbidden(`${path}.additionalProperties`, 'must be undefined to be structural'));
  }
  if (part.properties?.metadata) errors.push(forbidden(`${path}.properties[metadata]`, 'must not be specified in a nested context'));
}

function* junctors(schema: JSONSchemaProps, path: string): Generator<readonly [string, JSONSchemaProps]> {
  if (schema.not) yield [`${path}.not`, schema.not];
  for (const name of ['allOf', 'anyOf', 'oneOf'] as const) {
    for (const [i, part] of (schema[name] ?? []).entries()) yield [`${path}.${name}[${i}]`, part];
  }
}

/** Every field that a junctor names must be one that the schema names outside of it. Upstream looks at the junctors of the root only. */
function* checkCompleteness(
  part: JSONSchemaProps,
  outside: JSONSchemaProps | undefined,
  at: string,
  path: string,
  errors: FieldError[],
): Steps<void> {
  yield;
  if (!outside) {
    errors.push(required(at, `because it is defined in ${path}`));
    return;
  }
  for (const [nestedPath, nested] of junctors(part, path)) yield* checkCompleteness(nested, outside, at, nestedPath, errors);
  const items = itemsOf(part);
  if (items) yield* checkCompleteness(items, itemsOf(outside), `${at}.items`, `${path}.items`, errors);
  for (const [name, property] of entriesOf(part.properties)) {
    yield* checkCompleteness(property, outside.properties?.[name], `${at}.properties[${name}]`, `${path}.properties[${name}]`, errors);
  }
}
