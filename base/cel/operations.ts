import { checkedDuration, checkedTimestamp } from './time-text.ts';
import type { Value } from './values.ts';
import {
  ArrayList,
  Bytes,
  Duration,
  EvaluationError,
  ListValue,
  MapValue,
  noSuchOverload,
  OpaqueValue,
  OptionalValue,
  Timestamp,
  TypeValue,
  Uint,
} from './values.ts';

const MIN_INT = -(2n ** 63n);
const MAX_INT = 2n ** 63n - 1n;
const MAX_UINT = 2n ** 64n - 1n;

/** @throws EvaluationError if the number does not fit into 64 bits. */
export function int(value: bigint): bigint {
  if (value < MIN_INT || value > MAX_INT) throw new EvaluationError('integer overflow');
  return value;
}

/** @throws EvaluationError if the number is negative or does not fit into 64 bits. */
export function uint(value: bigint): Uint {
  if (value < 0n || value > MAX_UINT) throw new EvaluationError('unsigned integer overflow');
  return new Uint(value);
}

type Numeric = bigint | number | Uint;
const isNumeric = (value: Value): value is Numeric => typeof value === 'bigint' || typeof value === 'number' || value instanceof Uint;
const plain = (value: Numeric): bigint | number => (value instanceof Uint ? value.value : value);

/** Whether two values are the same. Numbers of different types are the same if they stand for the same number; NaN is unlike itself. */
export function equal(a: Value, b: Value): boolean {
  if (typeof a === 'string' || typeof a === 'boolean' || a === null) return a === b;
  // biome-ignore lint/suspicious/noDoubleEquals: 1n and 1 are the same number.
  if (isNumeric(a)) return isNumeric(b) && plain(a) == plain(b);
  if (a instanceof ListValue) return b instanceof ListValue && listsEqual(a, b);
  if (a instanceof MapValue) return b instanceof MapValue && mapsEqual(a, b);
  if (a instanceof Timestamp) return b instanceof Timestamp && a.nanoseconds === b.nanoseconds;
  if (a instanceof Duration) return b instanceof Duration && a.nanoseconds === b.nanoseconds;
  if (a instanceof Bytes) return b instanceof Bytes && Buffer.compare(a.bytes, b.bytes) === 0;
  if (a instanceof TypeValue) return b instanceof TypeValue && a.type.name === b.type.name;
  if (a instanceof OptionalValue) {
    if (!(b instanceof OptionalValue)) return false;
    return a.value === undefined || b.value === undefined ? a.value === b.value : equal(a.value, b.value);
  }
  return b instanceof OpaqueValue && a.type.name === b.type.name && a.equals(b);
}

function listsEqual(a: ListValue, b: ListValue): boolean {
  if (a.equals) return a.equals(b);
  if (a.size !== b.size) return false;
  for (let i = 0; i < a.size; i++) if (!equal(a.at(i), b.at(i))) return false;
  return true;
}

function mapsEqual(a: MapValue, b: MapValue): boolean {
  if (a.size !== b.size) return false;
  for (const key of a.keys()) {
    const [left, right] = [a.find(key), b.find(key)];
    if (left === undefined || right === undefined || !equal(left, right)) return false;
  }
  return true;
}

const compared = (a: bigint | number, b: bigint | number): number => (a < b ? -1 : a > b ? 1 : 0);

/** Compares by Unicode code points, as Go compares bytes of UTF-8. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [left, right] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (left === right) continue;
    const [leftIsSurrogate, rightIsSurrogate] = [left >= 0xd800 && left <= 0xdfff, right >= 0xd800 && right <= 0xdfff];
    return leftIsSurrogate === rightIsSurrogate ? left - right : leftIsSurrogate ? 1 : -1;
  }
  return a.length - b.length;
}

/** Returns a negative number, zero or a positive number. @throws EvaluationError if there is no order between the two. */
export function compare(a: Value, b: Value): number {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  if (isNumeric(a) && isNumeric(b)) {
    const [left, right] = [plain(a), plain(b)];
    if (Number.isNaN(left) || Number.isNaN(right)) throw new EvaluationError('NaN values cannot be ordered');
    return compared(left, right);
  }
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (a instanceof Timestamp && b instanceof Timestamp) return compared(a.nanoseconds, b.nanoseconds);
  if (a instanceof Duration && b instanceof Duration) return compared(a.nanoseconds, b.nanoseconds);
  if (a instanceof Bytes && b instanceof Bytes) return Buffer.compare(a.bytes, b.bytes);
  throw noSuchOverload();
}

export function add(a: Value, b: Value): Value {
  if (typeof a === 'bigint' && typeof b === 'bigint') return int(a + b);
  if (typeof a === 'string' && typeof b === 'string') return a + b;
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  if (a instanceof ListValue && b instanceof ListValue) return a.concat ? a.concat(b) : joinLists(a, b);
  if (a instanceof Uint && b instanceof Uint) return uint(a.value + b.value);
  if (a instanceof Bytes && b instanceof Bytes) return new Bytes(Buffer.concat([a.bytes, b.bytes]));
  if (a instanceof Duration && b instanceof Duration) return checkedDuration(a.nanoseconds + b.nanoseconds);
  if (a instanceof Timestamp && b instanceof Duration) return checkedTimestamp(a.nanoseconds + b.nanoseconds);
  if (a instanceof Duration && b instanceof Timestamp) return checkedTimestamp(a.nanoseconds + b.nanoseconds);
  throw noSuchOverload();
}

export const itemsOf = (list: ListValue): readonly Value[] => Array.from({ length: list.size }, (_, i) => list.at(i));
const joinLists = (a: ListValue, b: ListValue): ListValue => new ArrayList([...itemsOf(a), ...itemsOf(b)]);

export function subtract(a: Value, b: Value): Value {
  if (typeof a === 'bigint' && typeof b === 'bigint') return int(a - b);
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (a instanceof Uint && b instanceof Uint) return uint(a.value - b.value);
  if (a instanceof Duration && b instanceof Duration) return checkedDuration(a.nanoseconds - b.nanoseconds);
  if (a instanceof Timestamp && b instanceof Duration) return checkedTimestamp(a.nanoseconds - b.nanoseconds);
  if (a instanceof Timestamp && b instanceof Timestamp) return checkedDuration(a.nanoseconds - b.nanoseconds);
  throw noSuchOverload();
}

export function multiply(a: Value, b: Value): Value {
  if (typeof a === 'bigint' && typeof b === 'bigint') return int(a * b);
  if (typeof a === 'number' && typeof b === 'number') return a * b;
  if (a instanceof Uint && b instanceof Uint) return uint(a.value * b.value);
  throw noSuchOverload();
}

export function divide(a: Value, b: Value): Value {
  if (typeof a === 'number' && typeof b === 'number') return a / b;
  if (typeof a === 'bigint' && typeof b === 'bigint') {
    if (b === 0n) throw new EvaluationError('division by zero');
    return int(a / b);
  }
  if (!(a instanceof Uint && b instanceof Uint)) throw noSuchOverload();
  if (b.value === 0n) throw new EvaluationError('division by zero');
  return new Uint(a.value / b.value);
}

export function modulo(a: Value, b: Value): Value {
  if (typeof a === 'bigint' && typeof b === 'bigint') {
    if (b === 0n) throw new EvaluationError('modulus by zero');
    if (a === MIN_INT && b === -1n) throw new EvaluationError('integer overflow');
    return a % b;
  }
  if (!(a instanceof Uint && b instanceof Uint)) throw noSuchOverload();
  if (b.value === 0n) throw new EvaluationError('modulus by zero');
  return new Uint(a.value % b.value);
}

export function negate(a: Value): Value {
  if (typeof a === 'bigint') return int(-a);
  if (typeof a === 'number') return -a;
  throw noSuchOverload();
}

/** Whether a value is in a list or a key of a map. */
export function isIn(value: Value, container: Value): boolean {
  if (container instanceof MapValue) return container.contains(value);
  if (!(container instanceof ListValue)) throw noSuchOverload();
  for (let i = 0; i < container.size; i++) if (equal(value, container.at(i))) return true;
  return false;
}

/** Returns the number of a list's element: an integer, or a double that is one. */
export function indexOf(list: ListValue, index: Value): number {
  if (!isNumeric(index)) throw new EvaluationError('unsupported index type in list');
  const at = Number(plain(index));
  if (!Number.isInteger(at)) throw new EvaluationError(`unsupported index value ${at} in list`);
  if (at < 0 || at >= list.size) throw new EvaluationError(`index out of bounds: ${at}`);
  return at;
}

/** Whether a value is the zero of its type: an empty string, list or map, 0, false, null. */
export function isZero(value: Value): boolean {
  if (value === null || value === false || value === '' || value === 0 || value === 0n) return true;
  if (value instanceof ListValue || value instanceof MapValue) return value.size === 0;
  if (value instanceof Uint) return value.value === 0n;
  if (value instanceof Bytes) return value.bytes.length === 0;
  if (value instanceof Duration) return value.nanoseconds === 0n;
  if (value instanceof OptionalValue) return value.value === undefined || isZero(value.value);
  return false;
}

/** Counts the code points of a string. */
export function lengthOf(text: string): number {
  let count = text.length;
  for (let i = 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0xdc00 && code <= 0xdfff && (text.charCodeAt(i - 1) & 0xfc00) === 0xd800) count--;
  }
  return count;
}

/** Returns the size by which costs are counted: 1 for what has none. */
export function sizeOf(value: Value): number {
  if (typeof value === 'string') return lengthOf(value);
  if (value instanceof ListValue || value instanceof MapValue) return value.size;
  if (value instanceof Bytes) return value.bytes.length;
  if (value instanceof OptionalValue && value.value !== undefined) return sizeOf(value.value);
  return value instanceof OpaqueValue ? (value.size ?? 1) : 1;
}
