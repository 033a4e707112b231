import { errors, StatusError } from '../../api/meta/status-error.ts';
import { endsStep } from '../../api/schema/decode-steps.ts';
import type { StructuralSchema } from '../../api/schema/structural.ts';
import { isLong, markAs, markLong } from '../../base/json/long-values.ts';
import { shallowCopySteps } from '../../base/json/shallow-copy.ts';
import { canonicalJson, isObject, setOwn } from '../../base/json.ts';
import { sortSteps } from '../../base/sort-steps.ts';
import type { Steps } from '../../base/steps.ts';
import { finished } from '../../base/steps.ts';
import type { JsonObject } from './merge-patch.ts';

const DIRECTIVE = '$patch';
const RETAIN_KEYS = '$retainKeys';
const DELETE_FROM = '$deleteFromPrimitiveList/';
const ELEMENT_ORDER = '$setElementOrder/';

/** The status of a patch that contradicts the schema; upstream answers 500 for it. */
const unappliable = (message: string) => new StatusError('', message, undefined, 500);

/**
 * Applies a strategic merge patch: maps are merged, lists as the schema says, with the directives
 * `$patch: replace | delete | merge`, `$deleteFromPrimitiveList`, `$setElementOrder` and `$retainKeys`
 * (https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md).
 * Nothing is changed in place; unchanged parts are shared.
 */
export function applyStrategicMergePatch(target: object, patch: unknown, schema: StructuralSchema | undefined): unknown {
  if (!isObject(patch)) throw errors.badRequest('error decoding patch: a strategic merge patch must be an object');
  return mergeMap(target as JsonObject, patch, schema);
}

/** Applies a strategic merge patch with pauses in its long parts. What is made of a long target, or by a long patch, counts as long. */
export function* strategicMergePatchSteps(target: object, patch: unknown, schema: StructuralSchema | undefined): Steps<unknown> {
  if (!isObject(patch)) return applyStrategicMergePatch(target, patch, schema);
  return yield* mergeMapSteps(target as JsonObject, patch, schema);
}

const fieldSchema = (schema: StructuralSchema | undefined, name: string): StructuralSchema | undefined =>
  schema?.properties?.get(name)?.schema ?? (typeof schema?.additionalProperties === 'object' ? schema.additionalProperties : undefined);

const strategies = (schema: StructuralSchema | undefined): readonly string[] => schema?.['x-kubernetes-patch-strategy']?.split(',') ?? [];

const badDirective = (map: JsonObject) => unappliable(`unknown patch type: ${goText(map[DIRECTIVE])} in map: ${goText(map)}`);

function mergeMap(original: JsonObject, patch: JsonObject, schema: StructuralSchema | undefined): JsonObject {
  const directive = patch[DIRECTIVE];
  if (directive !== undefined) {
    switch (directive) {
      case 'replace':
        return plain(without(patch, DIRECTIVE), schema) as JsonObject;
      case 'delete':
        return {};
      case 'merge':
        break;
      default:
        throw badDirective(patch);
    }
  }
  const out = retained(original, patch);
  for (const [key, value] of Object.entries(patch)) mergeField(out, key, value, schema);
  return finished(putInOrder(out, patch, original, schema));
}

/** Items that are merged in one step. */
const STEP_COUNT = 1_000;

function* mergeMapSteps(original: JsonObject, patch: JsonObject, schema: StructuralSchema | undefined): Steps<JsonObject> {
  if (patch[DIRECTIVE] !== undefined || !(isLong(patch) || isLong(original))) return mergeMap(original, patch, schema);
  const out = patch[RETAIN_KEYS] === undefined ? yield* shallowCopySteps(original) : retained(original, patch);
  let count = 0;
  for (const key of Object.keys(patch)) {
    const value = patch[key];
    const below = fieldSchema(schema, key);
    const current = Object.hasOwn(out, key) ? out[key] : undefined;
    if (!isLong(value) && !isLong(current)) mergeField(out, key, value, schema);
    else if (Array.isArray(value) && !isDirective(key)) setOwn(out, key, yield* mergeList(Array.isArray(current) ? current : [], value, below, key));
    else if (!isObject(value) || value[DIRECTIVE] !== undefined) mergeField(out, key, value, schema);
    else {
      const base = isObject(current) && !replaces(key, schema, below) ? current : {};
      setOwn(out, key, yield* mergeMapSteps(base, value, below));
    }
    if (endsStep(value, ++count)) yield;
  }
  return markLong(yield* putInOrder(out, patch, original, schema));
}

const isDirective = (key: string): boolean =>
  key === DIRECTIVE || key === RETAIN_KEYS || key.startsWith(ELEMENT_ORDER) || key.startsWith(DELETE_FROM);

/** Whether a map of the patch takes the place of the one that is there. */
const replaces = (key: string, schema: StructuralSchema | undefined, below: StructuralSchema | undefined): boolean =>
  schema?.properties?.get(key)?.patchStrategy === 'replace' || strategies(below).includes('replace');

/** Merges one field of a patch into the fields so far. */
function mergeField(out: Record<string, unknown>, key: string, value: unknown, schema: StructuralSchema | undefined): void {
  if (key === DIRECTIVE || key === RETAIN_KEYS || key.startsWith(ELEMENT_ORDER)) return;
  if (key.startsWith(DELETE_FROM)) {
    const field = key.slice(DELETE_FROM.length);
    if (!Array.isArray(value)) throw unappliable(`the value of ${key} must be a list`);
    const list = out[field];
    const gone = new Set(value.map(canonicalJson));
    if (Array.isArray(list)) out[field] = list.filter((item) => !gone.has(canonicalJson(item)));
    return;
  }
  if (value === null) {
    delete out[key];
    return;
  }
  const below = fieldSchema(schema, key);
  const current = Object.hasOwn(out, key) ? out[key] : undefined;
  if (isObject(value)) {
    if (isObject(current) && !replaces(key, schema, below)) setOwn(out, key, mergeMap(current, value, below));
    else if (value[DIRECTIVE] === 'delete') delete out[key];
    else setOwn(out, key, plain(value, below));
  } else if (Array.isArray(value)) setOwn(out, key, finished(mergeList(Array.isArray(current) ? current : [], value, below, key)));
  else setOwn(out, key, value);
}

/** Puts the lists of the merged fields into the orders that the patch gives; returns the fields. */
function* putInOrder(
  out: Record<string, unknown>,
  patch: JsonObject,
  original: JsonObject,
  schema: StructuralSchema | undefined,
): Steps<Record<string, unknown>> {
  for (const key in patch) {
    if (!key.startsWith(ELEMENT_ORDER)) continue;
    const order = patch[key];
    const field = key.slice(ELEMENT_ORDER.length);
    if (!Array.isArray(order)) throw unappliable(`the value of ${key} must be a list`);
    const list = out[field];
    if (Array.isArray(list)) out[field] = yield* inOrder(list, order, original[field], fieldSchema(schema, field));
  }
  return out;
}

/** Keeps the fields of the original that `$retainKeys` names: unions (a volume's source, a deployment's strategy) drop the others. */
function retained(original: JsonObject, patch: JsonObject): Record<string, unknown> {
  const keys = patch[RETAIN_KEYS];
  if (keys === undefined) return { ...original };
  if (!Array.isArray(keys)) throw unappliable('the value of $retainKeys must be a list');
  const kept = new Set<unknown>(keys);
  for (const key of Object.keys(patch)) {
    const field = key.startsWith(DELETE_FROM) ? key.slice(DELETE_FROM.length) : key.startsWith(ELEMENT_ORDER) ? key.slice(ELEMENT_ORDER.length) : key;
    if (field !== RETAIN_KEYS && field !== DIRECTIVE && patch[key] !== null && !kept.has(field)) {
      throw unappliable('$retainKeys directive must contain all the fields present in the patch');
    }
  }
  return Object.fromEntries(Object.entries(original).filter(([key]) => kept.has(key)));
}

const without = (object: JsonObject, key: string): JsonObject => Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));

/** Returns a value as Go prints it in errors: `map[image:x]`, `[a b]`, `<nil>`. */
function goText(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (!isObject(value)) return String(value);
  return `map[${Object.keys(value)
    .sort()
    .map((key) => `${key}:${goText(value[key])}`)
    .join(' ')}]`;
}

function* mergeList(original: readonly unknown[], patch: readonly unknown[], schema: StructuralSchema | undefined, name: string): Steps<unknown[]> {
  if (!strategies(schema).includes('merge')) return markAs(yield* plainItems(patch, schema?.items), patch);
  const mergeKey = schema?.['x-kubernetes-patch-merge-key'];
  const merged = mergeKey ? yield* mergeByKey(original, patch, schema, mergeKey, name) : yield* mergeByValue(original, patch, schema);
  return isLong(original) ? markLong(merged) : markAs(merged, patch);
}

function* mergeByValue(original: readonly unknown[], patch: readonly unknown[], schema: StructuralSchema | undefined): Steps<unknown[]> {
  const there = new Set<string>();
  let count = 0;
  for (const item of original) {
    there.add(canonicalJson(item));
    if (++count % STEP_COUNT === 0) yield;
  }
  const merged = [...original];
  for (const item of patch) {
    const text = canonicalJson(item);
    if (++count % STEP_COUNT === 0) yield;
    if (there.has(text)) continue;
    there.add(text);
    merged.push(item);
  }
  return yield* inOrder(merged, patch, original, schema);
}

function* mergeByKey(
  original: readonly unknown[],
  patch: readonly unknown[],
  schema: StructuralSchema | undefined,
  mergeKey: string,
  name: string,
): Steps<unknown[]> {
  const keyOf = (item: JsonObject): string => {
    const key = item[mergeKey];
    if (key === undefined) throw unappliable(`map: ${goText(item)} does not contain declared merge key: ${mergeKey}`);
    return canonicalJson(key);
  };
  let count = 0;
  const items: JsonObject[] = [];
  const gone = new Set<string>();
  for (const item of patch) {
    if (!isObject(item)) throw unappliable(`the items of ${name} must be objects`);
    const directive = item[DIRECTIVE];
    if (directive === 'replace') {
      // The directive in an item of its own has the list in the patch replace the whole.
      const rest = patch.filter((other) => other !== item);
      return yield* plainItems([...rest, ...(Object.keys(item).length > 1 ? [without(item, DIRECTIVE)] : [])], schema?.items);
    }
    if (directive === 'delete') gone.add(keyOf(item));
    else if (directive !== undefined && directive !== 'merge') throw badDirective(item);
    else items.push(directive === undefined ? item : without(item, DIRECTIVE));
    if (++count % STEP_COUNT === 0) yield;
  }
  const out: unknown[] = [];
  /** The first place of each merge key. */
  const places = new Map<string, number>();
  // Items that are all there, once each and in the order of the patch, stay where they are.
  let isInPlace = true;
  for (const other of original) {
    const key = isObject(other) ? canonicalJson(other[mergeKey]) : undefined;
    if (++count % STEP_COUNT === 0) yield;
    if (key !== undefined && gone.has(key)) continue;
    const place = out.push(other) - 1;
    if (key === undefined) continue;
    if (places.has(key)) isInPlace = false;
    else places.set(key, place);
  }
  let previous = -1;
  for (const item of items) {
    const key = keyOf(item);
    const at = places.get(key);
    isInPlace &&= at !== undefined && at > previous;
    previous = at ?? previous;
    const current = at === undefined ? undefined : out[at];
    if (at !== undefined && isObject(current)) out[at] = yield* mergeMapSteps(current, item, schema?.items);
    else places.set(key, out.push(yield* plainSteps(item, schema?.items)) - 1);
    if (++count % STEP_COUNT === 0) yield;
  }
  return isInPlace ? out : yield* inOrder(out, items, original, schema);
}

function* plainItems(items: readonly unknown[], schema: StructuralSchema | undefined): Steps<unknown[]> {
  const out: unknown[] = [];
  for (const item of items) if (endsStep(item, out.push(yield* plainSteps(item, schema)))) yield;
  return out;
}

/** Returns what `plain` returns, with pauses in the long parts. */
function* plainSteps(value: unknown, schema: StructuralSchema | undefined): Steps<unknown> {
  if (!isLong(value)) return plain(value, schema);
  if (Array.isArray(value)) return markLong(yield* plainItems(value, schema?.items));
  if (!isObject(value)) return value;
  return yield* mergeMapSteps({}, value[DIRECTIVE] === 'replace' ? without(value, DIRECTIVE) : value, schema);
}

/** Returns a part of the patch that meets nothing in the original, without its directives. */
function plain(value: unknown, schema: StructuralSchema | undefined): unknown {
  if (Array.isArray(value)) return mergeFresh(value, schema);
  if (!isObject(value)) return value;
  return mergeMap({}, value[DIRECTIVE] === 'replace' ? without(value, DIRECTIVE) : value, schema);
}

const mergeFresh = (value: readonly unknown[], schema: StructuralSchema | undefined): unknown[] => value.map((item) => plain(item, schema?.items));

/**
 * Sorts a merged list: what the order names stands in that order; what only the server has keeps its place relative
 * to its neighbours, before what follows it in the original.
 */
function* inOrder(list: readonly unknown[], order: readonly unknown[], original: unknown, schema: StructuralSchema | undefined): Steps<unknown[]> {
  const mergeKey = schema?.['x-kubernetes-patch-merge-key'];
  const idOf = (item: unknown): string => canonicalJson(mergeKey && isObject(item) ? item[mergeKey] : item);
  function* places(items: readonly unknown[]): Steps<Map<string, number>> {
    const found = new Map<string, number>();
    for (const [i, item] of items.entries()) {
      found.set(idOf(item), i);
      if (i % STEP_COUNT === STEP_COUNT - 1) yield;
    }
    return found;
  }
  const wanted = yield* places(order);
  const before = yield* places(Array.isArray(original) ? original : []);
  const named: { readonly item: unknown; readonly rank: number; readonly position: number | undefined }[] = [];
  const others: { readonly item: unknown; readonly position: number }[] = [];
  let count = 0;
  for (const item of list) {
    if (++count % STEP_COUNT === 0) yield;
    const id = idOf(item);
    const rank = wanted.get(id);
    const position = before.get(id);
    if (rank === undefined) others.push({ item, position: position ?? Number.POSITIVE_INFINITY });
    else named.push({ item, rank, position });
  }
  const out: unknown[] = [];
  let next = 0;
  for (const { item, position } of yield* sortSteps(named, (a, b) => a.rank - b.rank)) {
    for (let other = others[next]; other && position !== undefined && other.position < position; other = others[++next]) out.push(other.item);
    out.push(item);
  }
  for (; next < others.length; next++) out.push(others[next]?.item);
  return out;
}
