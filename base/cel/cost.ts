import type { CelType } from './types.ts';

/** The bounds of a cost. Costs and sizes saturate at MAX. */
export interface CostRange {
  readonly min: number;
  readonly max: number;
}
/** The bounds of a size: characters of a string, bytes, elements of a list, entries of a map. */
export type SizeRange = CostRange;

/** Stands for 2^64-1: unknown, or too much. */
export const MAX = 2 ** 64;

/**
 * Bounds the size of a value from what is known of the data. A path begins with a variable; its elements are names of fields, `@items`,
 * `@keys`, `@values` and `@indices`. The path is undefined if the value does not come directly from a variable. Returns undefined if nothing
 * is known.
 */
export type SizeHint = (path: readonly string[] | undefined, type: CelType) => SizeRange | undefined;

export const range = (min: number, max: number = min): CostRange => ({ min: Math.min(min, MAX), max: Math.min(max, MAX) });
export const UNKNOWN: SizeRange = range(0, MAX);
export const ZERO = range(0);
export const ONE = range(1);

export const plus = (a: CostRange, b: CostRange): CostRange => range(a.min + b.min, a.max + b.max);
export const times = (a: CostRange, b: CostRange): CostRange => range(a.min * b.min, a.max * b.max);
export const union = (a: CostRange, b: CostRange): CostRange => range(Math.min(a.min, b.min), Math.max(a.max, b.max));
/** Multiplies by a factor and rounds up. */
export const scaled = (a: CostRange, factor: number): CostRange => range(Math.ceil(a.min * factor), Math.ceil(a.max * factor));

/** The cost of going through a string once, per character. */
export const STRING_FACTOR = 0.1;
/** The cost of matching a pattern, per character of the pattern. */
export const PATTERN_FACTOR = 0.25;
export const LIST_COST = 10;
export const MAP_COST = 30;
export const STRUCT_COST = 40;
