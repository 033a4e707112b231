import { describe, expect, it } from '@jest/globals';
import type { PodFailurePolicyRule, SuccessPolicyRule } from '../../../api/kinds/batch/job/schema.ts';
import { NO_FAILURES, remainingMs, remainingMsOfIndex, withEnded } from './backoff.ts';
import { judgeFailure } from './failure-policy.ts';
import { parseIndexes } from './indexes.ts';
import { INDEX_FAILURES, INDEX_IGNORED_FAILURES } from './job-pods.ts';
import type { PodFacts } from './jobs.fixture.ts';
import { livePod, START } from './jobs.fixture.ts';
import { metRule } from './success-policy.ts';

describe('a failed pod', () => {
  const exits = (operator: string, ...values: number[]): PodFailurePolicyRule => ({ action: 'Ignore', onExitCodes: { operator, values } });
  const disrupted: PodFailurePolicyRule = { action: 'FailIndex', onPodConditions: [{ type: 'DisruptionTarget' }] };
  const fatal: PodFailurePolicyRule = { action: 'FailJob', onExitCodes: { operator: 'In', values: [42], containerName: 'c' } };
  const condition = (status: string) => [{ type: 'DisruptionTarget', status }];

  it.each<[string, PodFacts, PodFailurePolicyRule[], string | undefined, boolean]>([
    ['without a rule counts', { exitCode: 1 }, [], undefined, true],
    ['of a listed code is ignored', { exitCode: 3 }, [exits('In', 1, 3)], 'Ignore', false],
    ['of another code counts', { exitCode: 4 }, [exits('In', 1, 3)], undefined, true],
    ['of a code that is not excepted is ignored', { exitCode: 4 }, [exits('NotIn', 1, 3)], 'Ignore', false],
    ['of an excepted code counts', { exitCode: 3 }, [exits('NotIn', 1, 3)], undefined, true],
    ['with exit code 0 matches no code', { exitCode: 0 }, [exits('NotIn', 1)], undefined, true],
    ['with a condition fails its index', { conditions: condition('True') }, [disrupted], 'FailIndex', true],
    ['with a condition that is False does not', { conditions: condition('False') }, [disrupted], undefined, true],
    ['goes by the first rule that matches', { exitCode: 42 }, [exits('In', 41), fatal, exits('In', 42)], 'FailJob', true],
  ])('%s', (_, facts, rules, action, counts) => {
    expect(judgeFailure({ rules }, livePod('p', { phase: 'Failed', ...facts }))).toMatchObject({ action, counts });
  });

  it.each<[PodFacts, PodFailurePolicyRule, string]>([
    [{ exitCode: 42 }, fatal, 'Container c for pod default/p failed with exit code 42 matching FailJob rule at index 0'],
    [
      { conditions: condition('True') },
      { ...disrupted, action: 'FailJob' },
      'Pod default/p has condition DisruptionTarget matching FailJob rule at index 0',
    ],
  ])('says why it fails the Job', (facts, rule, message) => {
    expect(judgeFailure({ rules: [rule] }, livePod('p', { phase: 'Failed', ...facts })).message).toBe(message);
  });
});

describe('a success policy', () => {
  it.each<[SuccessPolicyRule[], string, string | undefined]>([
    [[{ succeededIndexes: '0,2-3' }], '0,2', undefined],
    [[{ succeededIndexes: '0,2-3' }], '0,2-4', 'Matched rules at index 0'],
    [[{ succeededCount: 2 }], '7', undefined],
    [[{ succeededCount: 2 }], '7,9', 'Matched rules at index 0'],
    [[{ succeededIndexes: '0-5', succeededCount: 2 }], '1,7,8', undefined],
    [[{ succeededIndexes: '9' }, { succeededIndexes: '0-5', succeededCount: 2 }], '1,4', 'Matched rules at index 1'],
    [[{ succeededCount: 0 }], '', undefined],
  ])('%j is asked about %j', (rules, succeeded, expected) => {
    expect(metRule({ rules }, 10, parseIndexes(succeeded, 10))).toBe(expected);
  });
});

describe('the back-off', () => {
  const failed = (endedAt: number) => livePod(`f${endedAt}`, { phase: 'Failed', endedAt });
  const succeeded = (endedAt: number) => livePod(`s${endedAt}`, { phase: 'Succeeded', endedAt });

  it.each([
    [1, 10],
    [2, 20],
    [3, 40],
    [6, 320],
    [7, 600],
    [100, 600],
  ])('after %i failures is %i s', (failures, seconds) => {
    expect(remainingMs({ failures, lastFailureAt: START }, START)).toBe(seconds * 1000);
    expect(remainingMs({ failures, lastFailureAt: START }, START + seconds * 1000)).toBe(0);
  });

  it('counts the failures since the last success', () => {
    const run = withEnded(NO_FAILURES, [], [failed(1000), failed(3000)]);
    expect(run).toEqual({ failures: 2, lastFailureAt: START + 3000 });
    expect(withEnded(run, [], [failed(5000)])).toEqual({ failures: 3, lastFailureAt: START + 5000 });
    expect(withEnded(run, [succeeded(6000)], [failed(5000), failed(7000)])).toEqual({ failures: 1, lastFailureAt: START + 7000 });
    expect(withEnded(run, [succeeded(6000)], [])).toEqual(NO_FAILURES);
    expect(withEnded(run, [], [])).toBe(run);
  });

  it('of an index goes by its own failures, ignored ones too', () => {
    const annotations = { [INDEX_FAILURES]: '1', [INDEX_IGNORED_FAILURES]: '1' };
    expect(remainingMsOfIndex(livePod('p', { phase: 'Failed', annotations }), START)).toBe(40_000);
    expect(remainingMsOfIndex(undefined, START)).toBe(0);
  });
});
