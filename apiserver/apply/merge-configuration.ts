import type { StructuralSchema } from '../../api/schema/structural.ts';
import { isObject } from '../../base/json.ts';
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
  return mergeLists(
    live,
    applied,
    (item) => itemElement(item, shape, schema),
    (mine, theirs) => mergeConfiguration(mine, theirs, itemSchemaOf(schema)),
  );
}

/** The applied items stand in the order applied; what only the live list has keeps its place before the next item that both have. */
function mergeLists(
  live: readonly unknown[],
  applied: readonly unknown[],
  elementOf: (item: unknown) => string,
  merge: (live: unknown, applied: unknown) => unknown,
): unknown[] {
  const wanted = new Set(applied.map(elementOf));
  const there = new Map(live.map((item) => [elementOf(item), item]));
  const out: unknown[] = [];
  let next = 0;
  const takeLiveOnly = () => {
    for (; next < live.length; next++) {
      const item = live[next];
      if (wanted.has(elementOf(item))) return;
      out.push(item);
    }
  };
  for (const item of applied) {
    const element = elementOf(item);
    takeLiveOnly();
    out.push(there.has(element) ? merge(there.get(element), item) : item);
    // Pass over what has been merged by now.
    while (next < live.length && out.length > 0 && elementOf(live[next]) === element) next++;
  }
  for (; next < live.length; next++) if (!wanted.has(elementOf(live[next]))) out.push(live[next]);
  return out;
}

/**
 * Removes the fields that the applier owned (`last`) and that have no owner any more (`owned` has the fields of all managers, the applier
 * included). A list item is removed with all that stands in it, unless some manager owns a part of it.
 */
export function prune(value: unknown, last: FieldSet, owned: FieldSet | undefined, schema: StructuralSchema): unknown {
  const shape = shapeOf(value, schema);
  if (shape === 'whole') return value;
  const gone = (element: string): boolean => {
    const node = last[element];
    return node !== undefined && isMember(node) && owned?.[element] === undefined;
  };
  const below = (element: string, child: unknown, childSchema: StructuralSchema): unknown => {
    const node = last[element];
    return node && isBranch(node) ? prune(child, node, owned?.[element], childSchema) : child;
  };
  if (shape === 'fields' && isObject(value)) {
    const out: Record<string, unknown> = {};
    for (const [name, child] of Object.entries(value)) {
      const element = `f:${name}`;
      if (!gone(element)) out[name] = below(element, child, fieldSchemaOf(schema, name));
    }
    return out;
  }
  if (!Array.isArray(value)) return value;
  const out: unknown[] = [];
  for (const item of value) {
    const element = itemElement(item, shape, schema);
    if (element !== SELF && !gone(element)) out.push(below(element, item, itemSchemaOf(schema)));
  }
  return out;
}

/** The fault of a list whose items cannot be told apart, in upstream's words. */
export interface ListFault {
  /** `.spec.containers` */
  readonly path: string;
  readonly why: string;
}

/** Finds the first list of a configuration whose items cannot be told apart: one lacks its key, or two have the same. */
export function listFault(value: unknown, schema: StructuralSchema, path = ''): ListFault | undefined {
  const shape = shapeOf(value, schema);
  if (shape === 'whole') return undefined;
  if (shape === 'fields' && isObject(value)) {
    for (const [name, child] of Object.entries(value)) {
      const found = listFault(child, fieldSchemaOf(schema, name), `${path}.${name}`);
      if (found) return found;
    }
    return undefined;
  }
  if (!Array.isArray(value)) return undefined;
  const seen = new Set<string>();
  for (const [i, item] of value.entries()) {
    const missing = shape === 'map-list' ? missingKey(item, schema) : undefined;
    if (missing !== undefined) {
      return { path, why: `element ${i}: associative list with keys has an element that omits key field ${JSON.stringify(missing)}` };
    }
    const element = itemElement(item, shape, schema);
    if (seen.has(element)) return { path, why: `duplicate entries for key ${elementText(element)}` };
    seen.add(element);
  }
  for (const item of value) {
    const found = listFault(item, itemSchemaOf(schema), path);
    if (found) return found;
  }
  return undefined;
}
