import type { Steps } from './steps.ts';

/** Items that are put into order in one step. */
const STEP_COUNT = 2_000;

export type Compare<T> = (a: T, b: T) => number;

/** Orders texts by their UTF-16 code units, as Array.sort does by itself. */
export const compareTexts: Compare<string> = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/** Returns the items in order, with pauses; items that compare as equal stay in the order given. Sorts runs, then merges neighbouring ones. */
export function* sortSteps<T>(items: readonly T[], compare: Compare<T>): Steps<readonly T[]> {
  let runs: (readonly T[])[] = [];
  for (let begin = 0; begin < items.length; begin += STEP_COUNT) {
    runs.push(items.slice(begin, begin + STEP_COUNT).sort(compare));
    yield;
  }
  while (runs.length > 1) {
    const merged: (readonly T[])[] = [];
    for (let i = 0; i < runs.length; i += 2) merged.push(yield* mergeRuns(runs[i] ?? [], runs[i + 1] ?? [], compare));
    runs = merged;
  }
  return runs[0] ?? [];
}

function* mergeRuns<T>(a: readonly T[], b: readonly T[], compare: Compare<T>): Steps<readonly T[]> {
  const out: T[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    const [left, right] = [a[i] as T, b[j] as T];
    if (compare(left, right) <= 0) {
      out.push(left);
      i++;
    } else {
      out.push(right);
      j++;
    }
    if (out.length % STEP_COUNT === 0) yield;
  }
  for (; i < a.length; i++) out.push(a[i] as T);
  for (; j < b.length; j++) out.push(b[j] as T);
  return out;
}
