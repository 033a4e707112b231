/** Whether a value is missing, an empty list or an empty map, which mean the same in the API's types. */
function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/**
 * Whether two JSON values mean the same to the API: order of keys does not matter, and missing equals empty.
 *
 * base's `semanticEqual`, for objects that the server has decoded and defaulted, goes further: there a structure of empty fields equals its
 * absence. Controllers also compare objects of stock clusters' custom resources, where nothing was defaulted, and pod templates, where
 * `scopeSelector: { matchExpressions: [] }` or `capabilities: { add: [] }` is content that a user wrote: it differs from nothing.
 */
export function semanticallyEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (isEmpty(a) && isEmpty(b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => semanticallyEqual(item, b[i]));
  }
  const left = new Map<string, unknown>(Object.entries(a));
  const right = new Map<string, unknown>(Object.entries(b));
  for (const [key, value] of left) if (!semanticallyEqual(value, right.get(key))) return false;
  for (const [key, value] of right) if (!left.has(key) && !isEmpty(value)) return false;
  return true;
}
