import type { CelType } from './types.ts';
import { BOOL, BYTES, DOUBLE, DURATION, DYN, INT, listType, mapType, NULL, optionalType, STRING, TIMESTAMP, TYPE, UINT } from './types.ts';

/** A value of an expression. A bigint is CEL's int of 64 bits, a number its double. */
export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint
  | Bytes
  | Timestamp
  | Duration
  | ListValue
  | MapValue
  | TypeValue
  | OptionalValue
  | OpaqueValue;

/** An evaluation's error, in cel-go's words. */
export class EvaluationError extends Error {}

/** The evaluation was stopped because it exceeded its cost limit. */
export class CostLimitExceeded extends EvaluationError {}

export const noSuchOverload = (): EvaluationError => new EvaluationError('no such overload');
export const noSuchKey = (key: Value): EvaluationError => new EvaluationError(`no such key: ${textOf(key)}`);

/** An unsigned integer of 64 bits. */
export class Uint {
  readonly value: bigint;
  constructor(value: bigint) {
    this.value = value;
  }
}

export class Bytes {
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** A point in time, in nanoseconds since the epoch. */
export class Timestamp {
  readonly nanoseconds: bigint;
  constructor(nanoseconds: bigint) {
    this.nanoseconds = nanoseconds;
  }
}

export class Duration {
  readonly nanoseconds: bigint;
  constructor(nanoseconds: bigint) {
    this.nanoseconds = nanoseconds;
  }
}

export class TypeValue {
  readonly type: CelType;
  constructor(type: CelType) {
    this.type = type;
  }
}

export class OptionalValue {
  /** Undefined for `optional.none()`. */
  readonly value: Value | undefined;
  constructor(value: Value | undefined) {
    this.value = value;
  }
}
export const NONE = new OptionalValue(undefined);

/** A list. Lists with an equality or a concatenation of their own override `equals` and `concat`. */
export abstract class ListValue {
  abstract readonly size: number;
  abstract at(index: number): Value;
  equals?(other: ListValue): boolean;
  concat?(other: ListValue): ListValue;
}

/** A map or a structure. */
export abstract class MapValue {
  abstract readonly size: number;
  /** Returns undefined if there is no such key. */
  abstract find(key: Value): Value | undefined;
  abstract keys(): readonly Value[];
  /** The type of a structure; undefined for maps. */
  readonly type: CelType | undefined = undefined;
  /** A structure that tells absent fields from fields that cannot exist: throws an error for the latter. */
  has(key: Value): boolean {
    return this.find(key) !== undefined;
  }
  /** Whether the operator `in` finds a key. A map with a default for absent keys overrides it. */
  contains(key: Value): boolean {
    return this.find(key) !== undefined;
  }
}

/** A value of a library, such as a quantity. */
export abstract class OpaqueValue {
  abstract readonly type: CelType;
  abstract equals(other: OpaqueValue): boolean;
  /** The size by which costs are counted; 1 if undefined. */
  readonly size?: number;
}

export class ArrayList extends ListValue {
  readonly items: readonly Value[];
  constructor(items: readonly Value[]) {
    super();
    this.items = items;
  }
  get size(): number {
    return this.items.length;
  }
  at(index: number): Value {
    const item = this.items[index];
    if (item === undefined) throw new EvaluationError(`index out of bounds: ${index}`);
    return item;
  }
}

/**
 * The list that a loop builds up. Appending to it costs one step as long as it is the newest of its lineage, so that a loop over n elements
 * takes n steps and not n²; older lists see only their own elements.
 */
export class GrowingList extends ListValue {
  readonly size: number;
  readonly #items: Value[];
  constructor(items: Value[], size: number) {
    super();
    this.#items = items;
    this.size = size;
  }
  at(index: number): Value {
    const item = index < this.size ? this.#items[index] : undefined;
    if (item === undefined) throw new EvaluationError(`index out of bounds: ${index}`);
    return item;
  }
  override concat(other: ListValue): ListValue {
    const items = this.#items.length === this.size ? this.#items : this.#items.slice(0, this.size);
    for (let i = 0; i < other.size; i++) items.push(other.at(i));
    return new GrowingList(items, items.length);
  }
}

/** Returns the text under which a key is kept: 1, 1u and 1.0 are the same key. Undefined if a value cannot be a key. */
export function keyOf(key: Value): string | undefined {
  switch (typeof key) {
    case 'string':
      return `s${key}`;
    case 'bigint':
      return `n${key}`;
    case 'boolean':
      return `b${key}`;
    case 'number':
      return Number.isInteger(key) ? `n${BigInt(key)}` : `d${key}`;
    default:
      return key instanceof Uint ? `n${key.value}` : undefined;
  }
}

/** A map that an expression made. */
export class EntryMap extends MapValue {
  readonly #entries: ReadonlyMap<string, readonly [Value, Value]>;
  constructor(entries: ReadonlyMap<string, readonly [Value, Value]>) {
    super();
    this.#entries = entries;
  }
  static of(pairs: Iterable<readonly [Value, Value]>): EntryMap {
    const entries = new Map<string, readonly [Value, Value]>();
    for (const pair of pairs) entries.set(keyOf(pair[0]) ?? '', pair);
    return new EntryMap(entries);
  }
  get size(): number {
    return this.#entries.size;
  }
  find(key: Value): Value | undefined {
    const id = keyOf(key);
    return id === undefined ? undefined : this.#entries.get(id)?.[1];
  }
  keys(): readonly Value[] {
    return Array.from(this.#entries.values(), ([key]) => key);
  }
  /** @throws EvaluationError if the key is there already. */
  with(key: Value, value: Value): EntryMap {
    const id = keyOf(key);
    if (id === undefined) throw new EvaluationError(`unsupported key type: ${typeOf(key).text}`);
    if (this.#entries.has(id)) throw new EvaluationError(`insert failed: key ${textOf(key)} already exists`);
    return new EntryMap(new Map(this.#entries).set(id, [key, value]));
  }
}

/** Returns the type of a value as `type(x)` shows it. */
export function typeOf(value: Value): CelType {
  switch (typeof value) {
    case 'boolean':
      return BOOL;
    case 'bigint':
      return INT;
    case 'number':
      return DOUBLE;
    case 'string':
      return STRING;
    default:
  }
  if (value === null) return NULL;
  if (value instanceof ListValue) return LIST;
  if (value instanceof MapValue) return value.type ?? MAP;
  if (value instanceof Uint) return UINT;
  if (value instanceof Bytes) return BYTES;
  if (value instanceof Timestamp) return TIMESTAMP;
  if (value instanceof Duration) return DURATION;
  if (value instanceof OptionalValue) return OPTIONAL;
  if (value instanceof TypeValue) return TYPE;
  return value.type;
}
const LIST = listType(DYN);
const MAP = mapType(DYN, DYN);
const OPTIONAL = optionalType(DYN);

/** Returns the text of a value in error messages. */
export function textOf(value: Value): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'bigint':
    case 'number':
    case 'boolean':
      return String(value);
    default:
  }
  if (value === null) return 'null';
  if (value instanceof Uint) return String(value.value);
  if (value instanceof TypeValue) return value.type.name;
  if (value instanceof ListValue) return `[${Array.from({ length: value.size }, (_, i) => textOf(value.at(i))).join(', ')}]`;
  return typeOf(value).name;
}
