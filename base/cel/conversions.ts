import { parseInt64 } from '../int64.ts';
import { int, uint } from './operations.ts';
import { checkedTimestamp, durationText, parseDuration, parseTimestamp, timestampText, unixSeconds } from './time-text.ts';
import type { Value } from './values.ts';
import { Bytes, Duration, EvaluationError, noSuchOverload, Timestamp, typeOf, Uint } from './values.ts';

const failure = (value: Value, to: string): EvaluationError => new EvaluationError(`type conversion error from '${typeOf(value).name}' to '${to}'`);
const TRUE: ReadonlySet<string> = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const FALSE: ReadonlySet<string> = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);
const DOUBLE = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const MAX_UINT = 2n ** 64n - 1n;
const LIMIT = 2 ** 63;

export function toInt(value: Value): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') {
    if (!Number.isFinite(value) || value <= -LIMIT || value >= LIMIT) throw new EvaluationError('integer overflow');
    return BigInt(Math.trunc(value));
  }
  if (value instanceof Uint) return int(value.value);
  if (value instanceof Timestamp) return unixSeconds(value);
  if (value instanceof Duration) return value.nanoseconds;
  if (typeof value !== 'string') throw noSuchOverload();
  const number = parseInt64(value);
  if (number === undefined) throw failure(value, 'int');
  return number;
}

export function toUint(value: Value): Uint {
  if (value instanceof Uint) return value;
  if (typeof value === 'bigint') return uint(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value) || value < 0 || value >= 2 * LIMIT) throw new EvaluationError('unsigned integer overflow');
    return new Uint(BigInt(Math.trunc(value)));
  }
  if (typeof value !== 'string') throw noSuchOverload();
  if (!/^\d{1,40}$/.test(value) || BigInt(value) > MAX_UINT) throw failure(value, 'uint');
  return new Uint(BigInt(value));
}

export function toDouble(value: Value): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Uint) return Number(value.value);
  if (typeof value !== 'string') throw noSuchOverload();
  if (/^[+-]?inf(?:inity)?$/i.test(value)) return value.startsWith('-') ? -Infinity : Infinity;
  if (/^nan$/i.test(value)) return Number.NaN;
  const number = DOUBLE.test(value) ? Number(value) : Number.NaN;
  if (!Number.isFinite(number)) throw failure(value, 'double');
  return number;
}

export function toBool(value: Value): boolean {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') throw noSuchOverload();
  if (TRUE.has(value)) return true;
  if (FALSE.has(value)) return false;
  throw failure(value, 'bool');
}

export function toBytes(value: Value): Bytes {
  if (value instanceof Bytes) return value;
  if (typeof value === 'string') return new Bytes(Buffer.from(value));
  throw noSuchOverload();
}

const EXPONENT_FROM = 1e6;
const EXPONENT_BELOW = 1e-4;
/** Writes a double as Go's `%g` does: 123456.5, but 1e+06. */
export function doubleText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value < 0 ? '-Inf' : '+Inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const magnitude = Math.abs(value);
  if (magnitude >= EXPONENT_BELOW && magnitude < EXPONENT_FROM) return String(value);
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
  const digits = exponent.replace(/^[+-]/, '').padStart(2, '0');
  return `${mantissa}e${exponent.startsWith('-') ? '-' : '+'}${digits}`;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function toText(value: Value): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'number':
      return doubleText(value);
    default:
  }
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Timestamp) return timestampText(value);
  if (value instanceof Duration) return durationText(value);
  if (!(value instanceof Bytes)) throw noSuchOverload();
  try {
    return utf8.decode(value.bytes);
  } catch {
    throw new EvaluationError('invalid UTF-8 in bytes, cannot convert to string');
  }
}

export function toTimestamp(value: Value): Timestamp {
  if (value instanceof Timestamp) return value;
  if (typeof value === 'bigint') return checkedTimestamp(value * 1_000_000_000n);
  if (typeof value !== 'string') throw noSuchOverload();
  const time = parseTimestamp(value);
  if (!time) throw failure(value, 'google.protobuf.Timestamp');
  return checkedTimestamp(time.nanoseconds);
}

export function toDuration(value: Value): Duration {
  if (value instanceof Duration) return value;
  if (typeof value !== 'string') throw noSuchOverload();
  const duration = parseDuration(value);
  if (!duration) throw failure(value, 'google.protobuf.Duration');
  return duration;
}
