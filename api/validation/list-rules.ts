/** Errors that show a whole list are given for so many of its items at most: their text would grow with the square of its length. */
export const MAX_WHOLE_LIST_ERRORS = 100;

/** Returns the indexes of items that stand further ahead in the list already. */
export function repeatedPlaces(list: readonly string[]): number[] {
  const seen = new Set<string>();
  const places: number[] = [];
  list.forEach((item, i) => {
    if (seen.has(item)) places.push(i);
    seen.add(item);
  });
  return places;
}

/** Maps names to the first items that have them. */
export function firstByName<T extends { readonly name?: string }>(items: readonly T[]): ReadonlyMap<string, T> {
  const found = new Map<string, T>();
  for (const item of items) if (!found.has(item.name ?? '')) found.set(item.name ?? '', item);
  return found;
}
