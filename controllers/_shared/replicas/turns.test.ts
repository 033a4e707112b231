import { describe, expect, it } from '@jest/globals';
import { createTurns } from './turns.ts';

describe('turns', () => {
  it('let no more run at once than there is width for, and let all run', async () => {
    const turn = createTurns(3);
    let running = 0;
    let most = 0;
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        turn(async () => {
          most = Math.max(most, ++running);
          await new Promise((resolve) => setImmediate(resolve));
          running--;
          return i;
        }),
      ),
    );
    expect([most, results.length, results[19]]).toEqual([3, 20, 19]);
  });

  it('go on after a failure', async () => {
    const turn = createTurns(1);
    await expect(turn(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(turn(() => Promise.resolve('yes'))).resolves.toBe('yes');
  });
});
