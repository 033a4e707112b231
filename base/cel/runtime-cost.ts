import { PATTERN_FACTOR, STRING_FACTOR } from './cost.ts';
import { sizeOf } from './operations.ts';
import type { Value } from './values.ts';

const COMPARISONS: ReadonlySet<string> = new Set(
  ['less', 'greater', 'less_equals', 'greater_equals'].flatMap((order) => [`${order}_string`, `${order}_bytes`]).concat('equals', 'not_equals'),
);

/** Returns the cost of a call of a standard function that was made, without that of its arguments. */
export function standardCallCost(overload: string, args: readonly Value[]): number {
  const size = (index: number): number => sizeOf(args[index] ?? null);
  switch (overload) {
    case 'starts_with_string':
    case 'ends_with_string':
    case 'string_to_bytes':
    case 'bytes_to_string':
    case 'strings_quote':
    case 'string_format':
      return Math.ceil(size(0) * STRING_FACTOR);
    case 'in_list':
      return size(1);
    case 'add_string':
    case 'add_bytes':
      return Math.ceil((size(0) + size(1)) * STRING_FACTOR);
    case 'matches_string':
      return Math.ceil((1 + size(0)) * STRING_FACTOR) * Math.ceil(size(1) * PATTERN_FACTOR);
    case 'contains_string':
      return Math.ceil(size(0) * STRING_FACTOR) * Math.ceil(size(1) * STRING_FACTOR);
    default:
      return COMPARISONS.has(overload) ? Math.ceil(Math.min(size(0), size(1)) * STRING_FACTOR) : 1;
  }
}
