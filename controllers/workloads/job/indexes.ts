/** Completion indexes in increasing order, as intervals that include both ends and neither overlap nor touch. */
export type Indexes = readonly (readonly [first: number, last: number])[];

export const NO_INDEXES: Indexes = [];

const integer = /^[+-]?\d+$/;

/**
 * Reads `1,3-5` from a status or a success policy. Passes over intervals that cannot be read, and drops indexes from `completions` on: the
 * Job may have been scaled down.
 */
export function parseIndexes(text: string | undefined, completions: number): Indexes {
  const intervals: [number, number][] = [];
  if (!text) return intervals;
  for (const part of text.split(',')) {
    const [first = '', last = first] = part.split('-');
    if (!integer.test(first)) continue;
    if (Number(first) >= completions) break;
    if (!integer.test(last)) continue;
    append(intervals, Number(first), Math.min(Number(last), completions - 1));
  }
  return intervals;
}

/** Writes the intervals as the API shows them: two neighbours are listed, three and more become a range. */
export const indexesText = (indexes: Indexes): string =>
  indexes.map(([first, last]) => (first === last ? `${first}` : `${first}${last === first + 1 ? ',' : '-'}${last}`)).join(',');

export const countIndexes = (indexes: Indexes): number => indexes.reduce((sum, [first, last]) => sum + last - first + 1, 0);

export function hasIndex(indexes: Indexes, index: number): boolean {
  let low = 0;
  let high = indexes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((indexes[middle]?.[1] ?? 0) >= index) high = middle;
    else low = middle + 1;
  }
  const found = indexes[low];
  return found !== undefined && found[0] <= index;
}

export function indexesOf(numbers: Iterable<number>): Indexes {
  const intervals: [number, number][] = [];
  for (const index of [...numbers].sort((a, b) => a - b)) append(intervals, index, index);
  return intervals;
}

/** Returns the union. */
export function mergeIndexes(a: Indexes, b: Indexes): Indexes {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const intervals: [number, number][] = [];
  let i = 0;
  let j = 0;
  for (;;) {
    const left = a[i];
    const right = b[j];
    if (left && (!right || left[0] <= right[0])) {
      append(intervals, left[0], left[1]);
      i++;
    } else if (right) {
      append(intervals, right[0], right[1]);
      j++;
    } else return intervals;
  }
}

/** Counts the indexes that are in both. */
export function countCommon(a: Indexes, b: Indexes): number {
  let count = 0;
  let i = 0;
  let j = 0;
  for (;;) {
    const left = a[i];
    const right = b[j];
    if (!left || !right) return count;
    count += Math.max(0, Math.min(left[1], right[1]) - Math.max(left[0], right[0]) + 1);
    if (left[1] <= right[1]) i++;
    if (right[1] <= left[1]) j++;
  }
}

/** Returns the first `count` indexes below `completions` that are not taken. */
export function firstFree(taken: Indexes, count: number, completions: number): number[] {
  const free: number[] = [];
  let candidate = 0;
  for (const [first, last] of taken) {
    for (; candidate < Math.min(first, completions) && free.length < count; candidate++) free.push(candidate);
    candidate = Math.max(candidate, last + 1);
  }
  for (; candidate < completions && free.length < count; candidate++) free.push(candidate);
  return free;
}

/** Appends an interval that begins at or after the last one, and joins them if they touch. */
function append(intervals: [number, number][], first: number, last: number): void {
  const previous = intervals.at(-1);
  if (previous && first <= previous[1] + 1) previous[1] = Math.max(previous[1], last);
  else intervals.push([first, last]);
}
