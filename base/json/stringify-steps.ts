import type { Steps } from '../steps.ts';
import { isLong } from './long-values.ts';

/** Characters that are written in one step. */
const STEP_LENGTH = 32 * 1024;

/** Returns the text that JSON.stringify makes of an object or list, with pauses in its long parts. */
export function* stringifySteps(value: object): Steps<string> {
  const parts: string[] = [];
  yield* write(value, parts);
  return parts.join('');
}

function* write(value: object, parts: string[]): Steps<void> {
  if (!isLong(value)) {
    parts.push(JSON.stringify(value));
    return;
  }
  const isList = Array.isArray(value);
  let separator = isList ? '[' : '{';
  const fields = value as Readonly<Record<string, unknown>>;
  let part = '';
  for (const key of isList ? value.keys() : Object.keys(value)) {
    const item = fields[key];
    if (item === undefined && !isList) continue;
    part += isList ? separator : `${separator}${JSON.stringify(key)}:`;
    separator = ',';
    if (typeof item === 'object' && item !== null && isLong(item)) {
      parts.push(part);
      part = '';
      yield* write(item, parts);
    } else part += JSON.stringify(item) ?? 'null';
    if (part.length < STEP_LENGTH) continue;
    parts.push(part);
    part = '';
    yield;
  }
  parts.push(part, separator === '[' ? '[]' : separator === '{' ? '{}' : isList ? ']' : '}');
}
