import { equal, itemsOf } from '../../base/cel/operations.ts';
import { parseDuration, parseTimestamp } from '../../base/cel/time-text.ts';
import { DYN } from '../../base/cel/types.ts';
import type { Value } from '../../base/cel/values.ts';
import { ArrayList, Bytes, Duration, EvaluationError, ListValue, MapValue, OpaqueValue, Timestamp } from '../../base/cel/values.ts';
import { equalJson, isObject } from '../../base/json.ts';
import { escapedName } from './escaping.ts';
import type { CelSchema } from './schema.ts';
import { isEmbedded, resourceSchema, valuesOf } from './schema.ts';

const bad = (message: string): EvaluationError => new EvaluationError(message);

/**
 * Returns a JSON value as an expression sees it with a schema: numbers, times, durations and bytes have the types that the schema gives
 * them. Nothing is copied; parts are converted when the expression reads them. Throws EvaluationError if the value does not fit the schema.
 * Follows k8s.io/apiserver/pkg/cel/common, UnstructuredToVal.
 */
export function schemaValue(json: unknown, schema: CelSchema): Value {
  if (json === null || json === undefined) {
    if (schema.nullable) return null;
    throw bad('invalid data, got null for schema with nullable=false');
  }
  if (schema['x-kubernetes-int-or-string']) {
    if (typeof json === 'string') return json;
    if (isWhole(json)) return BigInt(json);
    throw bad('invalid data, expected XIntOrString value to be either a string or integer');
  }
  switch (schema.type) {
    case 'object':
      if (!isObject(json)) throw bad('invalid data, expected a map for the provided schema with type=object');
      return objectValue(json, schema);
    case 'array':
      if (!Array.isArray(json)) throw bad('invalid data, expected an array for the provided schema with type=array');
      return listValue(json, schema);
    case 'string':
      if (typeof json !== 'string') throw bad(`invalid data, expected string, got ${typeof json}`);
      return schema.format === undefined ? json : formattedValue(json, schema.format);
    case 'number':
      if (typeof json !== 'number' && typeof json !== 'bigint') throw bad(`invalid data, expected float, got ${typeof json}`);
      return Number(json);
    case 'integer':
      if (!isWhole(json)) throw bad(`invalid data, expected int, got ${typeof json}`);
      return BigInt(json);
    case 'boolean':
      if (typeof json !== 'boolean') throw bad(`invalid data, expected bool, got ${typeof json}`);
      return json;
    default:
      return new UnknownValue(json);
  }
}

const isWhole = (json: unknown): json is number | bigint => typeof json === 'bigint' || (typeof json === 'number' && Number.isInteger(json));

/** A value of no known type. It can only be compared. */
class UnknownValue extends OpaqueValue {
  readonly type = DYN;
  readonly json: unknown;
  constructor(json: unknown) {
    super();
    this.json = json;
  }
  equals(other: OpaqueValue): boolean {
    return other instanceof UnknownValue && equalJson(this.json, other.json);
  }
}

const NANOSECONDS: readonly (readonly [RegExp, bigint])[] = [
  [/^(?:ns|nano.*)$/i, 1n],
  [/^(?:us|\u00b5s|micro.*)$/i, 1_000n],
  [/^(?:ms|milli.*)$/i, 1_000_000n],
  [/^(?:s|sec.*)$/i, 1_000_000_000n],
  [/^(?:m|min.*)$/i, 60_000_000_000n],
  [/^(?:h|hr|hour.*)$/i, 3_600_000_000_000n],
  [/^(?:d|day.*)$/i, 86_400_000_000_000n],
  [/^(?:w|wk|week.*)$/i, 604_800_000_000_000n],
];

/** Reads `1d` and `2 weeks`, which the format allows and Go's own durations do not. */
function wordyDuration(text: string): Duration | undefined {
  let total: bigint | undefined;
  for (const [, count = '0', unit = ''] of text.matchAll(/(\d{1,18})\s*([A-Za-z\u00b5]+)/g)) {
    const factor = NANOSECONDS.find(([pattern]) => pattern.test(unit))?.[1];
    if (factor !== undefined) total = (total ?? 0n) + BigInt(count) * factor;
  }
  return total === undefined ? undefined : new Duration(BigInt.asIntN(64, total));
}

function formattedValue(text: string, format: string): Value {
  switch (format) {
    case 'duration': {
      const duration = parseDuration(text) ?? wordyDuration(text);
      if (!duration) throw bad(`Invalid duration ${text}: unable to parse ${text} as duration`);
      return duration;
    }
    case 'date': {
      const time = parseTimestamp(`${text}T00:00:00Z`);
      if (!time) throw bad(`Invalid date formatted string ${text}`);
      return time;
    }
    case 'date-time': {
      const time = parseTimestamp(text.replace(' ', 'T').toUpperCase());
      if (!time) throw bad(`Invalid date-time formatted string ${text}`);
      // Times of custom resources have milliseconds.
      return new Timestamp(time.nanoseconds);
    }
    case 'byte':
      return new Bytes(Buffer.from(text, 'base64'));
    default:
      return text;
  }
}

/** A structure, or a map whose values have one schema. */
class SchemaMap extends MapValue {
  readonly object: Readonly<Record<string, unknown>>;
  readonly #schemaOf: (key: string) => CelSchema | undefined;
  /** The names of a structure's fields by the names under which expressions know them. */
  readonly #names: ReadonlyMap<string, string> | undefined;
  constructor(
    object: Readonly<Record<string, unknown>>,
    schemaOf: (key: string) => CelSchema | undefined,
    names: ReadonlyMap<string, string> | undefined,
  ) {
    super();
    this.object = object;
    this.#schemaOf = schemaOf;
    this.#names = names;
  }
  get size(): number {
    return Object.keys(this.object).length;
  }
  find(key: Value): Value | undefined {
    if (typeof key !== 'string') throw bad('no such overload');
    const name = this.#names ? this.#names.get(key) : key;
    if (name === undefined || !Object.hasOwn(this.object, name)) return undefined;
    const json = this.object[name];
    // The null of a structure's field is the same as its absence.
    if (this.#names && (json === null || json === undefined)) return undefined;
    const schema = this.#schemaOf(name);
    return schema && schemaValue(json, schema);
  }
  keys(): readonly Value[] {
    const known = Object.keys(this.object).filter((name) => this.#schemaOf(name) !== undefined);
    return this.#names ? known.map((name) => escapedName(name) ?? name) : known;
  }
}

const fieldNames = new WeakMap<object, ReadonlyMap<string, string>>();
function namesOf(properties: Readonly<Record<string, CelSchema>>): ReadonlyMap<string, string> {
  const known = fieldNames.get(properties);
  if (known) return known;
  const names = new Map(Object.keys(properties).map((name) => [escapedName(name) ?? '', name]));
  fieldNames.set(properties, names);
  return names;
}

function objectValue(json: Readonly<Record<string, unknown>>, given: CelSchema): Value {
  const schema = isEmbedded(given) ? resourceSchema(given) : given;
  const { properties } = schema;
  if (properties) {
    return new SchemaMap(json, (key) => (Object.hasOwn(properties, key) ? properties[key] : undefined), namesOf(properties));
  }
  const values = valuesOf(schema);
  return new SchemaMap(json, () => values, undefined);
}

/** A list whose items have a schema. */
class SchemaList extends ListValue {
  readonly #items: readonly unknown[];
  readonly #schema: CelSchema;
  constructor(items: readonly unknown[], schema: CelSchema) {
    super();
    this.#items = items;
    this.#schema = schema;
  }
  get size(): number {
    return this.#items.length;
  }
  at(index: number): Value {
    if (index >= this.#items.length) throw bad(`index out of bounds: ${index}`);
    return schemaValue(this.#items[index], this.#schema);
  }
}

/** A list of type set: the order of its items does not matter, and adding one that is there changes nothing. */
class SetList extends SchemaList {
  override equals(other: ListValue): boolean {
    if (this.size !== other.size) return false;
    const [mine, others] = [itemsOf(this), itemsOf(other)];
    return mine.every((item) => others.some((o) => equal(item, o)));
  }
  override concat(other: ListValue): ListValue {
    const items = [...itemsOf(this)];
    for (const item of itemsOf(other)) if (!items.some((known) => equal(known, item))) items.push(item);
    return new ArrayList(items);
  }
}

/** A list of type map: its items are told apart by keys; adding one with a known key replaces it. */
class MapList extends SchemaList {
  readonly #keys: readonly string[];
  constructor(items: readonly unknown[], schema: CelSchema, keys: readonly string[]) {
    super(items, schema);
    this.#keys = keys;
  }
  #same(a: Value, b: Value): boolean {
    if (!(a instanceof MapValue && b instanceof MapValue)) return false;
    return this.#keys.every((key) => {
      const [left, right] = [a.find(key), b.find(key)];
      return left === undefined || right === undefined ? left === right : equal(left, right);
    });
  }
  override equals(other: ListValue): boolean {
    if (this.size !== other.size) return false;
    const others = itemsOf(other);
    return itemsOf(this).every((item) => {
      const match = others.find((o) => this.#same(item, o));
      return match !== undefined && equal(item, match);
    });
  }
  override concat(other: ListValue): ListValue {
    const items = [...itemsOf(this)];
    for (const item of itemsOf(other)) {
      const index = items.findIndex((known) => this.#same(known, item));
      if (index < 0) items.push(item);
      else items[index] = item;
    }
    return new ArrayList(items);
  }
}

function listValue(json: readonly unknown[], schema: CelSchema): Value {
  if (!schema.items) throw bad('invalid array type, expected Items with a non-empty Schema');
  switch (schema['x-kubernetes-list-type']) {
    case 'set':
      return new SetList(json, schema.items);
    case 'map':
      return new MapList(
        json,
        schema.items,
        (schema['x-kubernetes-list-map-keys'] ?? []).map((key) => escapedName(key) ?? key),
      );
    default:
      return new SchemaList(json, schema.items);
  }
}
