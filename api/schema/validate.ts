import { canonicalJson, isObject } from '../../base/json.ts';
import { goPattern } from '../../base/regexp.ts';
import type { FieldError } from './field-error.ts';
import { duplicate, invalid, notSupported, required, tooLong, tooMany, typeInvalid } from './field-error.ts';
import { stringFormats } from './formats.ts';
import type { StructuralSchema, ValueValidation } from './structural.ts';

/**
 * Reports the faults of a value in kube-apiserver's words for custom resources: if `spec.replicas` must be an integer, the error is
 * `Invalid value: "string": spec.replicas in body must be of type integer: "string"`. The root's path is empty.
 */
export type Validator = (value: unknown, path: string, errors: FieldError[]) => void;

const compiled = new WeakMap<StructuralSchema, Validator>();

/** Returns the validator of a schema, made on first use and kept. */
export function validatorOf(schema: StructuralSchema): Validator {
  const known = compiled.get(schema);
  if (known) return known;
  let run: Validator | undefined;
  // Built when the first value comes: most branches of most schemas are never taken.
  const validator: Validator = (value, path, errors) => {
    run ??= build(schema);
    run(value, path, errors);
  };
  compiled.set(schema, validator);
  return validator;
}

function typeOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

/** In upstream's messages the root has no name, and every other field is `in body`. */
const inBody = (path: string, what: string): string => `${path} in body ${what}`;
const child = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

function build(schema: StructuralSchema): Validator {
  const checks: Validator[] = [];
  if (schema.validation) checks.push(...junctors(schema.validation));
  if (schema.validation) checks.push(constraints(schema.validation));
  if (schema.format !== undefined) checks.push(format(schema.format));
  if (schema['x-kubernetes-embedded-resource']) checks.push(embedded);
  if (schema.required || schema.properties || typeof schema.additionalProperties === 'object') checks.push(objects(schema));
  if (schema.items || schema['x-kubernetes-list-type']) checks.push(lists(schema));
  const types = schema['x-kubernetes-int-or-string'] ? ['integer', 'string'] : schema.type === undefined ? undefined : [schema.type];
  return (value, path, errors) => {
    if (value === null && schema.nullable) return;
    if (types && !isOf(value, types)) {
      const found = typeOf(value);
      errors.push(typeInvalid(path || '<nil>', found, inBody(path, `must be of type ${types.join(',')}: "${found}"`)));
      if (schema.type === 'integer' && found === 'number') {
        const wanted = schema.format === undefined ? '(default format)' : `with format ${schema.format}`;
        errors.push(whole(`Checked value must be of type integer ${wanted} in ${path}`));
      }
    }
    for (const check of checks) check(value, path, errors);
  };
}

function isOf(value: unknown, types: readonly string[]): boolean {
  const found = typeOf(value);
  return types.includes(found) || (found === 'integer' && types.includes('number'));
}

function fits(schema: StructuralSchema, value: unknown, path: string): FieldError[] {
  const errors: FieldError[] = [];
  validatorOf(schema)(value, path, errors);
  return errors;
}

/** Errors of junctors concern the whole object and have no field of their own. */
const whole = (message: string): FieldError => invalid('<nil>', '', message);
const fewest = (lists: readonly FieldError[][]): FieldError[] => lists.reduce((a, b) => (b.length < a.length ? b : a));

function* junctors({ allOf, anyOf, oneOf, not }: ValueValidation): Generator<Validator> {
  if (anyOf?.length) {
    yield (value, path, errors) => {
      const failures = anyOf.map((schema) => fits(schema, value, path));
      if (failures.some((f) => f.length === 0)) return;
      errors.push(whole(`"${path}" must validate at least one schema (anyOf)`));
      for (const error of fewest(failures)) errors.push(error);
    };
  }
  if (oneOf?.length) {
    yield (value, path, errors) => {
      const failures = oneOf.map((schema) => fits(schema, value, path));
      const valid = failures.filter((f) => f.length === 0).length;
      if (valid === 1) return;
      const found = valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`;
      errors.push(whole(`"${path}" must validate one and only one schema (oneOf). ${found}`));
      if (valid === 0) for (const error of fewest(failures)) errors.push(error);
    };
  }
  if (allOf?.length) {
    yield (value, path, errors) => {
      const failures = allOf.map((schema) => fits(schema, value, path)).filter((f) => f.length > 0);
      if (failures.length === 0) return;
      for (const error of failures.flat()) errors.push(error);
      errors.push(whole(`"${path}" must validate all the schemas (allOf)${failures.length === allOf.length ? '. None validated' : ''}`));
    };
  }
  if (not) {
    yield (value, path, errors) => {
      if (fits(not, value, path).length === 0) errors.push(whole(`"${path}" must not validate the schema (not)`));
    };
  }
}

function constraints(v: ValueValidation): Validator {
  const allowed = v.enum && new Set(v.enum.map(canonicalJson));
  const pattern = v.pattern === undefined || v.pattern === '' ? undefined : goPattern(v.pattern);
  return (value, path, errors) => {
    const field = path || '<nil>';
    const bad = (what: string) => errors.push(invalid(field, value, inBody(path, what)));
    if (typeof value === 'string') {
      const length = v.maxLength === undefined && v.minLength === undefined ? 0 : [...value].length;
      if (v.maxLength !== undefined && length > v.maxLength) errors.push(tooLong(field, v.maxLength));
      if (v.minLength !== undefined && length < v.minLength) bad(`should be at least ${v.minLength} chars long`);
      if (pattern && !pattern.test(value)) bad(`should match '${v.pattern}'`);
    } else if (typeof value === 'number') {
      if (v.multipleOf !== undefined && !Number.isInteger(value / v.multipleOf)) bad(`should be a multiple of ${v.multipleOf}`);
      if (v.maximum !== undefined && (v.exclusiveMaximum ? value >= v.maximum : value > v.maximum)) {
        bad(`should be less than ${v.exclusiveMaximum ? '' : 'or equal to '}${v.maximum}`);
      }
      if (v.minimum !== undefined && (v.exclusiveMinimum ? value <= v.minimum : value < v.minimum)) {
        bad(`should be greater than ${v.exclusiveMinimum ? '' : 'or equal to '}${v.minimum}`);
      }
    } else if (Array.isArray(value)) {
      if (v.minItems !== undefined && value.length < v.minItems) bad(`should have at least ${v.minItems} items`);
      if (v.maxItems !== undefined && value.length > v.maxItems) errors.push(tooMany(field, value.length, v.maxItems));
      if (v.uniqueItems && new Set(value.map(canonicalJson)).size < value.length) bad("shouldn't contain duplicates");
    } else if (isObject(value) && (v.minProperties !== undefined || v.maxProperties !== undefined)) {
      const count = Object.keys(value).length;
      if (v.minProperties !== undefined && count < v.minProperties) bad(`should have at least ${v.minProperties} properties`);
      if (v.maxProperties !== undefined && count > v.maxProperties) errors.push(tooMany(field, count, v.maxProperties));
    }
    if (allowed && !allowed.has(canonicalJson(value))) {
      const supported = (v.enum ?? []).map((item) => (typeof item === 'string' ? item : JSON.stringify(item)));
      errors.push(notSupported(field, value, supported));
    }
  };
}

function format(name: string): Validator {
  const test = stringFormats.get(name);
  const [low, high] = name === 'int32' ? [-(2 ** 31), 2 ** 31 - 1] : [-(2 ** 63), 2 ** 63];
  return (value, path, errors) => {
    if (typeof value === 'string' && test && !test(value)) {
      errors.push(typeInvalid(path || '<nil>', value, inBody(path, `must be of type ${name}: ${JSON.stringify(value)}`)));
    } else if (typeof value === 'number' && (name === 'int32' || name === 'int64') && (value < low || value > high)) {
      errors.push(whole(`Checked value must be of type integer with format ${name} in ${path}`));
    }
  };
}

/** An embedded resource must have apiVersion and kind. */
const embedded: Validator = (value, path, errors) => {
  if (!isObject(value)) return;
  for (const key of ['apiVersion', 'kind']) {
    const text = value[key];
    if (typeof text === 'string' && text !== '') continue;
    errors.push(
      text === undefined || text === '' ? required(child(path, key), 'must not be empty') : typeInvalid(child(path, key), text, 'must be a string'),
    );
  }
};

function objects(schema: StructuralSchema): Validator {
  const fields = [...(schema.properties?.values() ?? [])].map((p) => ({ name: p.name, validate: validatorOf(p.schema) }));
  const others = typeof schema.additionalProperties === 'object' ? validatorOf(schema.additionalProperties) : undefined;
  return (value, path, errors) => {
    if (!isObject(value)) return;
    for (const name of schema.required ?? []) if (!Object.hasOwn(value, name)) errors.push(required(child(path, name)));
    for (const { name, validate } of fields) if (Object.hasOwn(value, name)) validate(value[name], child(path, name), errors);
    if (others) for (const key of Object.keys(value)) if (!schema.properties?.has(key)) others(value[key], child(path, key), errors);
  };
}

function lists(schema: StructuralSchema): Validator {
  const item = schema.items && validatorOf(schema.items);
  const type = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  /** Returns the identity of an item of a map: the values of its keys, after defaults. */
  const keyOf = (element: unknown): unknown => (type === 'map' && isObject(element) ? Object.fromEntries(keys.map((k) => [k, element[k]])) : element);
  return (value, path, errors) => {
    if (!Array.isArray(value)) return;
    value.forEach((element, i) => {
      item?.(element, `${path}[${i}]`, errors);
    });
    if (type !== 'set' && type !== 'map') return;
    const seen = new Set<string>();
    value.forEach((element, i) => {
      const key = keyOf(element);
      const text = canonicalJson(key);
      if (seen.has(text)) errors.push(duplicate(`${path}[${i}]`, key));
      seen.add(text);
    });
  };
}
