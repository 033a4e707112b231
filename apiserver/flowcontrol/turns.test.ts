import { describe, expect, it } from '@jest/globals';
import { createTurns } from './turns.ts';

const round = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('turns of the event loop', () => {
  it('cost a sender who is alone nothing', async () => {
    const turns = createTurns();
    for (let i = 0; i < 3; i++) {
      expect(turns.take('a')).toBeUndefined();
      await round();
      await round();
    }
  });

  it('are one a round, and go around the senders', async () => {
    const turns = createTurns();
    const order: string[] = [];
    const take = async (sender: string) => {
      await turns.take(sender);
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
});
