import { describe, expect, it } from '@jest/globals';
import { createFifo } from './fifo.ts';

describe('a first-in, first-out queue', () => {
  it('gives what was pushed in its order, however long it gets', () => {
    const queue = createFifo<number>();
    let [pushed, shifted] = [0, 0];
    for (const [pushes, shifts] of [
      [3000, 2500],
      [1000, 1400],
      [5000, 5100],
    ] as const) {
      for (let i = 0; i < pushes; i++) queue.push(pushed++);
      for (let i = 0; i < shifts; i++) expect(queue.shift()).toBe(shifted++);
      expect(queue.size).toBe(pushed - shifted);
    }
    expect(queue.shift()).toBeUndefined();
  });
});
