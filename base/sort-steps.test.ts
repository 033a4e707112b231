import { expect, it } from '@jest/globals';
import { createChance } from './chance.fixture.ts';
import { compareTexts, sortSteps } from './sort-steps.ts';
import { finished } from './steps.ts';

it('sorts as Array.sort does', () => {
  const chance = createChance(6);
  for (const length of [0, 1, 2, 1_999, 2_000, 2_001, 9_000]) {
    const texts = Array.from({ length }, () => String(chance.below(5_000)));
    expect(finished(sortSteps(texts, compareTexts))).toEqual([...texts].sort());
  }
});

it('pauses while it sorts many, and keeps the order of equal ones', () => {
  const items = Array.from({ length: 10_000 }, (_, place) => ({ rank: place % 7, place }));
  const steps = sortSteps(items, (a, b) => a.rank - b.rank);
  let pauses = 0;
  let step = steps.next();
  for (; !step.done; step = steps.next()) pauses++;
  expect(pauses).toBeGreaterThan(10);
  expect(step.value).toEqual(items.toSorted((a, b) => a.rank - b.rank));
});
