import { isObject } from '../../../../base/json.ts';
import { goPattern } from '../../../../base/regexp.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { forbidden, invalid, notSupported, required, typeInvalid } from '../../../schema/field-error.ts';
import { validatorOf } from '../../../schema/validate/validate.ts';
import type { JSONSchemaProps } from './json-schema-props.ts';
import { checkListType, checkMapType } from './list-type-check.ts';
import { structuralOfJsonSchema } from './structural-schema.ts';

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'];

export interface StructuralCheckOptions {
  /** Set if the version has the subresource `status`. */
  readonly status?: boolean;
}

/**
 * Returns the faults that keep the schema of a custom resource from being structural, and its unsupported parts. Rules in
 * `x-kubernetes-validations` must not be empty, but are neither compiled nor enforced yet.
 * @param path Of the schema: `spec.validation.openAPIV3Schema` where all versions share it (there is one), as upstream has it,
 * `spec.versions[0].schema.openAPIV3Schema` otherwise.
 * @see https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
 */
export function checkStructuralSchema(schema: JSONSchemaProps, path: string, options: StructuralCheckOptions = {}): FieldError[] {
  const errors: FieldError[] = [];
  if (options.status && schema.type && schema.type !== 'object') {
    errors.push(
      invalid(`${path}.type`, schema.type, 'only "object" is allowed as the type at the root of the schema if the status subresource is enabled'),
    );
  }
  checkNode(schema, path, 'root', errors);
  return errors;
}

type Level = 'root' | 'field' | 'item';

const EMPTY: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  field: 'must not be empty for specified object fields',
  item: 'must not be empty for specified array items',
};

function checkNode(schema: JSONSchemaProps, path: string, level: Level, errors: FieldError[]): void {
  checkUnsupported(schema, path, errors);
  checkType(schema, path, level, errors);
  checkExtensions(schema, path, level, errors);
  checkDefault(schema, path, errors);
  checkRules(schema, path, errors);
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const at = `${path}.properties[${name}]`;
    if (level === 'root' && name === 'metadata') checkMetadata(property, at, errors);
    checkNode(property, at, 'field', errors);
  }
  if (isObject(schema.additionalProperties)) checkNode(schema.additionalProperties, `${path}.additionalProperties`, 'field', errors);
  if (schema.items) checkNode(schema.items, `${path}.items`, 'item', errors);
  else if (schema.type === 'array') errors.push(required(`${path}.items`, 'must be specified'));
  checkListType(schema, path, errors);
  checkMapType(schema, path, errors);
  for (const [at, part] of junctors(schema, path)) checkValueValidation(part, schema, at, errors);
}

function checkType(schema: JSONSchemaProps, path: string, level: Level, errors: FieldError[]): void {
  const type = schema.type ?? '';
  const intOrString = schema['x-kubernetes-int-or-string'] === true;
  const anything = schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (type === '') {
    if (level === 'root' || !(intOrString || anything)) errors.push(required(`${path}.type`, EMPTY[level]));
    return;
  }
  if (level === 'root' && type !== 'object') errors.push(invalid(`${path}.type`, type, 'must be object at the root'));
  if (!TYPES.includes(type)) errors.push(notSupported(`${path}.type`, type, TYPES));
  if (intOrString) errors.push(invalid(`${path}.type`, type, 'must be empty if x-kubernetes-int-or-string is true'));
}

function checkExtensions(schema: JSONSchemaProps, path: string, level: Level, errors: FieldError[]): void {
  const preserve = schema['x-kubernetes-preserve-unknown-fields'];
  if (preserve === false) errors.push(invalid(`${path}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined'));
  if (preserve && schema.type && schema.type !== 'object') {
    errors.push(invalid(`${path}.type`, schema.type, 'must be object if x-kubernetes-preserve-unknown-fields is true'));
  }
  if (!schema['x-kubernetes-embedded-resource']) return;
  if (level === 'root') errors.push(forbidden(`${path}.x-kubernetes-embedded-resource`, 'must not be true at the root'));
  if (schema.type !== 'object') {
    const detail = 'must be object if x-kubernetes-embedded-resource is true';
    errors.push(schema.type ? invalid(`${path}.type`, schema.type, detail) : required(`${path}.type`, detail));
  }
  if (!preserve && Object.keys(schema.properties ?? {}).length === 0) {
    errors.push(
      required(`${path}.properties`, 'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields'),
    );
  }
}

const REFUSED = ['$ref', 'id', 'additionalItems', 'patternProperties', 'definitions', 'dependencies'] as const;

function checkUnsupported(schema: JSONSchemaProps, path: string, errors: FieldError[]): void {
  for (const name of REFUSED) {
    const value = schema[name];
    if (value !== undefined && value !== '') errors.push(forbidden(`${path}.${name}`, `${name} is not supported`));
  }
  if (schema.uniqueItems) {
    errors.push(forbidden(`${path}.uniqueItems`, 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic'));
  }
  if (schema.additionalProperties !== undefined && schema.properties && Object.keys(schema.properties).length > 0) {
    errors.push(forbidden(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive'));
  } else if (schema.additionalProperties === false) {
    errors.push(forbidden(`${path}.additionalProperties`, 'additionalProperties cannot be set to false'));
  }
  if (schema.pattern) {
    try {
      goPattern(schema.pattern);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      errors.push(invalid(`${path}.pattern`, schema.pattern, `must be a valid regular expression, but isn't: ${error.message}`));
    }
  }
}

/** A default must be valid itself. */
function checkDefault(schema: JSONSchemaProps, path: string, errors: FieldError[]): void {
  if (schema.default === undefined) return;
  const at = `${path}.default`;
  if (schema.type && !TYPES.includes(schema.type)) {
    const type = typeName(schema.default);
    errors.push(typeInvalid(at, type, ` in body must be of type ${schema.type}: ${JSON.stringify(type)}`));
    return;
  }
  const found: FieldError[] = [];
  const { pattern: _unchecked, ...rest } = schema;
  validatorOf(structuralOfJsonSchema(rest))(schema.default, '', found);
  for (const error of found) errors.push({ ...error, field: error.field === '<nil>' ? at : `${at}.${error.field}` });
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (value === null) return 'null';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

function checkRules(schema: JSONSchemaProps, path: string, errors: FieldError[]): void {
  schema['x-kubernetes-validations']?.forEach(({ rule }, i) => {
    if (rule.trim() === '') errors.push(required(`${path}.x-kubernetes-validations[${i}].rule`, 'rule is not specified'));
  });
}

function checkMetadata(schema: JSONSchemaProps, path: string, errors: FieldError[]): void {
  if (schema.type !== undefined && schema.type !== '' && schema.type !== 'object')
    errors.push(invalid(`${path}.type`, schema.type, 'must be object'));
  const others = Object.keys(schema.properties ?? {}).filter((name) => name !== 'name' && name !== 'generateName');
  if (others.length > 0) {
    errors.push(forbidden(path, 'must not specify anything other than name and generateName, but metadata is implicitly specified'));
  }
}

function* junctors(schema: JSONSchemaProps, path: string): Generator<readonly [string, JSONSchemaProps]> {
  for (const name of ['allOf', 'anyOf', 'oneOf'] as const) {
    for (const [i, part] of (schema[name] ?? []).entries()) yield [`${path}.${name}[${i}]`, part];
  }
  if (schema.not) yield [`${path}.not`, schema.not];
}

const STRUCTURE = [
  'description',
  'title',
  'default',
  'nullable',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-embedded-resource',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-map-type',
] as const;

/** A junctor may hold constraints only, and only on fields that the schema outside it names too. */
function checkValueValidation(part: JSONSchemaProps, outside: JSONSchemaProps | undefined, path: string, errors: FieldError[]): void {
  checkUnsupported({ ...part, additionalProperties: undefined }, path, errors);
  for (const name of STRUCTURE) if (part[name]) errors.push(forbidden(`${path}.${name}`, 'must be empty to be structural'));
  const typeOfIntOrString = outside?.['x-kubernetes-int-or-string'] && (part.type === 'integer' || part.type === 'string');
  if (part.type && !typeOfIntOrString) errors.push(forbidden(`${path}.type`, 'must be empty to be structural'));
  if (part.additionalProperties !== undefined) errors.push(forbidden(`${path}.additionalProperties`, 'must be undefined to be structural'));
  for (const [name, property] of Object.entries(part.properties ?? {})) {
    const known = outside?.properties?.[name];
    const at = `${path}.properties[${name}]`;
    if (!known && !isObject(outside?.additionalProperties)) {
      errors.push(required(at.replace(/\.(?:allOf|anyOf|oneOf)\[\d+\]|\.not/g, ''), `because it is defined in ${at}`));
    }
    checkValueValidation(property, known, at, errors);
  }
  if (part.items) checkValueValidation(part.items, outside?.items, `${path}.items`, errors);
  for (const [at, nested] of junctors(part, path)) checkValueValidation(nested, outside, at, errors);
}
