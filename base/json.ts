/** Whether a JSON value is an object: neither null nor a list. */
export const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether two JSON values are the same. Undefined fields count as absent; the order of keys does not matter. */
export function equalJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!equalJson(a[i], b[i])) return false;
    return true;
  }
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  let count = 0;
  for (const key of Object.keys(left)) {
    if (left[key] === undefined) continue;
    count++;
    if (!equalJson(left[key], right[key])) return false;
  }
  for (const key of Object.keys(right)) if (right[key] !== undefined) count--;
  return count === 0;
}

/** Returns a canonical text, the same for objects whose keys have another order. Takes values of any depth. */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  let text = '';
  const levels: Level[] = [];
  const write = (one: unknown): void => {
    if (typeof one !== 'object' || one === null) {
      text += JSON.stringify(one) ?? 'null';
      return;
    }
    const isList = Array.isArray(one);
    text += isList ? '[' : '{';
    levels.push({ values: one as Level['values'], keys: isList ? undefined : Object.keys(one).sort(), count: 0 });
  };
  write(value);
  for (let level = levels.at(-1); level; level = levels.at(-1)) {
    const { values, keys } = level;
    const at = level.count++;
    if (at === (keys ?? values).length) {
      text += keys ? '}' : ']';
      levels.pop();
      continue;
    }
    if (at > 0) text += ',';
    const key = keys?.[at];
    if (key !== undefined) text += `${JSON.stringify(key)}:`;
    write(values[key ?? at]);
  }
  return text;
}

/** An object (with its keys in order) or list that is being written. */
interface Level {
  readonly values: { readonly length: number; readonly [key: string | number]: unknown };
  readonly keys: readonly string[] | undefined;
  /** The members that are written. */
  count: number;
}

/** Returns the value of a key of a map that others wrote; undefined for names that only the prototype has, such as `constructor`. */
export const own = <T>(map: Readonly<Record<string, T>> | undefined, key: string): T | undefined =>
  map !== undefined && Object.hasOwn(map, key) ? map[key] : undefined;

/** Sets a property of any name: `__proto__` is an ordinary key of a map. */
export function setOwn(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  else object[key] = value;
}

/** Yields the entries of a map. Of one with many keys, Object.entries takes several times as long, and a `for` loop over its keys twice. */
export function* entriesOf<T>(map: Readonly<Record<string, T>> | null | undefined): Generator<readonly [string, T]> {
  if (!map) return;
  for (const key of Object.keys(map)) yield [key, map[key] as T];
}
