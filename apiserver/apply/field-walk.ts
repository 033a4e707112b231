import { endsStep } from '../../api/schema/decode-steps.ts';
import type { StructuralSchema } from '../../api/schema/structural.ts';
import { isLong, markAs, markLong } from '../../base/json/long-values.ts';
import { equalJson, isObject } from '../../base/json.ts';
import type { Steps } from '../../base/steps.ts';
import type { FieldSet } from './field-set.ts';
import { isEmptySet, LEAF, SELF } from './field-set.ts';
import type { Shape } from './field-shape.ts';
import { fieldSchemaOf, fieldsByName, itemElement, itemSchemaOf, itemsByElement, shapeOf } from './field-shape.ts';

type Building = Record<string, FieldSet>;

/**
 * Returns the fields of a value. With `applied`, as an applied configuration owns them: a map is owned through its entries alone.
 * Otherwise as the writer of new fields owns them: every structure, map and list with itself.
 */
export function fieldsOf(value: unknown, schema: StructuralSchema, applied: boolean): FieldSet {
  const shape = shapeOf(value, schema);
  if (shape === 'whole') return LEAF;
  // Built with itself from the start: to ask a large object whether it has keys, or to copy it, costs as much as to make it.
  const out: Building = applied ? {} : { [SELF]: LEAF };
  let isEmpty = true;
  if (shape === 'fields' && isObject(value)) {
    const fieldOf = fieldsByName(schema);
    for (const name of Object.keys(value)) {
      const below = value[name];
      if (below === undefined) continue;
      const field = fieldOf(name);
      out[field.element] = below === null ? LEAF : fieldsOf(below, field.schema, applied);
      isEmpty = false;
    }
    return isEmpty ? LEAF : out;
  }
  if (!Array.isArray(value)) return LEAF;
  const items = itemSchemaOf(schema);
  for (const item of value) {
    const element = itemElement(item, shape, schema);
    out[element] = shape === 'set-list' ? LEAF : withSelf(fieldsOf(item, items, applied));
    isEmpty = false;
  }
  return isEmpty ? LEAF : out;
}

const withSelf = (children: FieldSet): FieldSet => {
  for (const _ in children) return SELF in children ? children : { [SELF]: LEAF, ...children };
  return LEAF;
};

/** The difference between two states of an object. */
export interface FieldChanges {
  /** Added or given another value. */
  readonly changed: FieldSet;
  readonly removed: FieldSet;
}

/** Compares two states; parts that they share cost nothing. */
export function compareFields(old: unknown, next: unknown, schema: StructuralSchema): FieldChanges {
  const changed: Building = {};
  const removed: Building = {};
  compareInto(old, next, schema, changed, removed);
  return { changed, removed };
}

/** Notes changes below a value; returns true if the value differs as a whole, which is for the caller to note. */
function compareInto(old: unknown, next: unknown, schema: StructuralSchema, changed: Building, removed: Building): boolean {
  if (old === next) return false;
  const shape = shapeOf(next, schema);
  if (shape !== shapeOf(old, schema)) return true;
  if (shape === 'whole') return !equalJson(old, next);
  if (shape === 'fields') {
    if (!isObject(old) || !isObject(next)) return true;
    const fieldOf = fieldsByName(schema);
    for (const name of Object.keys(next)) {
      const before = old[name];
      const after = next[name];
      if (after === undefined || after === before) continue;
      const field = fieldOf(name);
      note(field.element, before, after, field.schema, changed, removed);
    }
    for (const name of Object.keys(old)) {
      if (old[name] === undefined || next[name] !== undefined) continue;
      const field = fieldOf(name);
      removed[field.element] = fieldsOf(old[name], field.schema, false);
    }
    return false;
  }
  if (!Array.isArray(old) || !Array.isArray(next)) return true;
  const before = itemsByElement(old, shape, schema);
  const items = itemSchemaOf(schema);
  for (const item of next) {
    const element = itemElement(item, shape, schema);
    if (before.has(element)) {
      note(element, before.get(element), item, items, changed, removed);
      before.delete(element);
    } else changed[element] = shape === 'set-list' ? LEAF : withSelf(fieldsOf(item, items, false));
  }
  for (const [element, item] of before) removed[element] = shape === 'set-list' ? LEAF : withSelf(fieldsOf(item, items, false));
  return false;
}

/** Null counts as a list or structure without anything in it: who fills it does not own it as a whole. */
const emptyLike = (value: unknown): unknown =>
  Array.isArray(value) ? (value.length === 0 ? null : []) : isObject(value) && !isEmpty(value) ? {} : null;

function isEmpty(object: object): boolean {
  for (const _ in object) return false;
  return true;
}

function note(element: string, old: unknown, next: unknown, schema: StructuralSchema, changed: Building, removed: Building): void {
  if (old === next) return;
  if (old === undefined) {
    changed[element] = fieldsOf(next, schema, false);
    return;
  }
  const changedBelow: Building = {};
  const removedBelow: Building = {};
  if (compareInto(old === null ? emptyLike(next) : old, next, schema, changedBelow, removedBelow)) {
    changed[element] = fieldsOf(next, schema, false);
    return;
  }
  for (const _ in changedBelow) {
    changed[element] = changedBelow;
    break;
  }
  for (const _ in removedBelow) {
    removed[element] = removedBelow;
    break;
  }
}

/** Elements that are looked at in one step. */
const STEP_COUNT = 1_000;

const longWithSelf = (children: FieldSet): FieldSet => markAs(withSelf(children), children);

/** Compares as `compareFields` does, with pauses in the long structures, maps and lists. Long sets are marked as such. */
export function* compareFieldsSteps(old: unknown, next: unknown, schema: StructuralSchema): Steps<FieldChanges> {
  const changed: Building = markAs({}, next);
  const removed: Building = markAs({}, old);
  yield* compareSteps(old, next, schema, changed, removed);
  return { changed, removed };
}

function* compareSteps(old: unknown, next: unknown, schema: StructuralSchema, changed: Building, removed: Building): Steps<boolean> {
  if (old === next) return false;
  const shape = isLong(next) || isLong(old) ? shapeOf(next, schema) : 'whole';
  if (shape === 'whole' || shape !== shapeOf(old, schema)) return compareInto(old, next, schema, changed, removed);
  if (shape === 'fields') {
    if (!isObject(old) || !isObject(next)) return true;
    yield* compareEntries(old, next, schema, changed, removed);
    return false;
  }
  if (!Array.isArray(old) || !Array.isArray(next)) return true;
  yield* compareItems(old, next, shape, schema, changed, removed);
  return false;
}

type Entries = Readonly<Record<string, unknown>>;

function* compareEntries(old: Entries, next: Entries, schema: StructuralSchema, changed: Building, removed: Building): Steps<void> {
  let count = 0;
  for (const name of Object.keys(next)) {
    const [before, after] = [old[name], next[name]];
    if (after === undefined) continue;
    const below = fieldSchemaOf(schema, name);
    if (isLong(before) || isLong(after)) yield* noteSteps(`f:${name}`, before, after, below, changed, removed);
    else note(`f:${name}`, before, after, below, changed, removed);
    if (endsStep(after, ++count)) yield;
  }
  yield;
  for (const name of Object.keys(old)) {
    const before = old[name];
    if (before !== undefined && next[name] === undefined) removed[`f:${name}`] = yield* fieldsSteps(before, fieldSchemaOf(schema, name), false);
    if (endsStep(before, ++count)) yield;
  }
}

function* compareItems(
  old: readonly unknown[],
  next: readonly unknown[],
  shape: Shape,
  schema: StructuralSchema,
  changed: Building,
  removed: Building,
): Steps<void> {
  const items = itemSchemaOf(schema);
  const before = new Map<string, unknown>();
  let count = 0;
  for (const item of old) {
    before.set(itemElement(item, shape, schema), item);
    if (++count % STEP_COUNT === 0) yield;
  }
  for (const item of next) {
    const element = itemElement(item, shape, schema);
    if (before.has(element)) {
      const was = before.get(element);
      if (isLong(was) || isLong(item)) yield* noteSteps(element, was, item, items, changed, removed);
      else note(element, was, item, items, changed, removed);
      before.delete(element);
    } else changed[element] = shape === 'set-list' ? LEAF : yield* itemFieldsSteps(item, items, false);
    if (endsStep(item, ++count)) yield;
  }
  for (const [element, item] of before) {
    removed[element] = shape === 'set-list' ? LEAF : yield* itemFieldsSteps(item, items, false);
    if (endsStep(item, ++count)) yield;
  }
}

function* noteSteps(element: string, old: unknown, next: unknown, schema: StructuralSchema, changed: Building, removed: Building): Steps<void> {
  if (old === undefined) {
    changed[element] = yield* fieldsSteps(next, schema, false);
    return;
  }
  const changedBelow: Building = markLong({});
  const removedBelow: Building = markLong({});
  if (yield* compareSteps(old === null ? emptyLike(next) : old, next, schema, changedBelow, removedBelow))
    changed[element] = yield* fieldsSteps(next, schema, false);
  else {
    // To see whether a long set is empty is a step of its own: V8 lists all of its keys.
    yield;
    if (!isEmptySet(changedBelow)) changed[element] = changedBelow;
    yield;
    if (!isEmptySet(removedBelow)) removed[element] = removedBelow;
    yield;
  }
}

/** Returns the fields of an item, which is owned with itself. */
function* itemFieldsSteps(item: unknown, schema: StructuralSchema, applied: boolean): Steps<FieldSet> {
  return isLong(item) ? longWithSelf(yield* fieldsSteps(item, schema, applied)) : withSelf(fieldsOf(item, schema, applied));
}

/** Returns what `fieldsOf` returns, with pauses in the long structures, maps and lists. */
export function* fieldsSteps(value: unknown, schema: StructuralSchema, applied: boolean): Steps<FieldSet> {
  const shape = isLong(value) ? shapeOf(value, schema) : 'whole';
  if (shape === 'whole') return fieldsOf(value, schema, applied);
  const out: Building = applied ? {} : { [SELF]: LEAF };
  markLong(out);
  let count = 0;
  let isEmpty = true;
  if (shape === 'fields' && isObject(value)) {
    for (const name of Object.keys(value)) {
      const below = value[name];
      if (below === undefined) continue;
      isEmpty = false;
      const inner = fieldSchemaOf(schema, name);
      out[`f:${name}`] = below === null ? LEAF : isLong(below) ? yield* fieldsSteps(below, inner, applied) : fieldsOf(below, inner, applied);
      if (endsStep(below, ++count)) yield;
    }
  } else if (Array.isArray(value)) {
    const items = itemSchemaOf(schema);
    for (const item of value) {
      isEmpty = false;
      out[itemElement(item, shape, schema)] = shape === 'set-list' ? LEAF : yield* itemFieldsSteps(item, items, applied);
      if (endsStep(item, ++count)) yield;
    }
  }
  return isEmpty ? LEAF : out;
}
