import { base64Problem, inInt32, inInt64, jsonTypeOf, parseMicroTime, parseTime } from '../../base/go-json.ts';
import { parsedKeys } from '../../base/json/long-values.ts';
import { isObject } from '../../base/json.ts';
import type { Steps } from '../../base/steps.ts';
import type { Field } from './fields.ts';
import { quantityProblem } from './quantity.ts';
import type { StructuralSchema } from './structural.ts';
import { structuralOf } from './structural.ts';

export interface DecodeReport {
  /** The message of encoding/json about the value: its first type error, unless a type with a decoder of its own refused. */
  readonly problem?: string;
  /** Paths of fields that the schema does not know, in the order of the text, MAX_STRICT_FAULTS at most: `spec.containers[0].bogus`. */
  readonly unknownFields: readonly string[];
}

/** Unknown and doubled fields of one value that are told of at most (sigs.k8s.io/json, saveStrictError). */
export const MAX_STRICT_FAULTS = 100;

/** Fields or items of one value that are visited in one step. */
const STEP_COUNT = 1_000;

/** Ends the walk: at a type that decodes itself (times, quantities, int-or-string), Go's decoder stops at once. */
class Refused extends Error {}

interface Walk {
  readonly unknown: string[];
  readonly isWellTyped: boolean;
  /** The fields passed on the way down, without indexes and map keys, and the innermost structure among their owners. */
  readonly fields: readonly string[];
  readonly struct: string;
  saved: { problem?: string };
}

/** Ends the walk: as many unknown fields are known as are told of. */
class EnoughUnknown extends Error {}

/**
 * Reports the faults of a value in kube-apiserver's words. Slow; meant for values that did not pass the decoder. The search ends early if the
 * value is known to have unknown fields only (`isWellTyped`).
 */
export function* report(value: unknown, schema: StructuralSchema, isWellTyped: boolean): Steps<DecodeReport> {
  const walk: Walk = { unknown: [], isWellTyped, fields: [], struct: '', saved: {} };
  try {
    yield* visit(value, schema, '', walk);
  } catch (error) {
    if (error instanceof EnoughUnknown) return { unknownFields: walk.unknown };
    if (!(error instanceof Refused)) throw error;
    return { problem: error.message, unknownFields: walk.unknown };
  }
  return { ...walk.saved, unknownFields: walk.unknown };
}

const qualified = (name: string): string => (name.includes('.') ? name : `v1.${name}`);

function goTypeOf(schema: StructuralSchema): string {
  if (schema.goType !== undefined) return qualified(schema.goType);
  if (schema.title !== undefined) return qualified(schema.title);
  switch (schema.format) {
    case 'int32':
    case 'int64':
      return schema.format;
    case 'double':
      return 'float64';
    case 'byte':
      return '[]uint8';
    case 'date-time':
      return 'v1.Time';
    case 'date-time-micro':
      return 'v1.MicroTime';
    case 'quantity':
      return 'resource.Quantity';
    case 'int-or-string':
      return 'intstr.IntOrString';
  }
  switch (schema.type) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'array':
      return `[]${schema.items ? goTypeOf(schema.items) : 'interface {}'}`;
    case 'object':
      return `map[string]${typeof schema.additionalProperties === 'object' ? goTypeOf(schema.additionalProperties) : 'interface {}'}`;
    default:
      return 'v1.JSON';
  }
}

function mistyped(value: unknown, type: string, walk: Walk, withNumber = false): string {
  const what = withNumber && (typeof value === 'number' || typeof value === 'bigint') ? `number ${value}` : jsonTypeOf(value);
  const where = walk.struct === '' ? 'value' : `struct field ${walk.struct}.${walk.fields.join('.')}`;
  return `json: cannot unmarshal ${what} into Go ${where} of type ${type}`;
}

function* visit(value: unknown, schema: StructuralSchema, path: string, walk: Walk): Steps<void> {
  if (value === null || value === undefined) return;
  const isContainer = typeof value === 'object' && schema.format === undefined;
  if (schema.parsedAs) {
    if (isContainer) yield* visitParsed(value, schema.parsedAs, path, walk);
  } else if (isContainer && schema.type === 'array' && schema.items && Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      if (i % STEP_COUNT === STEP_COUNT - 1) yield;
      yield* visit(value[i], schema.items, `${path}[${i}]`, walk);
    }
  } else if (isContainer && schema.type === 'object' && isObject(value)) yield* visitObject(value, schema, path, walk);
  else visitOther(value, schema, walk);
}

/** Upstream's decoder of such values is not strict. */
function* visitParsed(value: object, field: Field, path: string, walk: Walk): Steps<void> {
  const inner = { ...walk, unknown: [], isWellTyped: false };
  const structure = structuralOf(field);
  if (!Array.isArray(value)) yield* visit(value, structure, path, inner);
  else for (const item of value) yield* visit(item, structure, path, inner);
}

/** Visits a value that is no object or list, or should be none. */
function visitOther(value: unknown, schema: StructuralSchema, walk: Walk): void {
  const save = (problem: string) => {
    walk.saved.problem ??= problem;
  };
  switch (schema.format) {
    case 'quantity': {
      const problem = quantityProblem(typeof value === 'string' ? value.trim() : JSON.stringify(value));
      if (problem !== undefined) throw new Refused(problem);
      return;
    }
    case 'date-time':
    case 'date-time-micro': {
      if (typeof value !== 'string') throw new Refused(mistyped(value, 'string', walk));
      const parsed = schema.format === 'date-time' ? parseTime(value) : parseMicroTime(value);
      if (!parsed.ok) throw new Refused(parsed.problem);
      return;
    }
    case 'int-or-string':
      if (typeof value !== 'string' && !inInt32(value) && value !== 0) throw new Refused(mistyped(value, 'int32', walk, true));
      return;
    case 'byte':
      visitBytes(value, walk, save);
      return;
    case 'int32':
    case 'int64':
      if (!(schema.format === 'int32' ? inInt32(value) || value === 0 : inInt64(value))) save(mistyped(value, schema.format, walk, true));
      return;
  }
  switch (schema.type) {
    case 'string':
    case 'boolean':
      if (typeof value !== schema.type) save(mistyped(value, goTypeOf(schema), walk));
      return;
    case 'number':
    case 'integer':
      if (typeof value !== 'number' && typeof value !== 'bigint') save(mistyped(value, goTypeOf(schema), walk));
      return;
    case 'array':
      if (schema.items && !Array.isArray(value)) save(mistyped(value, goTypeOf(schema), walk));
      return;
    case 'object':
      if ((schema.properties || typeof schema.additionalProperties === 'object') && !isObject(value)) save(mistyped(value, goTypeOf(schema), walk));
      return;
  }
}

function visitBytes(value: unknown, walk: Walk, save: (problem: string) => void): void {
  if (typeof value === 'string') {
    const at = base64Problem(value);
    if (at >= 0) save(`illegal base64 data at input byte ${at}`);
  } else if (Array.isArray(value)) {
    const bad = value.find((item) => item !== null && !(Number.isInteger(item) && item >= 0 && item < 256));
    save(mistyped(bad ?? value, bad === undefined ? '[]uint8' : 'uint8', walk, true));
  } else {
    save(mistyped(value, '[]uint8', walk));
  }
}

function* visitObject(value: Readonly<Record<string, unknown>>, schema: StructuralSchema, path: string, walk: Walk): Steps<void> {
  const { properties, additionalProperties: others } = schema;
  if (!properties && typeof others !== 'object') return;
  const prefix = path === '' ? '' : `${path}.`;
  let count = 0;
  for (const key of parsedKeys.of(value)) {
    if (++count % STEP_COUNT === 0) yield;
    if (!properties) {
      if (typeof others === 'object') yield* visit(value[key], others, `${prefix}${key}`, walk);
      continue;
    }
    const property = properties.get(key);
    if (!property) {
      if (walk.unknown.length < MAX_STRICT_FAULTS) walk.unknown.push(`${prefix}${key}`);
      else if (walk.isWellTyped) throw new EnoughUnknown();
      continue;
    }
    const fields = [...walk.fields, ...(property.embedded === undefined ? [] : [property.embedded]), key];
    const inner = property.opaque ? { ...walk, unknown: [], isWellTyped: false } : walk;
    yield* visit(value[key], property.schema, `${prefix}${key}`, { ...inner, fields, struct: structName(schema) });
  }
}

const structName = (schema: StructuralSchema): string => {
  const name = schema.goType ?? schema.title ?? '';
  return name.slice(name.lastIndexOf('.') + 1);
};
