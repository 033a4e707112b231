import { describe, expect, it } from '@jest/globals';
import type { Deployment, DeploymentCondition } from '../../../api/kinds/apps/deployment.ts';
import type { ReplicaSet, ReplicaSetStatus } from '../../../api/kinds/apps/replica-set.ts';
import type { Live } from '../../../api/meta/object.ts';
import { isComplete, nextProgressCheck, pauseConditions, planRolloutStatus, planStatus } from './status.ts';

const NOW = Date.parse('2026-01-02T00:00:00Z');
const TEXT = '2026-01-02T00:00:00Z';
const deployment = (status: Deployment['status'] = {}, spec: Partial<NonNullable<Deployment['spec']>> = {}): Live<Deployment> => ({
  metadata: { name: 'web', uid: 'd', resourceVersion: '1', creationTimestamp: TEXT, generation: 2 },
  spec: { replicas: 4, selector: {}, template: {}, progressDeadlineSeconds: 60, ...spec },
  status,
});
const set = (name: string, replicas: number, status: Partial<ReplicaSetStatus>): Live<ReplicaSet> => ({
  metadata: { name, uid: name, resourceVersion: '1', creationTimestamp: TEXT },
  spec: { replicas, selector: {} },
  status: { replicas, ...status },
});
const progressing = (reason: string, secondsAgo = 10, status = 'True'): DeploymentCondition => {
  const at = new Date(NOW - secondsAgo * 1000).toISOString();
  return { type: 'Progressing', status, reason, message: 'm', lastUpdateTime: at, lastTransitionTime: at };
};
const rollout = (before: Deployment['status'], current: Live<ReplicaSet>, old: Live<ReplicaSet>[] = []) =>
  planRolloutStatus({ deployment: deployment(before), replicaSets: [...old, current], current, conditions: before?.conditions ?? [], now: NOW });
const progressOf = (status: Deployment['status']) => status?.conditions?.find(({ type }) => type === 'Progressing');

describe('the counts', () => {
  it('add up the ReplicaSets', () => {
    const current = set('new', 3, { readyReplicas: 2, availableReplicas: 1, terminatingReplicas: 0 });
    const old = set('old', 2, { readyReplicas: 2, availableReplicas: 2, terminatingReplicas: 1 });
    const status = planStatus({ deployment: deployment({ collisionCount: 1 }), replicaSets: [old, current], current, conditions: [], now: NOW });
    expect(status).toMatchObject({
      observedGeneration: 2,
      replicas: 5,
      updatedReplicas: 3,
      readyReplicas: 4,
      availableReplicas: 3,
      unavailableReplicas: 2,
      terminatingReplicas: 1,
      collisionCount: 1,
    });
  });

  it.each([
    [3, 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.'],
    [2, 'False', 'MinimumReplicasUnavailable', 'Deployment does not have minimum availability.'],
  ])('with %i of 4 available and one that may be missing: Available=%s', (availableReplicas, status, reason, message) => {
    const current = set('new', 4, { availableReplicas });
    const { conditions } = planStatus({ deployment: deployment(), replicaSets: [current], current, conditions: [], now: NOW });
    expect(conditions).toEqual([{ type: 'Available', status, reason, message, lastUpdateTime: TEXT, lastTransitionTime: TEXT }]);
  });
});

describe('progress', () => {
  it('is complete when all pods are new and available', () => {
    const status = rollout({ conditions: [progressing('ReplicaSetUpdated')] }, set('new', 4, { availableReplicas: 4, readyReplicas: 4 }));
    expect(progressOf(status)).toMatchObject({
      status: 'True',
      reason: 'NewReplicaSetAvailable',
      message: 'ReplicaSet "new" has successfully progressed.',
    });
    expect(isComplete(deployment(), status)).toBe(true);
  });

  it('moves the update time, not the transition time, with every step', () => {
    const before = progressing('ReplicaSetUpdated', 30);
    const condition = progressOf(rollout({ updatedReplicas: 1, replicas: 1, conditions: [before] }, set('new', 2, {})));
    expect(condition).toMatchObject({
      reason: 'ReplicaSetUpdated',
      message: 'ReplicaSet "new" is progressing.',
      lastUpdateTime: TEXT,
      lastTransitionTime: before.lastTransitionTime,
    });
  });

  it('has timed out when nothing moved for the deadline', () => {
    const status = { replicas: 4, updatedReplicas: 4 };
    expect(progressOf(rollout({ ...status, conditions: [progressing('ReplicaSetUpdated', 61)] }, set('new', 4, {})))).toMatchObject({
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
      message: 'ReplicaSet "new" has timed out progressing.',
    });
    expect(progressOf(rollout({ ...status, conditions: [progressing('ReplicaSetUpdated', 59)] }, set('new', 4, {})))?.reason).toBe(
      'ReplicaSetUpdated',
    );
  });

  it('once complete is not doubted when a pod fails', () => {
    const before = progressing('NewReplicaSetAvailable', 1000);
    expect(
      progressOf(rollout({ replicas: 4, updatedReplicas: 4, availableReplicas: 4, conditions: [before] }, set('new', 4, { availableReplicas: 3 }))),
    ).toEqual(before);
  });

  it('is not reported without a deadline', () => {
    const current = set('new', 4, {});
    const input = {
      deployment: deployment({}, { progressDeadlineSeconds: 2 ** 31 - 1 }),
      replicaSets: [current],
      current,
      conditions: [progressing('x')],
      now: NOW,
    };
    expect(progressOf(planRolloutStatus(input))).toBeUndefined();
  });

  it.each([
    ['ReplicaSetUpdated', 20, 41_000],
    ['ReplicaSetUpdated', 100, 1_000],
    ['ProgressDeadlineExceeded', 20, undefined],
  ])('with reason %s since %i s is looked at again after %p ms', (reason, since, expected) => {
    expect(nextProgressCheck(deployment(), { conditions: [progressing(reason, since)] }, NOW)).toBe(expected);
  });
});

it("shows a ReplicaSet's failure, the current one's first, until it is over", () => {
  const failure = (message: string) => ({
    conditions: [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message, lastTransitionTime: TEXT }],
  });
  const failing = rollout({}, set('new', 4, failure('new')), [set('old', 1, failure('old'))]);
  expect(failing.conditions).toContainEqual({
    type: 'ReplicaFailure',
    status: 'True',
    reason: 'FailedCreate',
    message: 'new',
    lastTransitionTime: TEXT,
    lastUpdateTime: TEXT,
  });
  expect(rollout(failing, set('new', 4, {})).conditions?.some(({ type }) => type === 'ReplicaFailure')).toBe(false);
});

describe('a pause', () => {
  it.each([
    [true, [], 'DeploymentPaused'],
    [false, [progressing('DeploymentPaused', 10, 'Unknown')], 'DeploymentResumed'],
    [true, [progressing('ProgressDeadlineExceeded', 10, 'False')], 'ProgressDeadlineExceeded'],
    [false, [progressing('ReplicaSetUpdated')], 'ReplicaSetUpdated'],
  ])('%p after %j is noted as %s', (paused, conditions, reason) => {
    expect(pauseConditions(deployment({ conditions }, { paused }), NOW)[0]?.reason).toBe(reason);
  });
});
