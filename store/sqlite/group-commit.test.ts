import { describe, expect, it } from '@jest/globals';
import { createGroupCommit } from './group-commit.ts';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const put = (i: number) => ({ op: 'put', key: `/k/${i}`, value: 'v', expected: 0 }) as const;

/** Counts the answers of a crowd of writes, one entry a turn of the loop. */
async function answersOf(writes: number) {
  const commits: number[] = [];
  const published: number[] = [];
  const group = createGroupCommit({
    async commit(batch) {
      commits.push(batch.length);
      return batch.map((_, i) => ({ ok: true, revision: i + 1 }));
    },
    committed: (batch) => published.push(batch.length),
  });
  let answered = 0;
  const order: number[] = [];
  for (let i = 0; i < writes; i++) {
    void group.submit(put(i)).then(() => {
      answered++;
      order.push(i);
    });
  }
  const perTurn: number[] = [];
  for (let before = 0; answered < writes; before = answered) {
    await turn();
    perTurn.push(answered - before);
  }
  return { commits, published, perTurn, order };
}

describe('a group commit', () => {
  it('answers a few writes at once', async () => {
    const { commits, perTurn } = await answersOf(10);
    expect(commits).toEqual([10]);
    expect(perTurn.at(-1)).toBe(10);
  });

  it('answers a crowd over several turns of the event loop, each commit in its order', async () => {
    const { commits, published, perTurn, order } = await answersOf(64);
    expect(commits).toEqual([64]);
    expect(published).toEqual([64]);
    expect(Math.max(...perTurn)).toBeLessThanOrEqual(32);
    expect(order).toEqual(Array.from({ length: 64 }, (_, i) => i));
  });

  it('loses none of a thousand', async () => {
    const { commits, order } = await answersOf(1000);
    expect(Math.max(...commits)).toBeLessThanOrEqual(64);
    expect(new Set(order).size).toBe(1000);
  });
});
