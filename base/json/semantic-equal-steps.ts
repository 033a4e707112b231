import { isEmptyContainer, semanticEqual } from '../equality.ts';
import { isObject, own } from '../json.ts';
import type { Steps } from '../steps.ts';
import { isLong } from './long-values.ts';

/** Members that are compared in one step. */
const STEP_COUNT = 1_000;

/** As semanticEqual, with pauses in the long parts of both values. */
export function* semanticEqualSteps(a: unknown, b: unknown): Steps<boolean> {
  if (a === b) return true;
  if (!(isLong(a) && isLong(b))) return semanticEqual(a, b);
  if (Array.isArray(a) && Array.isArray(b)) {
    if (a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) {
      if (!(yield* semanticEqualSteps(a[i], b[i]))) return false;
      if (i % STEP_COUNT === 0) yield;
    }
    return true;
  }
  if (!isObject(a) || !isObject(b)) return semanticEqual(a, b);
  let count = 0;
  for (const key of Object.keys(a)) {
    if (!(yield* semanticEqualSteps(a[key], own(b, key)))) return false;
    if (++count % STEP_COUNT === 0) yield;
  }
  yield;
  for (const key of Object.keys(b)) {
    if (!Object.hasOwn(a, key) && !isEmptyContainer(b[key])) return false;
    if (++count % STEP_COUNT === 0) yield;
  }
  return true;
}
