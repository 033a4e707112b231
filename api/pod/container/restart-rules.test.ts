import { describe, expect, it } from '@jest/globals';
import type { Container } from './container.ts';
import { mayRestartAll, restartsAfter, restartsAllAfter } from './restart-rules.ts';

const container = (more: Partial<Container> = {}): Container => ({ name: 'c', image: 'i', ...more });
const rule = (action: string, operator: string, ...values: number[]) => ({ action, exitCodes: { operator, values } });

describe('a container that has exited', () => {
  const never = (...restartPolicyRules: ReturnType<typeof rule>[]): Partial<Container> => ({ restartPolicy: 'Never', restartPolicyRules });

  it.each<[pod: string | undefined, own: Partial<Container>, exitCode: number, starts: boolean, all: boolean]>([
    [undefined, {}, 0, true, false],
    ['Always', {}, 0, true, false],
    ['OnFailure', {}, 0, false, false],
    ['OnFailure', {}, 1, true, false],
    ['Never', {}, 1, false, false],
    ['Never', { restartPolicy: 'Always' }, 0, true, false],
    ['Always', { restartPolicy: 'Never' }, 1, false, false],
    ['Never', never(rule('Restart', 'In', 42)), 42, true, false],
    ['Always', never(rule('Restart', 'In', 42)), 1, false, false],
    ['Never', never(rule('Restart', 'NotIn', 42)), 42, false, false],
    ['Never', never(rule('Restart', 'NotIn', 42)), 0, true, false],
    ['Never', never(rule('RestartAllContainers', 'In', 42)), 42, true, true],
    ['Never', never(rule('Restart', 'In', 1), rule('RestartAllContainers', 'NotIn', 0)), 1, true, false],
    ['Never', never(rule('Restart', 'In', 1), rule('RestartAllContainers', 'NotIn', 0)), 2, true, true],
    ['Never', { restartPolicyRules: [rule('RestartAllContainers', 'In', 42)] }, 42, false, false],
  ])('in a pod with restartPolicy %s, with %j, with %i starts again: %s, with all others: %s', (restartPolicy, own, exitCode, starts, all) => {
    expect(restartsAfter(container(own), { restartPolicy }, exitCode)).toBe(starts);
    expect(restartsAllAfter(container(own), exitCode)).toBe(all);
  });
});

it('a pod may restart all containers if any of them has such a rule, init containers too', () => {
  const source = container({ restartPolicy: 'Never', restartPolicyRules: [rule('RestartAllContainers', 'In', 1)] });
  expect(mayRestartAll({ containers: [container(), source] })).toBe(true);
  expect(mayRestartAll({ containers: [container()], initContainers: [source] })).toBe(true);
  expect(mayRestartAll({ containers: [container({ restartPolicyRules: [rule('Restart', 'In', 1)] })], initContainers: [container()] })).toBe(false);
  expect(mayRestartAll({})).toBe(false);
});
