import { endsStep } from '../../api/schema/decode-steps.ts';
import type { StructuralSchema } from '../../api/schema/structural.ts';
import { isLong, markAs, markLong } from '../../base/json/long-values.ts';
import { shallowCopySteps } from '../../base/json/shallow-copy.ts';
import { isObject } from '../../base/json.ts';
import type { Steps } from '../../base/steps.ts';
import { finished } from '../../base/steps.ts';
import type { FieldSet } from './field-set.ts';
import { elementText, isBranch, isMember, SELF } from './field-set.ts';
import { fieldSchemaOf, itemElement, itemSchemaOf, missingKey, shapeOf } from './field-shape.ts';

/** Lays an applied configuration over the live object; nothing is changed in place. */
export function mergeConfiguration(live: unknown, applied: unknown, schema: StructuralSchema): unknown {
  const shape = shapeOf(applied, schema);
  if (live === undefined || live === null || shape === 'whole') return applied;
  if (shape === 'fields') {
    if (!isObject(applied) || !isObject(live)) return applied;
    const out: Record<string, unknown> = { ...live };
    for (const [name, value] of Object.entries(applied)) {
      if (value === undefined) continue;
      if (value === null) delete out[name];
      else out[name] = mergeConfiguration(live[name], value, fieldSchemaOf(schema, name));
    }
    return out;
  }
  if (!Array.isArray(applied) || !Array.isArray(live)) return applied;
  return finished(
    mergeLists(
      live,
      applied,
      (item) => itemElement(item, shape, schema),
      (mine, theirs) => mergeConfiguration(mine, theirs, itemSchemaOf(schema)),
    ),
  );
}

/** Elements that are looked at in one step. */
const STEP_COUNT = 1_000;

/** Merges as `mergeConfiguration` does, with pauses in the long parts of the configuration and in lists that are merged with long ones. */
export function* mergeConfigurationSteps(live: unknown, applied: unknown, schema: StructuralSchema): Steps<unknown> {
  if (!isLong(applied) && !isLong(live)) return mergeConfiguration(live, applied, schema);
  const shape = shapeOf(applied, schema);
  if (live === undefined || live === null || shape === 'whole') return applied;
  if (shape === 'fields') {
    if (!isObject(applied) || !isObject(live)) return applied;
    const out = markLong(yield* shallowCopySteps(live));
    let count = 0;
    for (const name of Object.keys(applied)) {
      const value = applied[name];
      if (value === undefined) continue;
      if (value === null) delete out[name];
      else out[name] = yield* mergeConfigurationSteps(live[name], value, fieldSchemaOf(schema, name));
      if (endsStep(value, ++count)) yield;
    }
    return out;
  }
  if (!Array.isArray(applied) || !Array.isArray(live)) return applied;
  const elementOf = (item: unknown) => itemElement(item, shape, schema);
  return markLong(yield* mergeLists(live, applied, elementOf, (mine, theirs) => mergeConfiguration(mine, theirs, itemSchemaOf(schema))));
}

/** The applied items stand in the order applied; what only the live list has keeps its place before the next item that both have. */
function* mergeLists(
  live: readonly unknown[],
  applied: readonly unknown[],
  elementOf: (item: unknown) => string,
  merge: (live: unknown, applied: unknown) => unknown,
): Steps<unknown[]> {
  const wanted = new Set<string>();
  for (const item of applied) if (wanted.add(elementOf(item)).size % STEP_COUNT === 0) yield;
  const elements: string[] = [];
  const there = new Map<string, unknown>();
  for (const item of live) {
    const element = elementOf(item);
    there.set(element, item);
    if (elements.push(element) % STEP_COUNT === 0) yield;
  }
  const out: unknown[] = [];
  let next = 0;
  for (const item of applied) {
    const element = elementOf(item);
    for (; next < live.length && !wanted.has(elements[next] ?? ''); next++) out.push(live[next]);
    out.push(there.has(element) ? merge(there.get(element), item) : item);
    // Pass over what has been merged by now.
    while (next < live.length && elements[next] === element) next++;
    if (endsStep(item, out.length)) yield;
  }
  for (; next < live.length; next++) if (!wanted.has(elements[next] ?? '')) out.push(live[next]);
  return out;
}

/**
 * Removes the fields that the applier owned (`last`) and that have no owner any more (`owned` has the fields of all managers, the applier
 * included). A list item is removed with all that stands in it, unless some manager owns a part of it.
 */
export function* prune(value: unknown, last: FieldSet, owned: FieldSet | undefined, schema: StructuralSchema): Steps<unknown> {
  const shape = shapeOf(value, schema);
  if (shape === 'whole') return value;
  const items = itemSchemaOf(schema);
  let count = 0;
  if (shape === 'fields' && isObject(value)) {
    const out: Record<string, unknown> = markAs({}, value);
    for (const name of Object.keys(value)) {
      const child = value[name];
      const element = `f:${name}`;
      if (!isGone(element, last, owned)) out[name] = yield* pruneBelow(element, child, last, owned, fieldSchemaOf(schema, name));
      if (endsStep(child, ++count)) yield;
    }
    return out;
  }
  if (!Array.isArray(value)) return value;
  const out: unknown[] = markAs([], value);
  for (const item of value) {
    const element = itemElement(item, shape, schema);
    if (element !== SELF && !isGone(element, last, owned)) out.push(yield* pruneBelow(element, item, last, owned, items));
    if (endsStep(item, ++count)) yield;
  }
  return out;
}

/** Whether the applier owned the element, and nobody owns it or a part of it any more. */
function isGone(element: string, last: FieldSet, owned: FieldSet | undefined): boolean {
  const node = last[element];
  return node !== undefined && isMember(node) && owned?.[element] === undefined;
}

function* pruneBelow(element: string, child: unknown, last: FieldSet, owned: FieldSet | undefined, schema: StructuralSchema): Steps<unknown> {
  const node = last[element];
  return node && isBranch(node) ? yield* prune(child, node, owned?.[element], schema) : child;
}

/** The fault of a list whose items cannot be told apart, in upstream's words. */
export interface ListFault {
  /** `.spec.containers` */
  readonly path: string;
  readonly why: string;
}

/** Finds the first list of a configuration whose items cannot be told apart: one lacks its key, or two have the same. */
export function* listFault(value: unknown, schema: StructuralSchema, path = ''): Steps<ListFault | undefined> {
  if (typeof value !== 'object' || value === null) return undefined;
  const shape = shapeOf(value, schema);
  if (shape === 'whole') return undefined;
  let count = 0;
  if (shape === 'fields' && isObject(value)) {
    for (const name of Object.keys(value)) {
      const child = value[name];
      if (endsStep(child, ++count)) yield;
      if (typeof child !== 'object') continue;
      const found = yield* listFault(child, fieldSchemaOf(schema, name), `${path}.${name}`);
      if (found) return found;
    }
    return undefined;
  }
  if (!Array.isArray(value)) return undefined;
  const seen = new Set<string>();
  for (const [i, item] of value.entries()) {
    if (endsStep(item, ++count)) yield;
    const missing = shape === 'map-list' ? missingKey(item, schema) : undefined;
    if (missing !== undefined) {
      return { path, why: `element ${i}: associative list with keys has an element that omits key field ${JSON.stringify(missing)}` };
    }
    const element = itemElement(item, shape, schema);
    if (seen.has(element)) return { path, why: `duplicate entries for key ${elementText(element)}` };
    seen.add(element);
  }
  for (const item of value) {
    const found = yield* listFault(item, itemSchemaOf(schema), path);
    if (found) return found;
  }
  return undefined;
}
