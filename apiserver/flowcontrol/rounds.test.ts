import { describe, expect, it } from '@jest/globals';
import { createRounds } from './rounds.ts';

const round = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Requests of which each takes so many milliseconds. */
function requests(ms: number) {
  let now = 0;
  const rounds = createRounds({ monotonic: () => now });
  const begun: string[] = [];
  const enter = async (sender: string) => {
    const turn = rounds.enter(sender);
    if (turn) await turn;
    begun.push(sender);
    now += ms;
  };
  return { begun, enter };
}

describe('rounds of the event loop', () => {
  it('begin all requests at once that take little together', async () => {
    const { begun, enter } = requests(0.1);
    for (let i = 0; i < 30; i++) void enter('a');
    expect(begun).toHaveLength(30);
  });

  it('begin no more once they have lasted too long', async () => {
    const { begun, enter } = requests(1);
    const all = Promise.all(Array.from({ length: 1000 }, () => enter('flood')));
    expect(begun).toHaveLength(4);
    for (let i = 2; begun.length < 1000; i++) {
      await round();
      expect(begun.length).toBeLessThanOrEqual(4 * i);
    }
    await all;
  });

  it('give the senders their turns in rotation', async () => {
    const { begun, enter } = requests(5);
    await Promise.all(['flood', 'flood', 'flood', 'flood', 'a', 'b', 'flood'].map(enter));
    expect(begun).toEqual(['flood', 'flood', 'a', 'b', 'flood', 'flood', 'flood']);
  });
});
