import { describe, expect, it } from '@jest/globals';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { ReplicaOwner } from './plan.ts';
import { nextAvailability, planReplicas, planStatus, withConditionsOf } from './plan.ts';

const NOW = Date.parse('2026-01-02T00:00:00Z');
const pod = (name: string, readyFor?: number, labels: Record<string, string> = { app: 'web', tier: 'front' }): Live<Pod> => ({
  metadata: { name, uid: name, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z', labels },
  status: {
    phase: 'Running',
    conditions: readyFor === undefined ? [] : [{ type: 'Ready', status: 'True', lastTransitionTime: new Date(NOW - readyFor * 1000).toISOString() }],
  },
});
const pods = (count: number) => Array.from({ length: count }, (_, i) => pod(`p${i}`));
const owner = (status?: ReplicaOwner['status'], minReadySeconds = 0): ReplicaOwner => ({
  metadata: { generation: 4 },
  spec: { replicas: 3, minReadySeconds, template: { metadata: { labels: { app: 'web', tier: 'front' } } } },
  status,
});

describe('the plan for pods', () => {
  it.each([
    [3, 3, { do: 'nothing' }],
    [3, 1, { do: 'create', count: 2 }],
    [2000, 0, { do: 'create', count: 500 }],
  ])('for %i wanted and %i there', (wanted, there, plan) => {
    expect(planReplicas(wanted, pods(there), () => [], NOW)).toEqual(plan);
  });

  it('deletes at most 500 at once', () => {
    const plan = planReplicas(0, pods(501), () => [], NOW);
    expect(plan.do === 'delete' && plan.pods.length).toBe(500);
  });

  it('asks for the family only when pods must go', () => {
    const never = () => {
      throw new Error('asked');
    };
    expect(planReplicas(2, pods(1), never, NOW)).toEqual({ do: 'create', count: 1 });
  });
});

describe('the status', () => {
  it('counts replicas by labels, readiness and availability, and leaves zeros out', () => {
    const active = [pod('a', 100), pod('b', 5), pod('c'), pod('d', 100, { app: 'web' })];
    expect(planStatus(owner(undefined, 10), { active, terminating: 2, now: NOW })).toEqual({
      replicas: 4,
      fullyLabeledReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 2,
      terminatingReplicas: 2,
      observedGeneration: 4,
    });
    expect(planStatus(owner(), { active: [], now: NOW })).toEqual({ replicas: 0, observedGeneration: 4 });
  });

  it.each([
    [1, 'FailedCreate'],
    [5, 'FailedDelete'],
  ])('with %i pods and a failure has the condition %s', (count, reason) => {
    expect(planStatus(owner(), { active: pods(count), failure: { message: 'no room' }, now: NOW }).conditions).toEqual([
      { type: 'ReplicaFailure', status: 'True', reason, message: 'no room', lastTransitionTime: '2026-01-02T00:00:00Z' },
    ]);
  });

  it('keeps the first failure until nothing fails any more', () => {
    const failing = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'first' };
    const before = owner({ replicas: 0, conditions: [failing] });
    expect(planStatus(before, { active: [], failure: { message: 'second' }, now: NOW }).conditions).toEqual([failing]);
    expect(planStatus(before, { active: [], now: NOW }).conditions).toBeUndefined();
  });

  it('goes to a fresher object with the conditions that others wrote there', () => {
    const failing = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'first' };
    const [mine, theirs] = ['old', 'new'].map((reason) => ({ type: 'Theirs', status: 'True', reason }));
    const fresh = owner({ replicas: 0, conditions: [failing, theirs!] });
    expect(withConditionsOf(fresh, { replicas: 3, conditions: [mine!] })).toEqual({ replicas: 3, conditions: [theirs] });
    expect(withConditionsOf(fresh, { replicas: 3, conditions: [failing] }).conditions).toEqual([theirs, failing]);
  });

  it('shows the fault of an invalid spec as it is now', () => {
    const fault = { type: 'ReplicaFailure', status: 'True', reason: 'InvalidSpec', message: 'one', lastTransitionTime: '2026-01-01T00:00:00Z' };
    const before = owner({ replicas: 0, conditions: [fault] });
    const next = (failure: { message: string; reason?: string }) => planStatus(before, { active: [], failure, now: NOW }).conditions;
    expect(next({ message: 'two', reason: 'InvalidSpec' })).toEqual([{ ...fault, message: 'two' }]);
    expect(next({ message: 'no room' })).toEqual([{ ...fault, reason: 'FailedCreate', message: 'no room' }]);
  });
});

describe('the next look', () => {
  it('is when the first ready pod has been ready for long enough', () => {
    expect(nextAvailability([pod('a', 100), pod('b', 7), pod('c', 2), pod('d')], 10, NOW)).toBe(3000);
  });
  it.each([
    ['nothing has to wait', [pod('a', 7)], 0],
    ['all are available', [pod('a', 100)], 10],
    ['none is ready', [pod('a')], 10],
  ])('is not needed where %s', (_, active, minReadySeconds) => {
    expect(nextAvailability(active, minReadySeconds, NOW)).toBeUndefined();
  });
});
