import { setOwn } from './json.ts';

/**
 * JSON without the loss of digits. An integer that fits into 64 bits but not into a number of JavaScript is a bigint; all others are
 * numbers. JSON.stringify writes bigints as the digits that were read.
 */

interface ReviverContext {
  readonly source?: string;
}

declare global {
  interface JSON {
    /** Returns a value that JSON.stringify writes as the given text (https://tc39.es/proposal-json-parse-with-source). */
    rawJSON(text: string): unknown;
  }
}

const MIN = -(2n ** 63n);
const MAX = 2n ** 63n - 1n;
/** The fewest digits of an integer that a number may not hold. */
const LONG = 16;

Object.defineProperty(BigInt.prototype, 'toJSON', {
  configurable: true,
  writable: true,
  value(this: bigint): unknown {
    return JSON.rawJSON(this.toString());
  },
});

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

/** Whether a text has so many digits in a row that they may be an integer beyond 2^53. Looks at a sixteenth of the text. */
function hasLongDigits(text: string): boolean {
  for (let at = LONG - 1; at < text.length; at += LONG) {
    if (!isDigit(text.charCodeAt(at))) continue;
    let begin = at;
    while (begin > 0 && at - begin < LONG && isDigit(text.charCodeAt(begin - 1))) begin--;
    let end = at + 1;
    while (end < text.length && end - begin < LONG && isDigit(text.charCodeAt(end))) end++;
    if (end - begin >= LONG) return true;
  }
  return false;
}

function exact(_key: string, value: unknown, context?: ReviverContext): unknown {
  const source = context?.source;
  if (typeof value !== 'number' || Number.isSafeInteger(value) || source === undefined) return value;
  return exactInteger(source, value);
}

/** Returns the integer of a text of digits, as a bigint if a number cannot hold it; `otherwise` if it is no integer of 64 bits. */
export function exactInteger(digits: string, otherwise: number): number | bigint {
  if (!/^[-+]?[0-9]{16,20}$/.test(digits)) return otherwise;
  const integer = BigInt(digits.startsWith('+') ? digits.slice(1) : digits);
  if (integer < MIN || integer > MAX) return otherwise;
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : integer;
}

/** Parses JSON as JSON.parse does, with integers of 64 bits exact. @throws SyntaxError */
export const parseExactJson = (text: string): unknown => (hasLongDigits(text) ? JSON.parse(text, exact) : JSON.parse(text));

/** An escape of half a pair of UTF-16. */
const HALF = /\\u[dD][89a-fA-F]/;

/** Whether a text of JSON may have lone surrogates in its strings. */
export const mayHaveLoneSurrogates = (text: string): boolean => text.includes('\\u') && HALF.test(text);

/** Returns a JSON value whose strings, keys among them, have U+FFFD in the place of lone surrogates, as Go's decoder does. */
export function wellFormedJson(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (Array.isArray(value)) return value.map(wellFormedJson);
  if (typeof value !== 'object' || value === null) return value;
  const out: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) setOwn(out, key.toWellFormed(), wellFormedJson(item));
  return out;
}
