import { isLong, markLong } from '../../base/json/long-values.ts';
import { shallowCopySteps } from '../../base/json/shallow-copy.ts';
import { isObject, setOwn } from '../../base/json.ts';
import type { Steps } from '../../base/steps.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Applies an RFC 7396 merge patch; nothing is changed in place, unchanged parts are shared. */
export function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const out: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete out[key];
    else setOwn(out, key, applyMergePatch(Object.hasOwn(out, key) ? out[key] : undefined, value));
  }
  return out;
}

/** Fields of a patch that are applied in one step. */
const STEP_COUNT = 1_000;

/** Applies a merge patch with pauses in its long parts. What is made of a long target, or by a long patch, counts as long. */
export function* mergePatchSteps(target: unknown, patch: unknown): Steps<unknown> {
  if (!isObject(patch) || !(isLong(patch) || isLong(target))) return applyMergePatch(target, patch);
  const out = isObject(target) ? yield* shallowCopySteps(target) : {};
  let count = 0;
  for (const key of Object.keys(patch)) {
    const value = patch[key];
    if (value === null) delete out[key];
    else setOwn(out, key, yield* mergePatchSteps(Object.hasOwn(out, key) ? out[key] : undefined, value));
    if (typeof value === 'object' || ++count % STEP_COUNT === 0) yield;
  }
  return markLong(out);
}
