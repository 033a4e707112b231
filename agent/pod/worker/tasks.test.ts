import { describe, expect, it } from '@jest/globals';
import { begun, ended, heldBack, mayBegin, NO_TASKS, nextTime, retriedLater, succeeded } from './tasks.ts';

describe('the tasks of a worker', () => {
  it('runs one task a key at a time', () => {
    let tasks = NO_TASKS;
    const started: string[] = [];
    const run = (name: string) => {
      if (!mayBegin(tasks, 'a', 0)) return;
      tasks = begun(tasks, 'a');
      started.push(name);
    };
    run('first');
    run('second');
    expect(mayBegin(tasks, 'a', 0)).toBe(false);
    tasks = ended(tasks, 'a');
    run('third');
    expect(started).toEqual(['first', 'third']);
  });

  it('begins none before its time, and knows the next time', () => {
    const tasks = heldBack(heldBack(NO_TASKS, 'a', 100), 'b', 50);
    expect(['a', 'b', 'c'].map((key) => mayBegin(tasks, key, 50))).toEqual([false, true, true]);
    expect([0, 50, 100].map((now) => nextTime(tasks, now))).toEqual([50, 100, undefined]);
  });

  it('doubles the delay from one failure to the next, up to ten seconds, and starts over after a success', () => {
    let tasks = NO_TASKS;
    const delays = Array.from({ length: 7 }, () => {
      tasks = retriedLater(tasks, 'volumes', 0);
      return tasks.notBefore.get('volumes');
    });
    expect(delays).toEqual([500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
    expect(retriedLater(succeeded(tasks, 'volumes'), 'volumes', 0).notBefore.get('volumes')).toBe(500);
  });
});
