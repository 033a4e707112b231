import { isLong, markLong } from '../../base/json/long-values.ts';
import type { Steps } from '../../base/steps.ts';

/**
 * A set of fields in the form of `metadata.managedFields[].fieldsV1`: a tree whose keys are path elements (`f:name`, `k:{"name":"c"}`, `v:"x"`).
 * A node without children is a member; one with children is a member where it has the key `.`. The root stands for no field: empty, it is the empty set.
 */
export interface FieldSet {
  readonly [element: string]: FieldSet;
}

type Building = Record<string, FieldSet>;

export const LEAF: FieldSet = Object.freeze({});
export const SELF = '.';

const hasChildren = (set: FieldSet): boolean => {
  for (const _ in set) return true;
  return false;
};

export const isEmptySet = (set: FieldSet | undefined): boolean => set === undefined || !hasChildren(set);

/** Whether the node itself, not only something below it, belongs to the set. */
export const isMember = (node: FieldSet): boolean => SELF in node || !hasChildren(node);

/** As isMember, for a node that may be long: V8 lists all of its keys before it gives the first one. */
const isLongMember = (node: FieldSet): boolean => SELF in node || (!isLong(node) && !hasChildren(node));

/** Whether the node has anything below it. */
export const isBranch = (node: FieldSet): boolean => {
  if (isLong(node)) return true;
  for (const key in node) if (key !== SELF) return true;
  return false;
};

const withSelf = (children: Building, member: boolean): FieldSet | undefined => {
  if (!hasChildren(children)) return member ? LEAF : undefined;
  return member ? { [SELF]: LEAF, ...children } : children;
};

/** Returns the fields that are in either. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  return mergeNodes(a, b, false);
}

function mergeNodes(a: FieldSet, b: FieldSet, below: boolean): FieldSet {
  if (a === b) return a;
  const out: Building = {};
  for (const key in a) {
    if (key === SELF) continue;
    const mine = a[key];
    const other = b[key];
    if (mine) out[key] = other ? mergeNodes(mine, other, true) : mine;
  }
  for (const key in b) {
    if (key === SELF || key in out) continue;
    const other = b[key];
    if (other) out[key] = other;
  }
  if (!below) return out;
  return withSelf(out, isMember(a) || isMember(b)) ?? LEAF;
}

/** Elements that are looked at in one step. */
const STEP_COUNT = 1_000;

/** Returns the fields that are in either, with pauses in the sets that are marked as long. */
export const unionSteps = (a: FieldSet, b: FieldSet): Steps<FieldSet> => mergeSteps(a, b, false);

function* mergeSteps(a: FieldSet, b: FieldSet, below: boolean): Steps<FieldSet> {
  if (a === b || !(isLong(a) || isLong(b))) return mergeNodes(a, b, below);
  const out: Building = below && (isLongMember(a) || isLongMember(b)) ? { [SELF]: LEAF } : {};
  let count = 0;
  let found = false;
  for (const key of Object.keys(a)) {
    const mine = a[key];
    const other = b[key];
    if (mine && key !== SELF) {
      out[key] = other ? yield* mergeSteps(mine, other, true) : mine;
      found = true;
    }
    if (++count % STEP_COUNT === 0) yield;
  }
  yield;
  for (const key of Object.keys(b)) {
    const other = b[key];
    if (other && key !== SELF && !(key in out)) {
      out[key] = other;
      found = true;
    }
    if (++count % STEP_COUNT === 0) yield;
  }
  return below && !found ? LEAF : markLong(out);
}

/** Returns the fields that are in the first and not in the second; undefined if there are none. */
export function difference(a: FieldSet, b: FieldSet): FieldSet | undefined {
  const out: Building = {};
  for (const key in a) {
    if (key === SELF) continue;
    const mine = a[key];
    const other = b[key];
    if (!mine) continue;
    const left = other ? nodeDifference(mine, other) : mine;
    if (left) out[key] = left;
  }
  return hasChildren(out) ? out : undefined;
}

function nodeDifference(a: FieldSet, b: FieldSet): FieldSet | undefined {
  const children = difference(a, b) ?? {};
  return withSelf({ ...children }, isMember(a) && !isMember(b));
}

/** Returns what `difference` returns, with pauses where the first set is marked as long: that set itself if it keeps all. */
export function* differenceSteps(a: FieldSet, b: FieldSet): Steps<FieldSet | undefined> {
  if (!isLong(a)) return difference(a, b);
  const out: Building = {};
  const left = yield* putDifference(out, a, b);
  if (left === 'all') return a;
  return left === 'some' ? markLong(out) : undefined;
}

function* nodeDifferenceSteps(a: FieldSet, b: FieldSet): Steps<FieldSet | undefined> {
  if (!isLong(a)) return nodeDifference(a, b);
  const isOwn = isLongMember(a);
  const member = isOwn && !isLongMember(b);
  const out: Building = member ? { [SELF]: LEAF } : {};
  const left = yield* putDifference(out, a, b);
  if (left === 'all' && member === isOwn) return a;
  if (left !== 'none') return markLong(out);
  return member ? LEAF : undefined;
}

/** Puts the children of the first node that the second one lacks into `out`; returns how many of them there are. */
function* putDifference(out: Building, a: FieldSet, b: FieldSet): Steps<'all' | 'some' | 'none'> {
  let count = 0;
  let found = false;
  let isSame = true;
  for (const key of Object.keys(a)) {
    const [mine, other] = [a[key], b[key]];
    if (++count % STEP_COUNT === 0) yield;
    if (!mine || key === SELF) continue;
    const left = other ? yield* nodeDifferenceSteps(mine, other) : mine;
    if (left !== mine) isSame = false;
    if (!left) continue;
    out[key] = left;
    found = true;
  }
  return !found ? 'none' : isSame ? 'all' : 'some';
}

/** Returns the fields that are in both; undefined if there are none. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet | undefined {
  const out: Building = {};
  for (const key in a) {
    if (key === SELF) continue;
    const mine = a[key];
    const other = b[key];
    if (!mine || !other) continue;
    const common = withSelf({ ...intersection(mine, other) }, isMember(mine) && isMember(other));
    if (common) out[key] = common;
  }
  return hasChildren(out) ? out : undefined;
}

/** Returns what `intersection` returns, with pauses where the first set is marked as long. */
export const intersectionSteps = (a: FieldSet, b: FieldSet): Steps<FieldSet | undefined> => commonSteps(a, b, false);

/** Returns the common children of two nodes, with the node itself if that belongs to both; undefined if there is neither. */
function* commonSteps(a: FieldSet, b: FieldSet, member: boolean): Steps<FieldSet | undefined> {
  if (!isLong(a)) return withSelf({ ...intersection(a, b) }, member);
  const out: Building = member ? { [SELF]: LEAF } : {};
  let count = 0;
  let found = false;
  for (const key of Object.keys(a)) {
    const [mine, other] = [a[key], b[key]];
    if (++count % STEP_COUNT === 0) yield;
    if (!mine || !other || key === SELF) continue;
    const common = yield* commonSteps(mine, other, isLongMember(mine) && isLongMember(other));
    if (!common) continue;
    out[key] = common;
    found = true;
  }
  return found ? markLong(out) : member ? LEAF : undefined;
}

export function equalSets(a: FieldSet, b: FieldSet): boolean {
  if (a === b) return true;
  let count = 0;
  for (const key in a) {
    const mine = a[key];
    const other = b[key];
    if (!mine || !other || !equalSets(mine, other)) return false;
    count++;
  }
  for (const _ in b) count--;
  return count === 0;
}

/** Returns what `equalSets` returns, with pauses where the first set is marked as long. */
export function* equalSetsSteps(a: FieldSet, b: FieldSet): Steps<boolean> {
  if (a === b || !isLong(a)) return equalSets(a, b);
  const keys = Object.keys(a);
  yield;
  if (keys.length !== Object.keys(b).length) return false;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] ?? '';
    const [mine, other] = [a[key], b[key]];
    if (!mine || !other || !(yield* equalSetsSteps(mine, other))) return false;
    if (i % STEP_COUNT === 0) yield;
  }
  return true;
}

/** Returns the members of a set as texts: `.spec.containers[name="c"].image`. */
export function pathsOf(set: FieldSet): string[] {
  const paths: string[] = [];
  addPaths(paths, set, '');
  return paths;
}

function addPaths(paths: string[], set: FieldSet, prefix: string): void {
  for (const key of Object.keys(set).sort()) {
    const node = set[key];
    if (key === SELF || !node) continue;
    const path = prefix + elementText(key);
    if (isMember(node)) paths.push(path);
    addPaths(paths, node, path);
  }
}

export function elementText(element: string): string {
  const value = element.slice(2);
  switch (element[0]) {
    case 'f':
      return `.${value}`;
    case 'k': {
      const keys = JSON.parse(value) as Record<string, unknown>;
      return `[${Object.entries(keys)
        .map(([name, key]) => `${name}=${JSON.stringify(key)}`)
        .join(',')}]`;
    }
    case 'v':
      return `[=${value}]`;
    default:
      return `[${value}]`;
  }
}
