import { describe, expect, it } from '@jest/globals';
import { createTurns } from './turns.ts';

const round = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('turns of the event loop', () => {
  it('cost a sender who is alone nothing', async () => {
    const turns = createTurns();
    for (let i = 0; i < 3; i++) {
      expect(turns.take('a', i)).toBeUndefined();
      await round();
      await round();
    }
  });

  it('are one a round, and go around the senders', async () => {
    const turns = createTurns();
    const order: string[] = [];
    const take = async (sender: string, place: number) => {
      await turns.take(sender, place);
      order.push(sender);
    };
    const all = Promise.all(['flood', 'flood', 'flood', 'flood', 'a', 'b', 'a'].map(take));
    await Promise.resolve();
    expect(order).toEqual(['flood']);
    await round();
    await round();
    expect(order.length).toBeLessThanOrEqual(3);
    await all;
    expect(order).toEqual(['flood', 'flood', 'a', 'b', 'flood', 'a', 'flood']);
  });

  it('bring the oldest request of a sender to its end before another', async () => {
    const turns = createTurns();
    const order: number[] = [];
    const write = async (request: number) => {
      for (let part = 0; part < 3; part++) {
        await turns.take('a', request);
        order.push(request);
      }
    };
    await Promise.all([1, 2, 3].map(write));
    expect(order).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3]);
  });
});
