import type { Functions, Library, Overload } from '../functions.ts';
import { itemsOf, lengthOf } from '../operations.ts';
import { formatted, quoted } from '../text-format.ts';
import type { CelType } from '../types.ts';
import { DYN, INT, listType, STRING } from '../types.ts';
import type { Value } from '../values.ts';
import { ArrayList, EvaluationError, ListValue, noSuchOverload } from '../values.ts';

function text(value: Value | undefined): string {
  if (typeof value !== 'string') throw noSuchOverload();
  return value;
}
function int(value: Value | undefined): bigint {
  if (typeof value !== 'bigint') throw noSuchOverload();
  return value;
}
const outOfRange = (index: bigint): EvaluationError => new EvaluationError(`index out of range: ${index}`);
const points = (value: string): readonly string[] => [...value];

function charAt(value: string, index: bigint): string {
  const characters = points(value);
  if (index < 0n || index > BigInt(characters.length)) throw outOfRange(index);
  return characters[Number(index)] ?? '';
}

function indexFrom(value: string, part: string, from: bigint): bigint {
  if (from < 0n) throw outOfRange(from);
  const characters = points(value);
  const length = BigInt(characters.length);
  if (part === '') return from > length ? length : from;
  if (from >= length) return -1n;
  const skipped = characters.slice(0, Number(from)).join('').length;
  const found = value.indexOf(part, skipped);
  return found < 0 ? -1n : BigInt(lengthOf(value.slice(0, found)));
}

function lastIndex(value: string, part: string, from?: bigint): bigint {
  const characters = points(value);
  const length = BigInt(characters.length);
  if (part === '') {
    if (from === undefined || from > length) return length;
    if (from < 0n) throw outOfRange(from);
    return from;
  }
  if (from === undefined && value.length < part.length) return -1n;
  const start = from ?? length - 1n;
  if (start < 0n) throw outOfRange(start);
  if (start >= length) return -1n;
  const found = value.lastIndexOf(part, characters.slice(0, Number(start)).join('').length);
  return found < 0 ? -1n : BigInt(lengthOf(value.slice(0, found)));
}

function substring(value: string, start: bigint, end?: bigint): string {
  const characters = points(value);
  const length = BigInt(characters.length);
  if (end !== undefined && start > end) throw new EvaluationError(`invalid substring range. start: ${start}, end: ${end}`);
  if (start < 0n || start > length) throw outOfRange(start);
  if (end !== undefined && (end < 0n || end > length)) throw outOfRange(end);
  return characters.slice(Number(start), end === undefined ? undefined : Number(end)).join('');
}

/** Splits as Go's strings.SplitN: a negative limit is none, 0 gives nothing, and the last part keeps the rest. */
function split(value: string, separator: string, limit: bigint): readonly string[] {
  if (limit === 0n) return [];
  const all = separator === '' ? points(value) : value.split(separator);
  if (limit < 0n || BigInt(all.length) <= limit) return all;
  const kept = Number(limit) - 1;
  return [...all.slice(0, kept), all.slice(kept).join(separator)];
}

/** Replaces as Go's strings.Replace: an empty part stands before each character and at the end. */
function replace(value: string, part: string, by: string, limit: bigint): string {
  if (limit === 0n) return value;
  if (limit < 0n && part !== '') return value.replaceAll(part, () => by);
  if (part === '') {
    const characters = points(value);
    const count = limit < 0n ? characters.length + 1 : Number(limit);
    return characters.map((c, i) => (i < count ? by + c : c)).join('') + (count > characters.length ? by : '');
  }
  const parts = split(value, part, limit + 1n);
  return parts.join(by);
}

function join(list: Value | undefined, separator: string): string {
  if (!(list instanceof ListValue)) throw noSuchOverload();
  return itemsOf(list).map(text).join(separator);
}

const cased = (change: (ascii: string) => string) => (value: Value | undefined) => text(value).replace(/[A-Za-z]+/g, change);
/** Characters that Go's unicode.IsSpace counts as white space, at either end. */
const SPACE =
  /^[\t\n\v\f\r \u0085\u00A0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+|[\t\n\v\f\r \u0085\u00A0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/g;

const member = (id: string, params: readonly CelType[], result: CelType, call: NonNullable<Overload['call']>): Overload => ({
  id,
  member: true,
  params,
  result,
  call,
});
const strings = (values: readonly string[]): Value => new ArrayList(values);
const TEXTS = listType(STRING);

const functions: Functions = {
  charAt: [member('string_char_at_int', [STRING, INT], STRING, (value, index) => charAt(text(value), int(index)))],
  indexOf: [
    member('string_index_of_string', [STRING, STRING], INT, (value, part) => indexFrom(text(value), text(part), 0n)),
    member('string_index_of_string_int', [STRING, STRING, INT], INT, (value, part, from) => indexFrom(text(value), text(part), int(from))),
  ],
  lastIndexOf: [
    member('string_last_index_of_string', [STRING, STRING], INT, (value, part) => lastIndex(text(value), text(part))),
    member('string_last_index_of_string_int', [STRING, STRING, INT], INT, (value, part, from) => lastIndex(text(value), text(part), int(from))),
  ],
  lowerAscii: [
    member(
      'string_lower_ascii',
      [STRING],
      STRING,
      cased((ascii) => ascii.toLowerCase()),
    ),
  ],
  upperAscii: [
    member(
      'string_upper_ascii',
      [STRING],
      STRING,
      cased((ascii) => ascii.toUpperCase()),
    ),
  ],
  replace: [
    member('string_replace_string_string', [STRING, STRING, STRING], STRING, (value, part, by) => replace(text(value), text(part), text(by), -1n)),
    member('string_replace_string_string_int', [STRING, STRING, STRING, INT], STRING, (value, part, by, limit) =>
      replace(text(value), text(part), text(by), int(limit)),
    ),
  ],
  split: [
    member('string_split_string', [STRING, STRING], TEXTS, (value, separator) => strings(split(text(value), text(separator), -1n))),
    member('string_split_string_int', [STRING, STRING, INT], TEXTS, (value, separator, limit) =>
      strings(split(text(value), text(separator), int(limit))),
    ),
  ],
  substring: [
    member('string_substring_int', [STRING, INT], STRING, (value, start) => substring(text(value), int(start))),
    member('string_substring_int_int', [STRING, INT, INT], STRING, (value, start, end) => substring(text(value), int(start), int(end))),
  ],
  trim: [member('string_trim', [STRING], STRING, (value) => text(value).replace(SPACE, ''))],
  format: [
    member('string_format', [STRING, listType(DYN)], STRING, (value, args) => {
      if (!(args instanceof ListValue)) throw noSuchOverload();
      return formatted(text(value), args);
    }),
  ],
  'strings.quote': [{ id: 'strings_quote', params: [STRING], result: STRING, call: (value) => quoted(text(value)) }],
  join: [
    member('list_join', [TEXTS], STRING, (list) => join(list, '')),
    member('list_join_string', [TEXTS, STRING], STRING, (list, separator) => join(list, text(separator))),
  ],
};

/** cel-go's functions of strings, version 2. */
export const stringLibrary: Library = { functions };
