/** A map that drops its least recently used entry when it exceeds its limit. */
export interface BoundedMap<V> {
  get(key: string): V | undefined;
  set(key: string, value: V): void;
}

export function createBoundedMap<V>(limit: number): BoundedMap<V> {
  const values = new Map<string, V>();
  return {
    get(key) {
      const value = values.get(key);
      if (value === undefined) return undefined;
      values.delete(key);
      values.set(key, value);
      return value;
    },
    set(key, value) {
      values.delete(key);
      values.set(key, value);
      if (values.size <= limit) return;
      const oldest = values.keys().next();
      if (!oldest.done) values.delete(oldest.value);
    },
  };
}
