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
  // Joined per step: a text that is put together by + is made only when it is read, which at the end would be long work.
  let part: string[] = [];
  let length = 0;
  for (const key of isList ? value.keys() : Object.keys(value)) {
    const item = fields[key];
    if (item === undefined && !isList) continue;
    part.push(separator);
    if (!isList) part.push(JSON.stringify(key), ':');
    separator = ',';
    if (typeof item === 'object' && item !== null && isLong(item)) {
      parts.push(part.join(''));
      part = [];
      length = 0;
      yield* write(item, parts);
      continue;
    }
    const text = JSON.stringify(item) ?? 'null';
    part.push(text);
    length += text.length + String(key).length;
    if (length < STEP_LENGTH) continue;
    parts.push(part.join(''));
    part = [];
    length = 0;
    yield;
  }
  parts.push(part.join(''), separator === '[' ? '[]' : separator === '{' ? '{}' : isList ? ']' : '}');
}
