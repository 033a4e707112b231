import { describe, expect, it } from '@jest/globals';
import type { RunAside } from './aside.ts';
import type { exampleWork } from './example.fixture.ts';
import { createWorkProcess } from './process.ts';
import { createWorkThread } from './thread.ts';

type Run = RunAside<typeof exampleWork>;

const module = () => new URL('./example.fixture.ts', import.meta.url);
const startThread = (): Run => createWorkThread({ module, limits: {} });
const startProcess = (idleMs = 0): Run => createWorkProcess({ module, idleMs });

describe.each([
  ['a thread', startThread],
  ['a process', startProcess],
])('work done by %s', (_, start) => {
  it('is answered to each caller', async () => {
    const run = start();
    await expect(Promise.all([run('double', 1), run('double', 2), run('double', 3)])).resolves.toEqual([2, 4, 6]);
  });

  it('leaves nothing behind when it is done', async () => {
    const run = start();
    const first = await run('self');
    expect(await run('self')).not.toBe(first);
    expect(first).not.toBe(`${process.pid} 0`);
  });

  it('fails with what it throws, and goes on', async () => {
    const run = start();
    await expect(Promise.all([run('double', 1), run('fail', 'too far')])).rejects.toThrow('too far');
    await expect(run('double', 4)).resolves.toBe(8);
  });

  it('fails as a whole if the helper ends, and starts another for the next', async () => {
    const run = start();
    const results = await Promise.allSettled([run('exit'), run('double', 1)]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(run('double', 5)).resolves.toBe(10);
  });
});

describe('a process that waits for more work', () => {
  it('does the next work too, and makes way for another if it ends meanwhile', async () => {
    const run = startProcess(3_600_000);
    const first = await run('self');
    expect(await run('self')).toBe(first);
    await expect(run('exit')).rejects.toThrow('the process ended before its work was done');
    expect(await run('self')).not.toBe(first);
  });
});
