/** Works that must not overlap: one line per key. */
export interface Lines {
  /** Runs `work` after all that is in the key's line already, however that ends. */
  inLine<T>(key: string, work: () => Promise<T>): Promise<T>;
}

export function createLines(): Lines {
  const last = new Map<string, Promise<unknown>>();
  return {
    inLine(key, work) {
      const result = (last.get(key) ?? Promise.resolve()).then(work);
      const end = result
        .catch(() => {})
        .finally(() => {
          if (last.get(key) === end) last.delete(key);
        });
      last.set(key, end);
      return result;
    },
  };
}
