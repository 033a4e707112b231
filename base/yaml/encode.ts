import { isLong } from '../json/long-values.ts';
import { isObject } from '../json.ts';
import { compareTexts, sortSteps } from '../sort-steps.ts';
import type { Steps } from '../steps.ts';
import { resolvePlain } from './scalar.ts';

/** Texts that need no quotes: nothing in them or at their ends means anything to YAML. */
const PLAIN = /^[A-Za-z0-9_/.][A-Za-z0-9_/.+@%$^&=(){};<> -]*$/;
/** Longer texts are quoted without a look at them. */
const MAX_PLAIN = 256;

/**
 * Writes a JSON value as a YAML document in the look of sigs.k8s.io/yaml: sorted keys, sequences not indented, long texts as literal blocks.
 * Undefined fields are left out. `indent` is the column of a value that stands within another.
 */
export function encodeYaml(value: unknown): string {
  if (isCollection(value) && !isEmpty(value)) return blockOf(value, '');
  return `${inline(value, '')}\n`;
}

/** As encodeYaml, with pauses in the long parts of the value. */
export function* encodeYamlSteps(value: unknown): Steps<string> {
  return isCollection(value) && isLong(value) ? yield* blockSteps(value, '') : encodeYaml(value);
}

/** Writes an item of a sequence that stands in column 0. */
export const encodeYamlItem = (item: unknown): string => itemOf(item, '');

/** As encodeYamlItem, with pauses in the long parts of the item. */
export const encodeYamlItemSteps = (item: unknown): Steps<string> => itemSteps(item, '');

type Collection = Readonly<Record<string, unknown>> | readonly unknown[];

const isCollection = (value: unknown): value is Collection => Array.isArray(value) || isObject(value);

function isEmpty(value: Collection): boolean {
  if (isLong(value)) return false;
  if (Array.isArray(value)) return value.length === 0;
  const fields = value as Readonly<Record<string, unknown>>;
  for (const key in fields) if (fields[key] !== undefined) return false;
  return true;
}

function blockOf(value: Collection, indent: string): string {
  let out = '';
  if (Array.isArray(value)) {
    for (const item of value) out += itemOf(item, indent);
    return out;
  }
  const fields = value as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(fields).sort()) {
    const field = fields[key];
    if (field === undefined) continue;
    const head = `${indent}${textOf(key, indent, false)}:`;
    if (!isCollection(field) || isEmpty(field)) out += `${head} ${inline(field, indent)}\n`;
    else out += `${head}\n${blockOf(field, Array.isArray(field) ? indent : `${indent}  `)}`;
  }
  return out;
}

function itemOf(item: unknown, indent: string): string {
  if (!isCollection(item) || isEmpty(item)) return `${indent}- ${inline(item, indent)}\n`;
  // The first line of the block moves up behind the dash.
  const inner = `${indent}  `;
  return `${indent}- ${blockOf(item, inner).slice(inner.length)}`;
}

/** Characters that are written in one step. */
const STEP_LENGTH = 16 * 1024;

function* blockSteps(value: Collection, indent: string): Steps<string> {
  if (!isLong(value)) return blockOf(value, indent);
  const parts: string[] = [];
  let length = 0;
  const fields = value as Readonly<Record<string, unknown>>;
  for (const key of Array.isArray(value) ? value.keys() : yield* sortSteps(Object.keys(fields), compareTexts)) {
    const field = fields[key];
    const part = typeof key === 'number' ? yield* itemSteps(field, indent) : yield* fieldSteps(key, field, indent);
    parts.push(part);
    length += part.length;
    if (length < STEP_LENGTH) continue;
    length = 0;
    yield;
  }
  return parts.join('');
}

function* fieldSteps(key: string, field: unknown, indent: string): Steps<string> {
  if (field === undefined) return '';
  const head = `${indent}${textOf(key, indent, false)}:`;
  if (!isCollection(field) || isEmpty(field)) return `${head} ${inline(field, indent)}\n`;
  return `${head}\n${yield* blockSteps(field, Array.isArray(field) ? indent : `${indent}  `)}`;
}

function* itemSteps(item: unknown, indent: string): Steps<string> {
  if (!isCollection(item) || !isLong(item)) return itemOf(item, indent);
  const inner = `${indent}  `;
  const block = yield* blockSteps(item, inner);
  return `${indent}- ${block.slice(inner.length)}`;
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
