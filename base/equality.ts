import { isObject, own } from './json.ts';

/**
 * Compares two JSON values as Go compares the structures behind them with `equality.Semantic`: an absent field, null, an empty list, an
 * empty map and a structure of such are the same. Scalars differ from their absence, even zeros. Texts are compared as they are: times and
 * amounts must be in their canonical form.
 */
export function semanticEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    if (a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!semanticEqual(a[i], b[i])) return false;
    return true;
  }
  if (isObject(a) && isObject(b)) {
    for (const key of Object.keys(a)) if (!semanticEqual(a[key], own(b, key))) return false;
    for (const key of Object.keys(b)) if (!Object.hasOwn(a, key) && !isEmptyContainer(b[key])) return false;
    return true;
  }
  return isEmptyContainer(a) && isEmptyContainer(b);
}

/** Whether a value is absent, or a list, map or structure without content. */
export function isEmptyContainer(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  if (!isObject(value)) return false;
  for (const key in value) if (!isEmptyContainer(value[key])) return false;
  return true;
}
