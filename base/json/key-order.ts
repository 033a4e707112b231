import { setOwn } from '../json.ts';
import { compareTexts, sortSteps } from '../sort-steps.ts';
import type { Steps } from '../steps.ts';
import { isLong, markLong } from './long-values.ts';

/** Values that are copied in one step. */
const STEP_COUNT = 1_000;

/** Returns a copy of a value of any length whose objects have their keys in order, with pauses in its long parts, which stay marked as long. */
export function* inKeyOrderSteps(value: unknown): Steps<unknown> {
  if (!isLong(value)) return inKeyOrder(value);
  let count = 0;
  if (Array.isArray(value)) {
    const items: unknown[] = markLong([]);
    for (const item of value) {
      items.push(isLong(item) ? yield* inKeyOrderSteps(item) : inKeyOrder(item));
      if (++count % STEP_COUNT === 0) yield;
    }
    return items;
  }
  const fields = value as Readonly<Record<string, unknown>>;
  const out: Record<string, unknown> = markLong({});
  for (const key of yield* sortSteps(Object.keys(fields), compareTexts)) {
    const item = fields[key];
    setOwn(out, key, isLong(item) ? yield* inKeyOrderSteps(item) : inKeyOrder(item));
    if (++count % STEP_COUNT === 0) yield;
  }
  return out;
}

function inKeyOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(inKeyOrder);
  const fields = value as Readonly<Record<string, unknown>>;
  const out: Record<string, unknown> = {};
  for (const key of Object.keys(fields).sort()) setOwn(out, key, inKeyOrder(fields[key]));
  return out;
}
