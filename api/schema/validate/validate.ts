import { canonicalJson, equalJson, isObject } from '../../../base/json.ts';
import type { FieldError } from '../field-error.ts';
import { fieldErrorText, invalid, notSupported, required, tooMany } from '../field-error.ts';
import { stringFormat } from '../formats.ts';
import type { StructuralSchema } from '../structural.ts';
import type { Correlation } from './correlation.ts';
import { correlate } from './correlation.ts';
import { junctorCheck } from './junctors.ts';
import { fieldOf, inBody, isJsonInteger, mistyped, numberCheck, stringCheck } from './scalars.ts';
import type { Validator } from './validator.ts';

export type { Validator } from './validator.ts';

export type ValidatorMode =
  /** Of objects: unknown formats are ignored, and `x-kubernetes-int-or-string` is a type. */
  | 'object'
  /** Of defaults: upstream applies the schema as it is written. */
  | 'default';

const compiled: Readonly<Record<ValidatorMode, WeakMap<StructuralSchema, Validator>>> = { object: new WeakMap(), default: new WeakMap() };

/** Returns the validator of a schema, made on first use and kept. */
export function validatorOf(schema: StructuralSchema, mode: ValidatorMode = 'object'): Validator {
  const known = compiled[mode].get(schema);
  if (known) return known;
  let run: Validator | undefined;
  // Built when the first value comes: most branches of most schemas are never taken.
  const validator: Validator = (value, path, errors, old) => {
    run ??= build(schema, mode);
    return run(value, path, errors, old);
  };
  compiled[mode].set(schema, validator);
  return validator;
}

/** Returns the faults of a value. */
export function faultsOf(schema: StructuralSchema, value: unknown, mode: ValidatorMode = 'object'): FieldError[] {
  const errors: FieldError[] = [];
  validatorOf(schema, mode)(value, '', errors);
  return errors.length > 1 ? distinct(errors) : errors;
}

/** Returns the faults of a value that replaces another, without those of parts that have not changed. */
export function faultsOfChange(schema: StructuralSchema, value: unknown, old: unknown): FieldError[] {
  const errors: FieldError[] = [];
  const validator = validatorOf(schema);
  validator(value, '', errors);
  if (errors.length === 0) return errors;
  errors.length = 0;
  validator(value, '', errors, correlate(value, old, schema, fieldSchemaOf));
  return distinct(errors);
}

const fieldSchemaOf = ({ properties, additionalProperties }: StructuralSchema, field: string): StructuralSchema | undefined =>
  properties?.get(field)?.schema ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined);

/** Returns errors without repetitions, as upstream's results merge them. */
function distinct(errors: readonly FieldError[]): FieldError[] {
  const seen = new Set<string>();
  return errors.filter((error) => {
    const text = fieldErrorText(error);
    return seen.has(text) ? false : seen.add(text);
  });
}

type Kind = 'null' | 'array' | 'object' | 'string' | 'boolean' | 'integer' | 'number';

function kindOf(value: unknown): Kind {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'boolean';
    case 'number':
      return Number.isInteger(value) && Math.abs(value) < 2 ** 63 ? 'integer' : 'number';
    case 'bigint':
      return 'integer';
    default:
      if (value === null || value === undefined) return 'null';
      return Array.isArray(value) ? 'array' : 'object';
  }
}

const FORMAT_OF_KIND: Partial<Record<Kind, string>> = { integer: 'int64', number: 'float64' };

/** Returns the format that is enforced: in objects, formats of another type than the schema's and unknown ones are ignored. */
function formatOf({ type, format }: StructuralSchema, mode: ValidatorMode): string | undefined {
  if (!format || mode === 'default') return format || undefined;
  switch (type) {
    case undefined:
    case 'string':
      return stringFormat(format) ? format : undefined;
    case 'integer':
      return format === 'int32' || format === 'int64' ? format : undefined;
    case 'number':
      return format === 'float' || format === 'double' ? format : undefined;
    default:
      return undefined;
  }
}

const typesOf = (schema: StructuralSchema, mode: ValidatorMode): readonly string[] =>
  schema['x-kubernetes-int-or-string'] && mode === 'object' ? ['integer', 'string'] : schema.type === undefined ? [] : [schema.type];

/** Makes the check of the type; it returns the wanted and the found type of a value that is of another. */
function typeCheck(types: readonly string[], format: string | undefined): (value: unknown, kind: Kind) => readonly [string, string] | undefined {
  const isNumeric = types.includes('integer') || types.includes('number');
  const all = types.join(',');
  return (value, kind) => {
    if (types.includes(kind)) return undefined;
    const isNumber =
      (kind === 'integer' && types.includes('number')) || (kind === 'number' && types.includes('integer') && isJsonInteger(Number(value)));
    if (isNumber) return undefined;
    const found = FORMAT_OF_KIND[kind] ?? '';
    if (format !== undefined) {
      // As upstream: a format stands for the type, and a list passes for a string with a format.
      if (kind !== 'string' && kind !== 'array' && found !== format) return [format, found];
      if (!isNumeric && (kind === 'string' || kind === 'array')) return undefined;
    }
    return [all, kind];
  };
}

function build(schema: StructuralSchema, mode: ValidatorMode): Validator {
  const types = typesOf(schema, mode);
  const format = formatOf(schema, mode);
  const { validation = {}, nullable } = schema;
  const hasType = types.length > 0 || format !== undefined;
  const type = hasType ? typeCheck(types, format) : undefined;
  const junctors = junctorCheck(validation, (part) => validatorOf(part, mode));
  const text = stringCheck(validation);
  const number = numberCheck(validation, { type: schema.type === 'integer' || schema.type === 'number' ? schema.type : undefined, format });
  const isOfFormat = format === undefined ? undefined : stringFormat(format);
  const allowed = validation.enum && validation.enum.length > 0 ? enumCheck(validation.enum) : undefined;
  const items = schema.items || hasListRules(validation) ? listCheck(schema, mode) : undefined;
  const fields = objectCheck(schema, mode);

  return (value, path, errors, old) => {
    const before = errors.length;
    const kind = kindOf(value);
    if (kind === 'null') {
      if (types.length > 0 && !nullable) errors.push(mistyped(path, types.join(','), 'null'));
      allowed?.(null, path, errors);
      if (errors.length > before && old?.equal()) errors.length = before;
      return types.length > 0 && !nullable ? 0 : 1;
    }
    // Counts as upstream does: one for each validator that applies, one for each that counts itself, and one for the value.
    let matched = 4;
    if (type) {
      const fault = type(value, kind);
      if (fault) errors.push(mistyped(path, fault[0], fault[1]));
      matched += fault ? 1 : 2;
    }
    if (junctors) matched += junctors(value, path, errors);
    switch (kind) {
      case 'string':
        matched++;
        text?.(value as string, path, errors);
        if (isOfFormat) {
          matched++;
          if (!isOfFormat(value as string)) errors.push(mistyped(path, format ?? '', value as string));
        }
        break;
      case 'integer':
      case 'number':
        matched += 2;
        number?.(value as number | bigint, path, errors);
        break;
      case 'array':
        matched += 2;
        if (items) matched += items(value as readonly unknown[], path, errors, old);
        break;
      case 'object':
        matched++;
        break;
    }
    allowed?.(value, path, errors);
    if (fields && isObject(value)) matched += fields(value, path, errors, old);
    if (errors.length > before && old?.equal()) errors.length = before;
    return matched;
  };
}

/** Whether Go converts a value to an allowed one: numbers lose their fraction if the allowed one has none. */
function matches(value: unknown, allowed: unknown): boolean {
  if (value === null || allowed === null) return false;
  if (typeof value === 'number' && typeof allowed === 'number') return (Number.isInteger(allowed) ? Math.trunc(value) : value) === allowed;
  return equalJson(value, allowed);
}

function enumCheck(values: readonly unknown[]): (value: unknown, path: string, errors: FieldError[]) => void {
  const texts = new Set(values.filter((item) => typeof item === 'string'));
  return (value, path, errors) => {
    if (typeof value === 'string' ? texts.has(value) : values.some((item) => matches(value, item))) return;
    const supported = values.map((item) => (typeof item === 'string' ? item : JSON.stringify(item)));
    errors.push(notSupported(fieldOf(path), value, supported));
  };
}

const hasListRules = ({ minItems, maxItems, uniqueItems }: NonNullable<StructuralSchema['validation']>): boolean =>
  minItems !== undefined || maxItems !== undefined || uniqueItems === true;

type ListCheck = (value: readonly unknown[], path: string, errors: FieldError[], old: Correlation | undefined) => number;

function listCheck({ items, validation = {} }: StructuralSchema, mode: ValidatorMode): ListCheck {
  const item = items && validatorOf(items, mode);
  const { minItems, maxItems, uniqueItems } = validation;
  return (value, path, errors, old) => {
    let matched = 0;
    if (item) for (let i = 0; i < value.length; i++) matched += item(value[i], `${path}[${i}]`, errors, old?.index(i));
    const size = value.length;
    if (minItems !== undefined && size < minItems) errors.push(invalid(fieldOf(path), size, inBody(path, `should have at least ${minItems} items`)));
    if (maxItems !== undefined && size > maxItems) errors.push(tooMany(fieldOf(path), size, maxItems));
    if (uniqueItems && new Set(value.map(canonicalJson)).size < size)
      errors.push(invalid(fieldOf(path), '', inBody(path, "shouldn't contain duplicates")));
    return matched;
  };
}

type ObjectCheck = (value: Readonly<Record<string, unknown>>, path: string, errors: FieldError[], old: Correlation | undefined) => number;

function objectCheck(schema: StructuralSchema, mode: ValidatorMode): ObjectCheck | undefined {
  const { properties, additionalProperties: others, required: needed, validation = {} } = schema;
  const { minProperties, maxProperties } = validation;
  if (!properties && others === undefined && !needed && minProperties === undefined && maxProperties === undefined) return undefined;
  const validators = new Map<string, Validator>();
  for (const property of properties?.values() ?? []) validators.set(property.name, validatorOf(property.schema, mode));
  const other = typeof others === 'object' ? validatorOf(others, mode) : undefined;
  const childPath = (path: string, key: string) => (path === '' ? key : `${path}.${key}`);
  return (value, path, errors, old) => {
    let matched = 0;
    if (minProperties !== undefined || maxProperties !== undefined) {
      const count = Object.keys(value).length;
      if (minProperties !== undefined && count < minProperties) {
        errors.push(invalid(fieldOf(path), count, inBody(path, `should have at least ${minProperties} properties`)));
      }
      if (maxProperties !== undefined && count > maxProperties) errors.push(tooMany(fieldOf(path), count, maxProperties));
    }
    for (const key in value) {
      if (!Object.hasOwn(value, key)) continue;
      const validate = validators.get(key);
      if (validate) {
        const correlated = old && !(path === '' && (key === 'kind' || key === 'apiVersion')) ? old.key(key) : undefined;
        matched += validate(value[key], childPath(path, key), errors, correlated);
      } else if (other) matched += other(value[key], `${path}.${key}`, errors, old?.key(key));
      else if (others === false) errors.push(invalid(fieldOf(path), key, inBody(`${path}.${key}`, 'is a forbidden property')));
    }
    if (needed) for (const name of needed) if (!Object.hasOwn(value, name)) errors.push(required(childPath(path, name)));
    return matched;
  };
}
