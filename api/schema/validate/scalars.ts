import { goFloat, goNumber, goQuote } from '../../../base/go-format.ts';
import type { Pattern } from '../../../base/regexp.ts';
import { goPattern } from '../../../base/regexp.ts';
import type { FieldError } from '../field-error.ts';
import { invalid, tooLong, typeInvalid } from '../field-error.ts';
import type { ValueValidation } from '../structural.ts';

/**
 * The constraints on strings and numbers, in the order and words of kube-openapi's validators (pkg/validation/validate), which
 * kube-apiserver checks custom resources with.
 */

/** Reads the field of an error from the path in its message: the root has none, and paths of maps at the root begin with a dot. */
export const fieldOf = (path: string): string => (path === '' ? '<nil>' : path.startsWith('.') ? path.slice(1) : path);

/** Errors that name no field: those of junctors, and of the ranges of numbers. */
export const whole = (message: string): FieldError => invalid('<nil>', '', message);

/** In upstream's messages every field is `in body`. */
export const inBody = (path: string, what: string): string => `${path} in body ${what}`;

export const mistyped = (path: string, type: string, found: string): FieldError =>
  typeInvalid(fieldOf(path), found, inBody(path, `must be of type ${type}: ${goQuote(found)}`));

export type ScalarCheck<T> = (value: T, path: string, errors: FieldError[]) => void;

/** Returns the number of characters of a text, as Go counts runes. */
function runeCount(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length - 1; i++) {
    const code = text.charCodeAt(i);
    if (code < 0xd800 || code > 0xdbff) continue;
    const next = text.charCodeAt(i + 1);
    if (next >= 0xdc00 && next <= 0xdfff) {
      count--;
      i++;
    }
  }
  return count;
}

/** Returns the check of a string, of which the first fault is reported; undefined if there is nothing to check. */
export function stringCheck({ maxLength, minLength, pattern }: ValueValidation): ScalarCheck<string> | undefined {
  if (maxLength === undefined && minLength === undefined && !pattern) return undefined;
  // Compiled when the first value comes.
  let compiled: Pattern | undefined;
  return (value, path, errors) => {
    const field = fieldOf(path);
    if (maxLength !== undefined && value.length > maxLength && runeCount(value) > maxLength) errors.push(tooLong(field, maxLength));
    else if (minLength !== undefined && runeCount(value) < minLength) {
      errors.push(invalid(field, value, inBody(path, `should be at least ${minLength} chars long`)));
    } else if (pattern) {
      compiled ??= goPattern(pattern);
      if (!compiled.test(value)) errors.push(invalid(field, value, inBody(path, `should match '${pattern}'`)));
    }
  };
}

/** The tolerance of Go's swag.IsFloat64AJSONInteger, by which 0.07 is a multiple of 0.01. */
const EPSILON = 1e-9;

/** Whether a number is an integer, or so near to a positive one that only its binary form differs. */
export function isJsonInteger(value: number): boolean {
  if (Number.isInteger(value)) return Math.abs(value) <= Number.MAX_SAFE_INTEGER;
  if (!(value > 0 && value <= Number.MAX_SAFE_INTEGER)) return false;
  const whole = Math.trunc(value);
  return whole !== 0 && (value - whole) / (value + whole) < EPSILON;
}

const INT32 = [-(2n ** 31n), 2n ** 31n - 1n] as const;
const INT64 = [-(2n ** 63n), 2n ** 63n - 1n] as const;

/** The types that bound numbers: a type of a schema and its format. */
interface NumberRange {
  readonly type: 'integer' | 'number' | undefined;
  readonly format: string | undefined;
}

function inRange(value: number | bigint, { type, format }: NumberRange): boolean {
  if (type !== 'integer') return !(format === 'float' && Number.isFinite(Number(value)) && !Number.isFinite(Math.fround(Number(value))));
  if (typeof value === 'number' && Number.isSafeInteger(value)) return format !== 'int32' || value === (value | 0);
  if (typeof value === 'number' && !Number.isInteger(value)) return false;
  const [low, high] = format === 'int32' ? INT32 : INT64;
  const exact = BigInt(value);
  return exact >= low && exact <= high;
}

const outOfRange = (what: string, { type, format }: NumberRange, path: string): FieldError =>
  whole(`${what} value must be of type ${type ?? ''} ${format === undefined ? '(default format)' : `with format ${format}`} in ${path}`);

/** Go has integers and floating-point numbers; a number of JSON without a fraction is an integer if it fits into 64 bits. */
const isGoInteger = (value: number | bigint): boolean =>
  typeof value === 'bigint' || Number.isSafeInteger(value) || (Number.isInteger(value) && Math.abs(value) < 2 ** 63);

/** Returns the check of numbers; undefined if there is nothing to check. */
export function numberCheck(v: ValueValidation, range: NumberRange): ScalarCheck<number | bigint> | undefined {
  const { multipleOf, maximum, minimum } = v;
  const bounded = range.type === 'integer' || range.format === 'float';
  if (!bounded && multipleOf === undefined && maximum === undefined && minimum === undefined) return undefined;
  return (value, path, errors) => {
    if (!inRange(value, range)) errors.push(outOfRange('Checked', range, path));
    if (multipleOf !== undefined) checkMultiple(value, multipleOf, range, path, errors);
    if (minimum !== undefined) checkBound(value, minimum, v.exclusiveMinimum === true, false, range, path, errors);
    if (maximum !== undefined) checkBound(value, maximum, v.exclusiveMaximum === true, true, range, path, errors);
  };
}

/** A constraint that is out of the type's range is an error itself, and then holds as one on floating-point numbers. */
function checkMultiple(value: number | bigint, multipleOf: number, range: NumberRange, path: string, errors: FieldError[]): void {
  const fits = inRange(multipleOf, range);
  if (!fits) errors.push(outOfRange('MultipleOf', range, path));
  const asInteger = fits && isGoInteger(value);
  const factor = asInteger ? Math.trunc(multipleOf) : multipleOf;
  if (factor <= 0) {
    errors.push(invalid(fieldOf(path), factor, `factor MultipleOf declared for ${path} must be positive: ${goNumber(factor)}`));
    return;
  }
  const isMultiple = asInteger
    ? BigInt(value) % BigInt(factor) === 0n
    : isJsonInteger(multipleOf < 1 ? (1 / multipleOf) * Number(value) : Number(value) / multipleOf);
  if (!isMultiple)
    errors.push(invalid(fieldOf(path), value, inBody(path, `should be a multiple of ${asInteger ? goNumber(factor) : goFloat(factor)}`)));
}

function checkBound(
  value: number | bigint,
  limit: number,
  isExclusive: boolean,
  isMaximum: boolean,
  range: NumberRange,
  path: string,
  errors: FieldError[],
): void {
  const fits = inRange(limit, range);
  if (!fits) errors.push(outOfRange(isMaximum ? 'Maximum boundary' : 'Minimum boundary', range, path));
  const asInteger = fits && isGoInteger(value);
  const bound = asInteger ? Math.trunc(limit) : limit;
  const isBeyond = isMaximum ? value > bound : value < bound;
  // biome-ignore lint/suspicious/noDoubleEquals: a bigint equals a number of the same value only so
  if (!isBeyond && !(isExclusive && value == bound)) return;
  const than = `${isMaximum ? 'less' : 'greater'} than ${isExclusive ? '' : 'or equal to '}${asInteger ? goNumber(bound) : goFloat(bound)}`;
  errors.push(invalid(fieldOf(path), value, inBody(path, `should be ${than}`)));
}
