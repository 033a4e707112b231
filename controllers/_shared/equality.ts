/** Nothing, an empty list and an empty map say the same in the API's types. */
function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** Whether two JSON values mean the same to the API: order of keys does not matter, and missing equals empty. */
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

/** Drops zero counts, as Go's `omitempty` does, so that a status reads as upstream's. */
export const nonZero = (count: number): number | undefined => (count === 0 ? undefined : count);

/** Drops the fields that are undefined. */
export function defined<T extends object>(object: T): T {
  for (const key of Object.keys(object)) if (Reflect.get(object, key) === undefined) Reflect.deleteProperty(object, key);
  return object;
}

/** The elements grouped by a key, in order of first appearance. */
export function groupBy<T>(items: Iterable<T>, keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
