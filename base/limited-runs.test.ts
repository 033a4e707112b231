import { describe, expect, it } from '@jest/globals';
import { createLimitedRuns } from './limited-runs.ts';

/** Works that end when they are told to. */
function works(limit: number) {
  const run = createLimitedRuns(limit);
  const began: string[] = [];
  const ends = new Map<string, PromiseWithResolvers<string>>();
  const start = (name: string) =>
    run(() => {
      began.push(name);
      const end = Promise.withResolvers<string>();
      ends.set(name, end);
      return end.promise;
    });
  return { start, began, end: (name: string) => ends.get(name)?.resolve(name), fail: (name: string) => ends.get(name)?.reject(new Error(name)) };
}

describe('limited runs', () => {
  it('are no more at once than the limit, and begin in their order', async () => {
    const { start, began, end } = works(2);
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(start);
    expect(began).toEqual(['a', 'b']);
    end('b');
    expect(await b).toBe('b');
    expect(began).toEqual(['a', 'b', 'c']);
    end('c');
    await c;
    end('a');
    end('d');
    expect(await Promise.all([a, d])).toEqual(['a', 'd']);
    expect(began).toEqual(['a', 'b', 'c', 'd']);
  });

  it('give their place up if they fail, also at once', async () => {
    const { start, began, end, fail } = works(1);
    const first = start('a');
    const second = start('b');
    fail('a');
    await expect(first).rejects.toThrow('a');
    end('b');
    expect(await second).toBe('b');
    const run = createLimitedRuns(1);
    const thrown = run(() => {
      throw new Error('at once');
    });
    await expect(thrown).rejects.toThrow('at once');
    expect(await run(async () => 'next')).toBe('next');
    expect(began).toEqual(['a', 'b']);
  });

  it('do not wait without a limit', async () => {
    const { start, began } = works(Number.POSITIVE_INFINITY);
    for (let i = 0; i < 100; i++) void start(String(i));
    expect(began).toHaveLength(100);
  });
});
