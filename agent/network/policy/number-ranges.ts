/** A range of whole numbers, both ends included: ports, or IPv4 addresses as numbers. */
export interface NumberRange {
  readonly first: number;
  readonly last: number;
}

/** Returns the same numbers as sorted ranges that neither overlap nor touch. */
export function mergedRanges(ranges: readonly NumberRange[]): NumberRange[] {
  const merged: NumberRange[] = [];
  for (const range of [...ranges].sort((a, b) => a.first - b.first)) {
    const before = merged.at(-1);
    if (before && range.first <= before.last + 1) merged[merged.length - 1] = { first: before.first, last: Math.max(before.last, range.last) };
    else merged.push(range);
  }
  return merged;
}

/** Returns the numbers of `range` that are in none of `holes`, as sorted ranges. */
export function withoutRanges(range: NumberRange, holes: readonly NumberRange[]): NumberRange[] {
  const rest: NumberRange[] = [];
  let { first } = range;
  for (const hole of mergedRanges(holes)) {
    if (hole.last < first || hole.first > range.last) continue;
    if (hole.first > first) rest.push({ first, last: hole.first - 1 });
    first = hole.last + 1;
  }
  if (first <= range.last) rest.push({ first, last: range.last });
  return rest;
}

export const isInRanges = (number: number, ranges: readonly NumberRange[]): boolean =>
  ranges.some(({ first, last }) => first <= number && number <= last);
