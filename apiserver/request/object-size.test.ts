import { expect, it } from '@jest/globals';
import { markLong } from '../../base/json/long-values.ts';
import { finished } from '../../base/steps.ts';
import { isTooLargeSteps } from './object-size.ts';

const many = <T>(count: number, item: T): T[] => Array.from({ length: count }, () => item);

it.each<[string, unknown, boolean]>([
  ['of many values that is larger than the store takes', { spec: many(30_000, { name: 'x'.repeat(60) }) }, true],
  ['of many values that is smaller', { spec: many(30_000, { name: 'x' }) }, false],
  ['of few values that is larger', { data: { a: 'x'.repeat(2_000_000) } }, false],
])('tells whether an object %s is too large', (_what, object, isTooLarge) => {
  expect(finished(isTooLargeSteps(object))).toBe(isTooLarge);
});

it('pauses in long parts, and ends once it knows', () => {
  const steps = isTooLargeSteps(markLong({ spec: markLong(many(1_000_000, 'x'.repeat(60))) }));
  let pauses = 0;
  for (let step = steps.next(); !step.done; step = steps.next()) pauses++;
  expect(pauses).toBeGreaterThan(1);
  expect(pauses).toBeLessThan(20);
});
