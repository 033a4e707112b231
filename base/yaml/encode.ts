import { isObject } from '../json.ts';
import { compareTexts, sortSteps } from '../sort-steps.ts';
import { inParts } from '../steps.ts';
import { resolvePlain } from './scalar.ts';

/** Texts that need no quotes: nothing in them or at their ends means anything to YAML. */
const PLAIN = /^[A-Za-z0-9_/.][A-Za-z0-9_/.+@%$^&=(){};<> -]*$/;
/** Longer texts are quoted without a look at them. */
const MAX_PLAIN = 256;

/** The length of the parts of a long document. YAML takes longer to make than JSON. */
export const YAML_PART_LENGTH = 64 * 1024;
/** To put so many keys into order takes some milliseconds. */
const MANY_KEYS = 10_000;

/**
 * Returns a JSON value as a YAML document in the look of sigs.k8s.io/yaml: sorted keys, sequences not indented, long texts as literal blocks.
 * Undefined fields are left out.
 */
export const encodeYaml = (value: unknown): string => [...yamlParts(value)].join('');

/** Yields the document of {@link encodeYaml} in parts, each made when it is asked for: what is nested deeply is many times as long as its JSON. Parts may be empty. */
export const yamlParts = (value: unknown): Generator<string> => partsOf(value, '', '');

/** Yields an item of a sequence that stands in column 0, in parts. */
export const yamlItemParts = (item: unknown): Generator<string> => partsOf(item, '  ', '- ');

type Collection = Readonly<Record<string, unknown>> | readonly unknown[];

/** A collection that is being written. */
interface Level {
  readonly values: Readonly<Record<string | number, unknown>>;
  /** The fields in their order; undefined for a sequence. */
  readonly keys: readonly string[] | undefined;
  readonly length: number;
  readonly indent: string;
  /** The members that are written. */
  count: number;
}

const isCollection = (value: unknown): value is Collection => Array.isArray(value) || isObject(value);

/** Opens a collection. Yields empty parts while it puts many keys into order. */
function* levelOf(value: Collection, indent: string): Generator<string, Level> {
  const keys = Array.isArray(value) ? undefined : yield* sortedKeys(value as Readonly<Record<string, unknown>>);
  return { values: value as Level['values'], keys, length: (keys ?? (value as readonly unknown[])).length, indent, count: 0 };
}

function* sortedKeys(fields: Readonly<Record<string, unknown>>): Generator<string, readonly string[]> {
  const keys = Object.keys(fields);
  if (keys.length < MANY_KEYS) return keys.filter((key) => fields[key] !== undefined).sort();
  return yield* inParts(sortSteps(keys, compareTexts));
}

/** Yields a value. `lead` stands before its first line, `indent` before the others. */
function* partsOf(value: unknown, indent: string, lead: string): Generator<string> {
  let part = lead;
  const levels: Level[] = [];
  let opened = isCollection(value) ? yield* levelOf(value, indent) : undefined;
  if (!opened || opened.length === 0) {
    yield `${lead}${inline(value, '')}\n`;
    return;
  }
  levels.push(opened);
  let isFirst = true;
  for (let level = levels.at(-1); level; level = levels.at(-1)) {
    const at = level.count++;
    if (at === level.length) {
      levels.pop();
      continue;
    }
    const key = level.keys?.[at];
    const member = level.values[key ?? at];
    if (key !== undefined && member === undefined) continue;
    if (!isFirst) part += level.indent;
    part += key === undefined ? '-' : `${textOf(key, level.indent, false)}:`;
    // The first line of an item stands behind its dash. A sequence is not indented in a field.
    const inner = key !== undefined && Array.isArray(member) ? level.indent : `${level.indent}  `;
    opened = isCollection(member) ? yield* levelOf(member, inner) : undefined;
    isFirst = key === undefined && opened !== undefined && opened.length > 0;
    if (opened && opened.length > 0) {
      part += key === undefined ? ' ' : '\n';
      levels.push(opened);
    } else {
      part += ` ${inline(member, level.indent)}\n`;
    }
    if (part.length < YAML_PART_LENGTH) continue;
    yield part;
    part = '';
  }
  if (part !== '') yield part;
}

function inline(value: unknown, indent: string): string {
  if (typeof value === 'string') return textOf(value, indent, true);
  if (Array.isArray(value)) return '[]';
  if (isObject(value)) return '{}';
  return JSON.stringify(value) ?? 'null';
}

function textOf(text: string, indent: string, mayBlock: boolean): string {
  if (text.length <= MAX_PLAIN && PLAIN.test(text) && !text.endsWith(' ') && typeof resolvePlain(text) === 'string') return text;
  if (mayBlock && isLiteral(text)) {
    const chomp = !text.endsWith('\n') ? '-' : text.endsWith('\n\n') ? '+' : '';
    const lines = text.endsWith('\n') ? text.slice(0, -1) : text;
    return `|${chomp}\n${lines
      .split('\n')
      .map((line) => (line === '' ? '' : `${indent}  ${line}`))
      .join('\n')}`;
  }
  return JSON.stringify(text);
}

/** Whether a text of several lines can stand as a literal block: printable, and its first line is not blank or indented. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: what is not printable is what is refused
const UNPRINTABLE = /[\u0000-\u0009\u000b-\u001f\u007f-\u00a0\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]/;
const isLiteral = (text: string): boolean => text.includes('\n') && !' \n'.includes(text.charAt(0)) && !UNPRINTABLE.test(text);
