import { isLong, markLong } from '../../base/json/long-values.ts';
import { sortInPlace } from '../../base/sort-in-place.ts';
import { compareTexts, sortSteps } from '../../base/sort-steps.ts';
import type { Steps } from '../../base/steps.ts';
import type { FieldSet } from './field-set.ts';
import { LEAF, SELF } from './field-set.ts';

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
  const keys = yield* keysInOrderSteps(Object.keys(set));
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

function* keysInOrderSteps(keys: readonly string[]): Steps<readonly string[]> {
  const elements: Element[] = [];
  for (const key of keys) if (elements.push(elementOf(key)) % STEP_COUNT === 0) yield;
  const inOrder = yield* sortSteps(elements, compareParsed);
  return inOrder.map(({ key }) => key);
}

/** Fewer elements are read again for each comparison. */
const FEW = 32;

/** Puts the keys into order, few of them in place. */
function keysInOrder(keys: string[]): readonly string[] {
  if (keys.length < FEW) return sortInPlace(keys, compareElements);
  const elements = keys.map(elementOf).sort(compareParsed);
  return elements.map(({ key }) => key);
}

/** Returns the set itself if it is in order, down to its leaves. */
function sorted(set: FieldSet): FieldSet {
  if (set === LEAF) return set;
  const keys = Object.keys(set);
  const isOrdered = areInOrder(keys);
  let out: Record<string, FieldSet> | undefined = isOrdered ? undefined : {};
  for (const key of isOrdered ? keys : keysInOrder(keys)) {
    const below = set[key];
    if (below === undefined) continue;
    const inside = sorted(below);
    if (out === undefined) {
      if (inside === below) continue;
      out = { ...set };
    }
    out[key] = inside;
  }
  return out ?? set;
}

function areInOrder(keys: readonly string[]): boolean {
  for (let i = 1; i < keys.length; i++) if (compareElements(keys[i - 1] ?? '', keys[i] ?? '') > 0) return false;
  return true;
}

const KINDS = 'fkvi';

/** A path element with what it is compared by. */
interface Element {
  readonly key: string;
  /** The rank of its kind: the node itself before fields, items by their keys, by their values and by their places. */
  readonly rank: number;
  /** The name of a field; of other elements the value that they are read as. */
  readonly value: unknown;
}

/** Reads an element once, so that comparing it costs no parsing. */
function elementOf(key: string): Element {
  if (key === SELF) return { key, rank: -1, value: undefined };
  const rank = KINDS.indexOf(key.charAt(0));
  if (rank === 0) return { key, rank, value: key };
  const value: unknown = JSON.parse(key.slice(2));
  return { key, rank, value: key.startsWith('k') ? sortedEntries(value) : value };
}

const compareParsed = (a: Element, b: Element): number => (a.rank === b.rank ? compareValues(a.value, b.value) : a.rank - b.rank);

/**
 * An element of one key with a text, or whose value is a text, without escapes and without characters up to the quote: elements of this
 * form are in the order of their spelling.
 */
const PLAIN = /^(?:k:\{"[#-[\]-\uffff]*":"[#-[\]-\uffff]*"\}|v:"[#-[\]-\uffff]*")$/;

const FIELD = 'f'.charCodeAt(0);

/** Compares two path elements by their place in a set. */
export function compareElements(a: string, b: string): number {
  if (a.charCodeAt(0) === FIELD && b.charCodeAt(0) === FIELD) return compareTexts(a, b);
  if (a === SELF || b === SELF) return a === b ? 0 : a === SELF ? -1 : 1;
  const kind = a.charAt(0);
  if (kind !== b.charAt(0)) return KINDS.indexOf(kind) - KINDS.indexOf(b.charAt(0));
  if (PLAIN.test(a) && PLAIN.test(b)) return compareTexts(a, b);
  return compareParsed(elementOf(a), elementOf(b));
}

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
