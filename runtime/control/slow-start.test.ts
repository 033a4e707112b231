import { describe, expect, it } from '@jest/globals';
import { slowStart } from './slow-start.ts';

describe('slow start', () => {
  it('doubles its batches and makes every call once', async () => {
    const batches: number[][] = [];
    let open: number[] = [];
    const result = await slowStart(10, async (index) => {
      open.push(index);
      if (open.length === 1) {
        batches.push(open);
        setImmediate(() => {
          open = [];
        });
      }
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    });
    expect(result).toEqual({ successes: 10 });
    expect(batches).toEqual([[0], [1, 2], [3, 4, 5, 6], [7, 8, 9]]);
  });

  it('stops after the first batch with a failure and tells how many calls succeeded', async () => {
    const calls: number[] = [];
    const error = new Error('quota');
    const result = await slowStart(100, async (index) => {
      calls.push(index);
      if (index === 2) throw error;
    });
    expect(calls).toEqual([0, 1, 2]);
    expect(result).toEqual({ successes: 2, error });
  });

  it('does nothing for a count of zero', async () => {
    expect(await slowStart(0, async () => {})).toEqual({ successes: 0 });
  });
});
