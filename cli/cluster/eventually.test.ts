import { describe, expect, it } from '@jest/globals';
import { eventually } from './eventually.ts';

describe('a condition that is waited for', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['throws', () => Promise.reject(new Error('not yet'))],
    ['returns false', async () => false],
  ])('is checked again while its check %s', async (_how, notYet) => {
    let checks = 0;
    expect(await eventually<unknown>(() => (++checks < 3 ? notYet() : 'done'))).toBe('done');
    expect(checks).toBe(3);
  });

  it('that never holds is reported with the last error, or with the check', async () => {
    await expect(eventually(() => Promise.reject(new Error('not yet')), 0)).rejects.toThrow('not yet');
    await expect(eventually(() => 1 > 2, 0)).rejects.toThrow(/still returned false after 0 ms: \(\)\s*=>\s*1 > 2/);
  });

  it('holds with any other result, nothing included', async () => {
    expect(await eventually(() => undefined)).toBeUndefined();
    expect(await eventually(() => 0)).toBe(0);
  });
});
