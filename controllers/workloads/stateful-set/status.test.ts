import { describe, expect, it } from '@jest/globals';
import type { PodTraits } from './stateful-pods.fixture.ts';
import { NOW, statefulPod, statefulSet } from './stateful-pods.fixture.ts';
import { nextAvailability, planStatus } from './status.ts';

const statusOf = (set: ReturnType<typeof statefulSet>, traits: readonly PodTraits[], replaced = 0) =>
  planStatus({
    set,
    pods: traits.map((one, ordinal) => statefulPod(ordinal, one)),
    current: 'old',
    update: 'new',
    collisionCount: 0,
    replaced,
    now: NOW,
  });

describe('the status of a StatefulSet', () => {
  it('counts pods by state and revision; those that terminate are of none', () => {
    const traits = [{ revision: 'old' }, { revision: 'old', readyFor: 5 }, { readyFor: null }, { deleting: true }, { phase: 'Failed' }];
    expect(statusOf(statefulSet(5, { minReadySeconds: 30 }), traits)).toEqual({
      observedGeneration: 1,
      replicas: 5,
      readyReplicas: 3,
      availableReplicas: 2,
      currentReplicas: 2,
      updatedReplicas: 2,
      currentRevision: 'old',
      updateRevision: 'new',
      collisionCount: 0,
    });
  });

  it('leaves out what is zero, as upstream does', () => {
    expect(statusOf(statefulSet(1), [])).toEqual({
      observedGeneration: 1,
      replicas: 0,
      availableReplicas: 0,
      currentRevision: 'old',
      updateRevision: 'new',
      collisionCount: 0,
    });
  });

  it('takes the new revision for the current one when every pod has it and is ready', () => {
    expect(statusOf(statefulSet(2), [{}, {}])).toMatchObject({ currentRevision: 'new', currentReplicas: 2, updatedReplicas: 2 });
    expect(statusOf(statefulSet(2), [{}, { readyFor: null }])).toMatchObject({ currentRevision: 'old' });
    expect(statusOf(statefulSet(2), [{}, {}, {}])).toMatchObject({ currentRevision: 'old' });
    expect(statusOf(statefulSet(2, { updateStrategy: { type: 'OnDelete' } }), [{}, {}])).toMatchObject({ currentRevision: 'old' });
  });

  it('no longer counts the pods that this round replaced', () => {
    expect(statusOf(statefulSet(2), [{ revision: 'old' }, { revision: 'old' }], 1)).toMatchObject({ currentReplicas: 1, replicas: 2 });
  });

  it('keeps the conditions of others', () => {
    const conditions = [{ type: 'Mine', status: 'True' }];
    expect(statusOf(statefulSet(1, {}, { replicas: 0, conditions }), [{}])).toMatchObject({ conditions });
  });

  it('is due again when the next pod is available', () => {
    const pods = [statefulPod(0, { readyFor: 10 }), statefulPod(1, { readyFor: 25 }), statefulPod(2)];
    expect(nextAvailability(statefulSet(3, { minReadySeconds: 30 }), pods, NOW)).toBe(5000);
    expect(nextAvailability(statefulSet(3), pods, NOW)).toBeUndefined();
  });
});
