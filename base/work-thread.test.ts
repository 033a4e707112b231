import { describe, expect, it } from '@jest/globals';
import type { exampleWork } from './work-thread.fixture.ts';
import { createWorkThread } from './work-thread.ts';

const module = () => new URL('./work-thread.fixture.ts', import.meta.url);
const start = (idleMs?: number) => createWorkThread<typeof exampleWork>({ module, ...(idleMs === undefined ? {} : { idleMs }) });

describe('a thread for work', () => {
  it('answers each caller, whatever the order', async () => {
    const run = start();
    await expect(Promise.all([run('double', 1), run('double', 2), run('double', 3)])).resolves.toEqual([2, 4, 6]);
  });

  it('ends when all is done, unless it is to wait for more', async () => {
    const [brief, patient] = [start(), start(3_600_000)];
    const ofBrief = await brief('thread');
    const ofPatient = await patient('thread');
    expect(await brief('thread')).not.toBe(ofBrief);
    expect(await patient('thread')).toBe(ofPatient);
    await expect(patient('exit')).rejects.toThrow('the thread ended');
  });

  it('rejects with what the work throws, and goes on', async () => {
    const run = start();
    await expect(Promise.all([run('double', 1), run('fail', 'too far')])).rejects.toThrow(new RangeError('too far'));
    await expect(run('double', 4)).resolves.toBe(8);
  });

  it('rejects all that wait if the thread ends, and starts another for the next', async () => {
    const run = start();
    const results = await Promise.allSettled([run('exit'), run('double', 1)]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(run('double', 5)).resolves.toBe(10);
  });
});
