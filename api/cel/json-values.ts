import { durationText, timestampText } from '../../base/cel/time-text.ts';
import type { CelType } from '../../base/cel/types.ts';
import type { Value } from '../../base/cel/values.ts';
import { ArrayList, Bytes, Duration, EvaluationError, ListValue, MapValue, OptionalValue, Timestamp, typeOf, Uint } from '../../base/cel/values.ts';
import { isObject } from '../../base/json.ts';

/** A JSON list without a schema. */
class JsonList extends ListValue {
  readonly #items: readonly unknown[];
  constructor(items: readonly unknown[]) {
    super();
    this.#items = items;
  }
  get size(): number {
    return this.#items.length;
  }
  at(index: number): Value {
    if (index >= this.#items.length) throw new EvaluationError(`index out of bounds: ${index}`);
    return dynamicValue(this.#items[index]);
  }
}

/** A JSON object without a schema. With a type it is a structure of that type. */
class JsonMap extends MapValue {
  readonly #object: Readonly<Record<string, unknown>>;
  override readonly type: CelType | undefined;
  constructor(object: Readonly<Record<string, unknown>>, type?: CelType) {
    super();
    this.#object = object;
    this.type = type;
  }
  get size(): number {
    return Object.keys(this.#object).length;
  }
  find(key: Value): Value | undefined {
    if (typeof key !== 'string' || !Object.hasOwn(this.#object, key)) return undefined;
    const value = this.#object[key];
    return value === undefined ? undefined : dynamicValue(value);
  }
  keys(): readonly Value[] {
    return Object.keys(this.#object);
  }
}

/**
 * Returns a JSON value as an expression sees it without a schema: whole numbers are ints. Nothing is copied, so the value must not change
 * during the evaluation.
 */
export function dynamicValue(json: unknown): Value {
  switch (typeof json) {
    case 'string':
    case 'boolean':
    case 'bigint':
      return json;
    case 'number':
      return Number.isInteger(json) ? BigInt(json) : json;
    default:
  }
  if (Array.isArray(json)) return new JsonList(json);
  return isObject(json) ? new JsonMap(json) : null;
}

/** Returns a JSON object as a structure of a type that has only JSON in it. */
export const structureValue = (object: Readonly<Record<string, unknown>>, type: CelType): Value => new JsonMap(object, type);

/** A structure whose fields are computed when they are first read, and kept: `variables` of policies. */
class LazyStructure extends MapValue {
  override readonly type: CelType;
  readonly #fields: ReadonlyMap<string, () => Value>;
  readonly #known = new Map<string, Value>();
  constructor(type: CelType, fields: ReadonlyMap<string, () => Value>) {
    super();
    this.type = type;
    this.#fields = fields;
  }
  get size(): number {
    return this.#fields.size;
  }
  find(key: Value): Value | undefined {
    if (typeof key !== 'string') return undefined;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const value = this.#fields.get(key)?.();
    if (value !== undefined) this.#known.set(key, value);
    return value;
  }
  override has(key: Value): boolean {
    return typeof key === 'string' && this.#fields.has(key);
  }
  keys(): readonly Value[] {
    return [...this.#fields.keys()];
  }
}

/** Returns a structure whose fields are computed when they are first read. A field may throw EvaluationError. */
export const lazyStructure = (type: CelType, fields: ReadonlyMap<string, () => Value>): Value => new LazyStructure(type, fields);

/** Returns a list of values. */
export const listValue = (items: readonly Value[]): Value => new ArrayList(items);

/** A result that is no JSON, such as a type. */
export class NotJsonError extends Error {}

/** Returns a value as JSON: durations and timestamps as text, bytes in base64, an integer that JSON numbers cannot hold as a bigint. */
export function jsonOf(value: Value): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number') return value;
  if (typeof value === 'bigint') return integer(value);
  if (value instanceof Uint) return integer(value.value);
  if (value instanceof ListValue) return Array.from({ length: value.size }, (_, i) => jsonOf(value.at(i)));
  if (value instanceof MapValue) {
    return Object.fromEntries(value.keys().map((key) => [typeof key === 'string' ? key : String(jsonOf(key)), jsonOf(value.find(key) ?? null)]));
  }
  if (value instanceof Timestamp) return timestampText(value);
  if (value instanceof Duration) return durationText(value);
  if (value instanceof Bytes) return Buffer.from(value.bytes).toString('base64');
  if (value instanceof OptionalValue && value.value !== undefined) return jsonOf(value.value);
  throw new NotJsonError(`a value of type ${typeOf(value).name} is no JSON`);
}

const integer = (value: bigint): number | bigint => (BigInt(Number(value)) === value && Number.isSafeInteger(Number(value)) ? Number(value) : value);
