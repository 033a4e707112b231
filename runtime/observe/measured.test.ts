import { describe, expect, it } from '@jest/globals';
import { createFakeClock } from '../../base/fake-clock.ts';
import { measured } from './measured.ts';

describe('work that is measured', () => {
  const clock = createFakeClock();
  const problem = new Error('no');
  const afterSeconds = (seconds: number, settle: () => string) => async () => {
    await clock.advance(seconds * 1000);
    return settle();
  };
  const fail = () => {
    throw problem;
  };

  it.each([
    ['resolves as it does, and tells how long it took', afterSeconds(2, () => 'done'), { resolved: 'done' }, [2]],
    ['rejects as it does, and tells of the error', afterSeconds(0.5, fail), { rejected: problem }, [0.5, problem]],
    ['may fail at once', fail, { rejected: problem }, [0, problem]],
  ])('%s', async (_which, work, expected, observed) => {
    const told: unknown[][] = [];
    const outcome = await measured(clock, work, (...args) => told.push(args)).then(
      (resolved) => ({ resolved }),
      (rejected: unknown) => ({ rejected }),
    );
    expect(outcome).toEqual(expected);
    expect(told).toEqual([observed]);
  });
});
