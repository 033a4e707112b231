import { isObject } from './json.ts';

/** What Go's zero values look like in JSON: nothing, an empty list, an empty map, or a structure of such. */
export function isEmptyValue(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === 0 || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  if (!isObject(value)) return false;
  for (const key in value) if (!isEmptyValue(value[key])) return false;
  return true;
}

/**
 * Equality as upstream means it on updates (apiequality.Semantic): an absent field, an empty list, an empty map and a structure
 * of zero values are the same. Both sides are decoded and defaulted, so quantities and times are in their one canonical form.
 */
export function semanticEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    if (a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!semanticEqual(a[i], b[i])) return false;
    return true;
  }
  if (isObject(a) && isObject(b)) {
    for (const key in a) if (!semanticEqual(a[key], b[key])) return false;
    for (const key in b) if (!(key in a) && !isEmptyContainer(b[key])) return false;
    return true;
  }
  return isEmptyContainer(a) && isEmptyContainer(b);
}

/** Absent, or a list, map or structure without content. A pointer to a scalar differs from its absence, so scalars do not count. */
function isEmptyContainer(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  if (!isObject(value)) return false;
  for (const key in value) if (!isEmptyContainer(value[key])) return false;
  return true;
}
