import { describe, expect, it } from '@jest/globals';
import { createFakeClock } from '../../base/fake-clock.ts';
import { createBodyBudget } from './body-budget.ts';

describe('the memory for bodies', () => {
  it('is half of it anyone’s, so that others find room', async () => {
    const budget = createBodyBudget(100, createFakeClock());
    expect(budget.take(50, 'greedy', 1000)).toBe(true);
    const more = budget.take(1, 'greedy', 1000);
    expect(budget.take(50, 'other', 1000)).toBe(true);
    budget.give(50, 'greedy');
    expect(await more).toBe(true);
  });

  it('is waited for, as long as is said', async () => {
    const clock = createFakeClock();
    const budget = createBodyBudget(100, clock);
    for (const sender of ['a', 'b']) expect(budget.take(50, sender, 1000)).toBe(true);
    const [patient, hasty] = [budget.take(50, 'c', 2000), budget.take(50, 'd', 500)];
    await clock.advance(1000);
    expect(await hasty).toBe(false);
    budget.give(50, 'a');
    expect(await patient).toBe(true);
  });
});
