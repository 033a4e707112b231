import { describe, expect, it } from '@jest/globals';
import { createFakeClock } from '../../../base/fake-clock.ts';
import { createTaskBoard } from './task-board.ts';

describe('the task board', () => {
  it('runs a task again once its time has come, though the timer fires early', async () => {
    const clock = createFakeClock();
    const early = { ...clock, after: (ms: number, callback: () => void) => clock.after(Math.max(1, ms - 1), callback) };
    let runs = 0;
    const board = createTaskBoard(early, () => attempt());
    const attempt = () =>
      board.run('volumes', async () => {
        runs++;
        board.retry('volumes', 500, 10_000);
      });
    attempt();
    await clock.advance(10_000);
    expect(runs).toBeGreaterThanOrEqual(5);
    board.stop();
  });

  it('runs one task a key at a time', async () => {
    const clock = createFakeClock();
    const board = createTaskBoard(clock, () => {});
    let finish = () => {};
    const started: string[] = [];
    board.run('a', () => {
      started.push('first');
      return new Promise((resolve) => {
        finish = resolve;
      });
    });
    board.run('a', async () => void started.push('second'));
    expect(board.busy('a')).toBe(true);
    finish();
    await board.settled('a');
    board.run('a', async () => void started.push('third'));
    expect(started).toEqual(['first', 'third']);
  });
});
