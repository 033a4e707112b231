import { describe, expect, it } from '@jest/globals';
import { dealtHand } from './shuffle-sharding.ts';

describe('the hand of a flow', () => {
  it('is of distinct queues, the same each time', () => {
    for (let flow = 0; flow < 500; flow++) {
      const hand = dealtHand(`flow ${flow}`, 8, 6);
      expect(new Set(hand).size).toBe(6);
      expect(hand.every((card) => card >= 0 && card < 8)).toBe(true);
      expect(dealtHand(`flow ${flow}`, 8, 6)).toEqual(hand);
    }
  });

  it('is hardly ever covered by another’s', () => {
    const busy = new Set(dealtHand('elephant', 128, 6));
    let squashed = 0;
    for (let flow = 0; flow < 2000; flow++) if (dealtHand(`mouse ${flow}`, 128, 6).every((card) => busy.has(card))) squashed++;
    expect(squashed).toBe(0);
  });

  it('falls on every queue about as often', () => {
    const times = new Array<number>(16).fill(0);
    for (let flow = 0; flow < 4000; flow++) for (const card of dealtHand(`flow ${flow}`, 16, 4)) times[card] = (times[card] ?? 0) + 1;
    expect(Math.min(...times)).toBeGreaterThan(800);
    expect(Math.max(...times)).toBeLessThan(1200);
  });
});
