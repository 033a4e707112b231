import { setOwn } from '../json.ts';
import type { Steps } from '../steps.ts';
import { isLong, markLong } from './long-values.ts';

/** Fields that are copied in one step. */
const STEP_COUNT = 2_000;

/** Returns a new object with the fields of one, with pauses if it is long; the copy counts as long then. */
export function* shallowCopySteps(object: Readonly<Record<string, unknown>>): Steps<Record<string, unknown>> {
  if (!isLong(object)) return { ...object };
  const out: Record<string, unknown> = markLong({});
  let count = 0;
  for (const key of Object.keys(object)) {
    setOwn(out, key, object[key]);
    if (++count % STEP_COUNT === 0) yield;
  }
  return out;
}
