/** The length up to which insertion is faster than a sort that copies. */
const SHORT = 24;

/** Sorts a list in place and returns it, stably. A short one costs no memory, and next to no time if it is nearly in order. */
export function sortInPlace<T>(list: T[], compare: (a: T, b: T) => number): T[] {
  if (list.length > SHORT) return list.sort(compare);
  for (let i = 1; i < list.length; i++) {
    const item = list[i] as T;
    let at = i;
    while (at > 0 && compare(list[at - 1] as T, item) > 0) {
      list[at] = list[at - 1] as T;
      at--;
    }
    list[at] = item;
  }
  return list;
}
