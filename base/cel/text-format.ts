import { compareTexts } from '../sort-steps.ts';
import { doubleText, toText } from './conversions.ts';
import type { Value } from './values.ts';
import { Bytes, Duration, EvaluationError, ListValue, MapValue, Timestamp, TypeValue, typeOf, Uint } from './values.ts';

const PRECISION = 6;
const CLAUSE = /%(?:%|(?:\.(\d*))?(.)?)/gs;
const ESCAPES: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

/** Quotes a text as `strings.quote` does. */
export const quoted = (text: string): string => `"${Array.from(text, (c) => ESCAPES[c] ?? c).join('')}"`;

/** The values that a clause of a format string may be used on, as its error says. */
const FAULTS: Readonly<Record<string, string>> = {
  s: 'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps',
  d: 'decimal clause can only be used on integers',
  f: 'fixed-point clause can only be used on doubles',
  e: 'scientific clause can only be used on doubles',
  b: 'only integers and bools can be formatted as binary',
  x: 'only integers, byte buffers, and strings can be formatted as hex',
  X: 'only integers, byte buffers, and strings can be formatted as hex',
  o: 'octal clause can only be used on integers',
};
export const formatFault = (clause: string, typeName: string): string => `${FAULTS[clause]}, was given ${typeName}`;

export interface Clause {
  /** One of s, d, f, e, b, x, X, o. */
  readonly kind: string;
  readonly precision: number | undefined;
}

/**
 * Splits a format string into texts and clauses.
 * @throws EvaluationError in cel-go's words if a clause is none
 */
export function clausesOf(format: string): readonly (string | Clause)[] {
  const parts: (string | Clause)[] = [];
  let last = 0;
  for (const match of format.matchAll(CLAUSE)) {
    parts.push(format.slice(last, match.index));
    last = match.index + match[0].length;
    const [all, digits, kind] = match;
    if (all === '%%') parts.push('%');
    else if (all === '%') throw new EvaluationError('unexpected end of string');
    else parts.push({ kind: clauseKind(digits, kind), precision: digits === undefined ? undefined : Number(digits) });
  }
  parts.push(format.slice(last));
  return parts;
}

function clauseKind(digits: string | undefined, kind: string | undefined): string {
  const failed = (why: string): EvaluationError => new EvaluationError(`could not parse formatting clause: ${why}`);
  if (kind === undefined) throw failed('error while parsing precision: could not find end of precision specifier');
  if (digits === '')
    throw failed('error while parsing precision: error while converting precision to integer: strconv.Atoi: parsing "": invalid syntax');
  if (!Object.hasOwn(FAULTS, kind)) throw failed(`unrecognized formatting clause "${kind}"`);
  return kind;
}

/** Fills a format string with values. @throws EvaluationError in cel-go's words if they do not fit. */
export function formatted(format: string, args: ListValue): string {
  let index = 0;
  let text = '';
  for (const part of clausesOf(format)) {
    if (typeof part === 'string') text += part;
    else {
      if (index >= args.size) throw new EvaluationError(`index ${index} out of range`);
      text += clauseText(part, args.at(index++));
    }
  }
  return text;
}

function clauseText({ kind, precision = PRECISION }: Clause, value: Value): string {
  const found = textFor(kind, precision, value);
  if (found === undefined) throw new EvaluationError(`error during formatting: ${formatFault(kind, typeOf(value).name)}`);
  return found;
}

const integer = (value: Value): bigint | undefined => (typeof value === 'bigint' ? value : value instanceof Uint ? value.value : undefined);

function double(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  if (value === 'NaN') return Number.NaN;
  if (value === 'Infinity') return Infinity;
  return value === '-Infinity' ? -Infinity : undefined;
}

function textFor(kind: string, precision: number, value: Value): string | undefined {
  switch (kind) {
    case 's':
      return shown(value);
    case 'd':
      return integer(value)?.toString();
    case 'b':
      return typeof value === 'boolean' ? String(Number(value)) : integer(value)?.toString(2);
    case 'o':
      return integer(value)?.toString(8);
    case 'x':
      return hexText(value);
    case 'X':
      return hexText(value)?.toUpperCase();
    default: {
      const number = double(value);
      if (number === undefined) return undefined;
      return kind === 'f' ? fixedText(number, precision) : scientificText(number, precision);
    }
  }
}

function hexText(value: Value): string | undefined {
  if (typeof value === 'string') return Buffer.from(value).toString('hex');
  return value instanceof Bytes ? Buffer.from(value.bytes).toString('hex') : integer(value)?.toString(16);
}

const MAX_PRECISION = 100;
const special = (value: number): string => (Number.isNaN(value) ? 'NaN' : value < 0 ? '-∞' : '∞');

/** Numbers are written as in English, with commas between thousands. */
function fixedText(value: number, precision: number): string {
  if (!Number.isFinite(value)) return special(value);
  const [whole = '', fraction] = value.toFixed(Math.min(precision, MAX_PRECISION)).split('.');
  return `${whole.replace(/(?<=\d)(?=(?:\d{3})+$)/g, ',')}${fraction === undefined ? '' : `.${fraction}`}`;
}

/** Writes 1052.03 as 1.052030 × 10⁰³, as the printer that upstream uses does. */
function scientificText(value: number, precision: number): string {
  if (!Number.isFinite(value)) return special(value);
  const [mantissa = '', exponent = '0'] = value.toExponential(Math.min(precision, MAX_PRECISION)).split('e');
  const digits = exponent.replace(/^[+-]/, '').padStart(2, '0');
  const superscript = Array.from(digits, (digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]).join('');
  return `${mantissa}\u202f×\u202f10${exponent.startsWith('-') ? '⁻' : ''}${superscript}`;
}

/** Returns the text of `%s`; undefined if the value has none. */
function shown(value: Value): string | undefined {
  if (value === null) return 'null';
  if (value instanceof ListValue) return listText(value);
  if (value instanceof MapValue) return mapText(value);
  if (value instanceof TypeValue) return value.type.name;
  if (typeof value === 'object' && !(value instanceof Bytes || value instanceof Uint || value instanceof Timestamp || value instanceof Duration)) {
    return undefined;
  }
  return toText(value);
}

/** Returns an element of a list or a map as it would stand in an expression. */
function nested(value: Value): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value.toFixed(PRECISION) : JSON.stringify(doubleText(value));
  if (value instanceof Bytes) return `b${JSON.stringify(toText(value))}`;
  if (value instanceof Timestamp) return `timestamp(${JSON.stringify(toText(value))})`;
  if (value instanceof Duration) return `duration(${JSON.stringify(toText(value))})`;
  const text = shown(value);
  if (text === undefined) throw new EvaluationError(`error during formatting: no formatting function for ${typeOf(value).name}`);
  return text;
}

const listText = (list: ListValue): string => `[${Array.from({ length: list.size }, (_, i) => nested(list.at(i))).join(', ')}]`;

function mapText(map: MapValue): string {
  const entries = map.keys().map((key) => {
    if (typeof key === 'number') throw new EvaluationError(`error during formatting: no formatting function for map key of type double`);
    return [nested(key), nested(map.find(key) ?? null)] as const;
  });
  entries.sort(([a], [b]) => compareTexts(a, b));
  return `{${entries.map(([key, value]) => `${key}:${value}`).join(', ')}}`;
}
