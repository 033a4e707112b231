import { errors, StatusError } from '../../api/meta/status-error.ts';
import type { StructuralSchema } from '../../api/schema/structural.ts';
import { equalJson, isObject } from '../../base/json.ts';
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

const fieldSchema = (schema: StructuralSchema | undefined, name: string): StructuralSchema | undefined =>
  schema?.properties?.get(name)?.schema ?? (typeof schema?.additionalProperties === 'object' ? schema.additionalProperties : undefined);

const strategies = (schema: StructuralSchema | undefined): readonly string[] => schema?.['x-kubernetes-patch-strategy']?.split(',') ?? [];

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
        throw unappliable(`unknown patch type found: ${String(directive)}`);
    }
  }
  const out = retained(original, patch);
  for (const [key, value] of Object.entries(patch)) {
    if (key === DIRECTIVE || key === RETAIN_KEYS) continue;
    if (key.startsWith(DELETE_FROM)) {
      const field = key.slice(DELETE_FROM.length);
      if (!Array.isArray(value)) throw unappliable(`the value of ${key} must be a list`);
      const list = out[field];
      if (Array.isArray(list)) out[field] = list.filter((item) => !value.some((gone) => equalJson(gone, item)));
      continue;
    }
    if (key.startsWith(ELEMENT_ORDER)) continue;
    if (value === null) {
      delete out[key];
      continue;
    }
    const below = fieldSchema(schema, key);
    const current = Object.hasOwn(out, key) ? out[key] : undefined;
    if (isObject(value)) {
      const replaces = schema?.properties?.get(key)?.patchStrategy === 'replace' || strategies(below).includes('replace');
      if (isObject(current) && !replaces) out[key] = mergeMap(current, value, below);
      else if (value[DIRECTIVE] === 'delete') delete out[key];
      else out[key] = plain(value, below);
    } else if (Array.isArray(value)) out[key] = mergeList(Array.isArray(current) ? current : [], value, below, key);
    else out[key] = value;
  }
  for (const [key, order] of Object.entries(patch)) {
    if (!key.startsWith(ELEMENT_ORDER)) continue;
    const field = key.slice(ELEMENT_ORDER.length);
    if (!Array.isArray(order)) throw unappliable(`the value of ${key} must be a list`);
    const list = out[field];
    if (Array.isArray(list)) out[field] = inOrder(list, order, original[field], fieldSchema(schema, field));
  }
  return out;
}

/** Keeps the fields of the original that `$retainKeys` names: unions (a volume's source, a deployment's strategy) drop the others. */
function retained(original: JsonObject, patch: JsonObject): Record<string, unknown> {
  const keys = patch[RETAIN_KEYS];
  if (keys === undefined) return { ...original };
  if (!Array.isArray(keys)) throw unappliable('the value of $retainKeys must be a list');
  for (const key of Object.keys(patch)) {
    const field = key.startsWith(DELETE_FROM) ? key.slice(DELETE_FROM.length) : key.startsWith(ELEMENT_ORDER) ? key.slice(ELEMENT_ORDER.length) : key;
    if (field !== RETAIN_KEYS && field !== DIRECTIVE && patch[key] !== null && !keys.includes(field)) {
      throw unappliable('$retainKeys directive must contain all the fields present in the patch');
    }
  }
  return Object.fromEntries(Object.entries(original).filter(([key]) => keys.includes(key)));
}

const without = (object: JsonObject, key: string): JsonObject => Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));

function mergeList(original: readonly unknown[], patch: readonly unknown[], schema: StructuralSchema | undefined, name: string): unknown[] {
  if (!strategies(schema).includes('merge')) return patch.map((item) => plain(item, schema?.items));
  const mergeKey = schema?.['x-kubernetes-patch-merge-key'];
  if (!mergeKey) {
    const added = patch.filter((item, i) => !original.some((other) => equalJson(other, item)) && patch.indexOf(item) === i);
    return inOrder([...original, ...added], patch, original, schema);
  }
  const keyOf = (item: JsonObject): unknown => {
    const key = item[mergeKey];
    if (key === undefined) throw unappliable(`map: ${JSON.stringify(item)} does not contain declared merge key: ${mergeKey}`);
    return key;
  };
  let out = [...original];
  const items: JsonObject[] = [];
  for (const item of patch) {
    if (!isObject(item)) throw unappliable(`the items of ${name} must be objects`);
    const directive = item[DIRECTIVE];
    if (directive === 'replace') {
      // The directive in an item of its own has the list in the patch replace the whole.
      const rest = patch.filter((other) => other !== item);
      return [...rest, ...(Object.keys(item).length > 1 ? [without(item, DIRECTIVE)] : [])].map((other) => plain(other, schema?.items));
    }
    if (directive === 'delete') out = out.filter((other) => !isObject(other) || !equalJson(other[mergeKey], keyOf(item)));
    else if (directive !== undefined && directive !== 'merge') throw unappliable(`unknown patch type found: ${String(directive)}`);
    else items.push(directive === undefined ? item : without(item, DIRECTIVE));
  }
  for (const item of items) {
    const key = keyOf(item);
    const at = out.findIndex((other) => isObject(other) && equalJson(other[mergeKey], key));
    const current = out[at];
    if (isObject(current)) out[at] = mergeMap(current, item, schema?.items);
    else out.push(plain(item, schema?.items));
  }
  return inOrder(out, items, original, schema);
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
function inOrder(list: readonly unknown[], order: readonly unknown[], original: unknown, schema: StructuralSchema | undefined): unknown[] {
  const mergeKey = schema?.['x-kubernetes-patch-merge-key'];
  const idOf = (item: unknown): string => JSON.stringify(mergeKey && isObject(item) ? item[mergeKey] : item);
  const wanted = new Map(order.map((item, i) => [idOf(item), i]));
  const before = new Map((Array.isArray(original) ? original : []).map((item, i) => [idOf(item), i]));
  const named = list.filter((item) => wanted.has(idOf(item))).sort((a, b) => (wanted.get(idOf(a)) ?? 0) - (wanted.get(idOf(b)) ?? 0));
  const others = list.filter((item) => !wanted.has(idOf(item)));
  const out: unknown[] = [];
  let next = 0;
  for (const item of named) {
    const position = before.get(idOf(item));
    while (next < others.length && position !== undefined && (before.get(idOf(others[next])) ?? Number.POSITIVE_INFINITY) < position)
      out.push(others[next++]);
    out.push(item);
  }
  return [...out, ...others.slice(next)];
}
