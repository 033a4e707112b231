import { expect, it } from '@jest/globals';
import { createRetryAfter } from './retry-after.ts';

it('clients are told to wait longer while many are turned away, and less again afterwards', () => {
  const retryAfter = createRetryAfter();
  const told: number[] = [];
  for (let second = 1; second <= 60; second++) for (let request = 0; request < 200; request++) told.push(retryAfter.drop(second * 1000));
  expect(told[0]).toBe(1);
  expect(told).toEqual([...told].sort((a, b) => a - b));
  expect(told.at(-1)).toBe(32);
  expect(retryAfter.drop(1_000_000)).toBe(31);
});
