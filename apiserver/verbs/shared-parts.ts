import type { KubeObject } from '../../api/meta/object.ts';
import { isLong } from '../../base/json/long-values.ts';
import { equalJson, isObject } from '../../base/json.ts';
import type { Steps } from '../../base/steps.ts';

/** Names of the fields in which two states of an object differ; those within the metadata as `metadata.labels`. */
export type Differences = ReadonlySet<string>;

type Container = Record<string | number, unknown>;

/** Members that are compared in one step. */
const STEP_COUNT = 1_000;

/**
 * Compares the new state of a long object with the one before, with pauses, and puts the parts of the old state in the place of equal ones: whoever
 * compares them again finds that they are the same at once. The parts may not be changed in place from then on. Returns the differences.
 */
export function* shareEqualParts(next: KubeObject, old: KubeObject): Steps<Differences> {
  const differences = new Set<string>();
  for (const name of names(next, old)) {
    if (name !== 'metadata') {
      if (!(yield* share(next as Container, old as Container, name))) differences.add(name);
      continue;
    }
    const [meta, oldMeta] = [next.metadata ?? {}, old.metadata ?? {}];
    for (const field of names(meta, oldMeta)) {
      if (!(yield* share(meta as Container, oldMeta as Container, field))) differences.add(`metadata.${field}`);
    }
  }
  return differences;
}

const names = (a: object, b: object): ReadonlySet<string> => new Set([...Object.keys(a), ...Object.keys(b)]);

/** Puts the old value of a field or item in the place of an equal one; returns whether they are equal. */
function* share(next: Container, old: Container, key: string | number): Steps<boolean> {
  const [after, before] = [next[key], old[key]];
  if (after === before) return true;
  const isEqual = isLong(after) && isLong(before) ? yield* shareWithin(after as Container, before as Container) : equalShort(after, before);
  if (isEqual && typeof before === 'object' && !Object.isFrozen(next)) next[key] = before;
  return isEqual;
}

/** Compares values of which one is short: that one is looked at first. */
const equalShort = (a: unknown, b: unknown): boolean => (isLong(a) ? equalJson(b, a) : equalJson(a, b));

function* shareWithin(next: Container, old: Container): Steps<boolean> {
  let isEqual = true;
  let count = 0;
  if (Array.isArray(next) || Array.isArray(old)) {
    if (!Array.isArray(next) || !Array.isArray(old)) return false;
    for (let i = 0; i < Math.min(next.length, old.length); i++) {
      if (!(yield* share(next as unknown as Container, old as unknown as Container, i))) isEqual = false;
      if (++count % STEP_COUNT === 0) yield;
    }
    return isEqual && next.length === old.length;
  }
  if (!isObject(next) || !isObject(old)) return false;
  for (const key of Object.keys(next)) {
    if (!(yield* share(next, old, key))) isEqual = false;
    if (++count % STEP_COUNT === 0) yield;
  }
  yield;
  for (const key of Object.keys(old)) {
    if (old[key] !== undefined && !Object.hasOwn(next, key)) return false;
    if (++count % STEP_COUNT === 0) yield;
  }
  return isEqual;
}
