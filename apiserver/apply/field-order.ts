import { isLong, markLong } from '../../base/json/long-values.ts';
import { sortInPlace } from '../../base/sort-in-place.ts';
import type { Steps } from '../../base/steps.ts';
import type { FieldSet } from './field-set.ts';
import { isEmptySet, SELF } from './field-set.ts';

/** Sets that are known to be in order: an object's are written again with every change of it. */
const known = new WeakSet<FieldSet>();

/**
 * Returns a set with its elements in the order in which upstream writes them: the node itself, fields by name, items by their keys, by their
 * values and by their places (sigs.k8s.io/structured-merge-diff, PathElement.Less).
 */
export function inOrder(set: FieldSet): FieldSet {
  if (known.has(set)) return set;
  const ordered = sorted(set);
  known.add(ordered);
  return ordered;
}

/** Puts a set into that order for `inOrder`, which then returns it at once, with pauses in the sets that are marked as long. */
export function* inOrderSteps(set: FieldSet): Steps<FieldSet> {
  if (known.has(set)) return set;
  const ordered = yield* sortedSteps(set);
  known.add(ordered);
  return ordered;
}

/** Elements that are put into order in one step. */
const STEP_COUNT = 2_000;

function* sortedSteps(set: FieldSet): Steps<FieldSet> {
  if (!isLong(set)) return sorted(set);
  const keys = yield* mergeSort(Object.keys(set));
  const out: Record<string, FieldSet> = markLong({});
  let count = 0;
  for (const key of keys) {
    const below = set[key];
    if (below) out[key] = isLong(below) ? yield* sortedSteps(below) : sorted(below);
    if (++count % STEP_COUNT === 0) yield;
  }
  known.add(out);
  return out;
}

/** Sorts runs of the keys, then merges neighbouring runs until one is left. */
function* mergeSort(keys: readonly string[]): Steps<readonly string[]> {
  let runs: (readonly string[])[] = [];
  for (let begin = 0; begin < keys.length; begin += STEP_COUNT) {
    runs.push(keys.slice(begin, begin + STEP_COUNT).sort(compareElements));
    yield;
  }
  while (runs.length > 1) {
    const merged: (readonly string[])[] = [];
    for (let i = 0; i < runs.length; i += 2) merged.push(yield* mergeRuns(runs[i] ?? [], runs[i + 1] ?? []));
    runs = merged;
  }
  return runs[0] ?? [];
}

function* mergeRuns(a: readonly string[], b: readonly string[]): Steps<readonly string[]> {
  const out: string[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    const [left = '', right = ''] = [a[i], b[j]];
    if (compareElements(left, right) <= 0) {
      out.push(left);
      i++;
    } else {
      out.push(right);
      j++;
    }
    if (out.length % STEP_COUNT === 0) yield;
  }
  for (; i < a.length; i++) out.push(a[i] ?? '');
  for (; j < b.length; j++) out.push(b[j] ?? '');
  return out;
}

/** Most sets are in order, and few of the others are large: no list of keys is made for the first, nor a copy for the sort of the second. */
function sorted(set: FieldSet): FieldSet {
  if (isEmptySet(set) || known.has(set)) return set;
  let isOrdered = true;
  let previous: string | undefined;
  let changed: Record<string, FieldSet> | undefined;
  for (const key in set) {
    isOrdered &&= previous === undefined || compareElements(previous, key) <= 0;
    previous = key;
    const below = set[key];
    const inside = below && sorted(below);
    if (inside === undefined || inside === below) continue;
    changed ??= { ...set };
    changed[key] = inside;
  }
  const result = changed ?? set;
  return isOrdered ? result : withKeys(result, sortInPlace(Object.keys(result), compareElements));
}

function withKeys(set: FieldSet, keys: readonly string[]): FieldSet {
  const out: Record<string, FieldSet> = {};
  for (const key of keys) {
    const below = set[key];
    if (below) out[key] = below;
  }
  return out;
}

const KINDS = 'fkvi';

/**
 * An element of one key with a text, or whose value is a text, without escapes and without characters up to the quote: elements of this
 * form are in the order of their spelling.
 */
const PLAIN = /^(?:k:\{"[#-[\]-\uffff]*":"[#-[\]-\uffff]*"\}|v:"[#-[\]-\uffff]*")$/;

export function compareElements(a: string, b: string): number {
  if (a === SELF || b === SELF) return a === b ? 0 : a === SELF ? -1 : 1;
  const kind = a.charAt(0);
  if (kind !== b.charAt(0)) return KINDS.indexOf(kind) - KINDS.indexOf(b.charAt(0));
  if (kind === 'f' || (PLAIN.test(a) && PLAIN.test(b))) return compareTexts(a, b);
  const [left, right]: unknown[] = [JSON.parse(a.slice(2)), JSON.parse(b.slice(2))];
  return compareValues(kind === 'k' ? sortedEntries(left) : left, kind === 'k' ? sortedEntries(right) : right);
}

const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const sortedEntries = (keys: unknown): unknown => Object.entries(keys as object).sort(([a], [b]) => compareTexts(a, b));

const TYPES = ['number', 'string', 'boolean', 'list', 'object'];
const rankOf = (value: unknown): number => (value === null ? TYPES.length : TYPES.indexOf(Array.isArray(value) ? 'list' : typeof value));

function compareValues(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b);
  if (Array.isArray(a) && Array.isArray(b)) {
    for (let i = 0; i < Math.min(a.length, b.length); i++) {
      const order = compareValues(a[i], b[i]);
      if (order !== 0) return order;
    }
    return a.length - b.length;
  }
  if (rankOf(a) !== rankOf(b)) return rankOf(a) - rankOf(b);
  return compareTexts(JSON.stringify(a) ?? '', JSON.stringify(b) ?? '');
}
