/** Returns a function that runs the work of a key, unless a run for that key is under way: those who ask meanwhile share it. */
export function createSharedRuns<T>(): (key: string, work: () => Promise<T>) => Promise<T> {
  const underway = new Map<string, Promise<T>>();
  return (key, work) => {
    const known = underway.get(key);
    if (known) return known;
    const run = work().finally(() => underway.delete(key));
    underway.set(key, run);
    return run;
  };
}
