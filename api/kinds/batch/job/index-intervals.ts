/** The indexes `1,3-5`, as intervals; or the first fault. */
export type IndexIntervals =
  | { readonly ok: true; readonly intervals: readonly (readonly [first: number, last: number])[]; readonly total: number }
  | { readonly ok: false; readonly fault: string };

type Interval = { readonly ok: true; readonly first: number; readonly last: number } | { readonly ok: false; readonly fault: string };

const decimal = /^[-+]?\d+$/;
const quoted = (text: string): string => JSON.stringify(text);
const outOfOrder = (previous: number, current: number): string => `non-increasing order, previous: ${previous}, current: ${current}`;

function parseInterval(text: string, completions: number): Interval {
  const limits = text.split('-');
  if (limits.length > 2) {
    const fault = `the fragment ${quoted(text)} violates the requirement that an index interval can have at most two parts separated by '-'`;
    return { ok: false, fault };
  }
  for (const limit of limits) {
    if (!decimal.test(limit)) return { ok: false, fault: `cannot convert string to integer for index: ${quoted(limit)}` };
    if (Number(limit) >= completions) return { ok: false, fault: `too large index: ${quoted(limit)}` };
  }
  const first = Number(limits[0]);
  const last = Number(limits.at(-1));
  if (limits.length === 2 && first >= last) return { ok: false, fault: outOfOrder(first, last) };
  return { ok: true, first, last };
}

/** Reads indexes below `completions`, in increasing order. */
export function parseIndexes(text: string, completions: number): IndexIntervals {
  const intervals: [number, number][] = [];
  let total = 0;
  for (const part of text === '' ? [] : text.split(',')) {
    const interval = parseInterval(part, completions);
    if (!interval.ok) return interval;
    const previous = intervals.at(-1)?.[1];
    if (previous !== undefined && previous >= interval.first) return { ok: false, fault: outOfOrder(previous, interval.first) };
    intervals.push([interval.first, interval.last]);
    total += interval.last - interval.first + 1;
  }
  return { ok: true, intervals, total };
}

/** Returns the first index that is in both lists; undefined if there is none. Intervals that cannot be read are passed over. */
export function overlapOf(a: string, b: string, completions: number): number | undefined {
  const read = (text: string) =>
    text.split(',').flatMap((part) => {
      const interval = parseInterval(part, completions);
      return interval.ok ? [interval] : [];
    });
  const left = read(a);
  const right = read(b);
  let i = 0;
  let j = 0;
  for (;;) {
    const x = left[i];
    const y = right[j];
    if (!x || !y) return undefined;
    if (x.first <= y.last && y.first <= x.last) return Math.max(x.first, y.first);
    if (x.first <= y.first) i++;
    else j++;
  }
}
