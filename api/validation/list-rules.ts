import { checkEach } from '../schema/field-error.ts';

/** Errors that show a whole list are given for so many of its items at most: their text would grow with the square of its length. */
export const MAX_WHOLE_LIST_ERRORS = 100;

/** Calls `onRepeat` for each item that stands further ahead in the list already: at once, or in turns for a long list of a long object. */
export function checkRepeats(list: readonly string[], onRepeat: (item: string, i: number) => void): void {
  const seen = new Set<string>();
  checkEach(list, (item, i) => {
    if (seen.has(item)) onRepeat(item, i);
    seen.add(item);
  });
}

/** Maps names to the first items that have them. */
export function firstByName<T extends { readonly name?: string }>(items: readonly T[]): ReadonlyMap<string, T> {
  const found = new Map<string, T>();
  for (const item of items) if (!found.has(item.name ?? '')) found.set(item.name ?? '', item);
  return found;
}
