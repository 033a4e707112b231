import { describe, expect, it } from '@jest/globals';
import { createSharedRuns } from './shared-runs.ts';

describe('shared runs', () => {
  it('are one per key at a time, also if they fail', async () => {
    const share = createSharedRuns<number>();
    let runs = 0;
    const work = async () => ++runs;
    expect(await Promise.all([share('a', work), share('a', work), share('b', work)])).toEqual([1, 1, 2]);
    expect(await share('a', work)).toBe(3);
    const fail = () => Promise.reject(new Error('no'));
    await expect(share('a', fail)).rejects.toThrow('no');
    expect(await share('a', work)).toBe(4);
  });
});
