import { describe, expect, it } from '@jest/globals';
import { withCondition } from './pod-condition.ts';

const NOW = '2026-01-02T00:00:00Z';
const BEFORE = '2026-01-01T00:00:00Z';

describe('a condition that the API server sets in a pod', () => {
  it('tells of the generation that it is of', () => {
    const pod = { metadata: { name: 'p', generation: 3 }, status: { conditions: [{ type: 'PodScheduled', status: 'False' }] } };
    expect(withCondition(pod, { type: 'PodScheduled', status: 'True' }, NOW)).toEqual([
      { type: 'PodScheduled', status: 'True', observedGeneration: 3, lastTransitionTime: NOW },
    ]);
  });

  it('keeps its time as long as its status stays', () => {
    const pod = { metadata: { name: 'p' }, status: { conditions: [{ type: 'X', status: 'True', lastTransitionTime: BEFORE }] } };
    expect(withCondition(pod, { type: 'X', status: 'True', reason: 'Again' }, NOW)).toEqual([
      { type: 'X', status: 'True', reason: 'Again', lastTransitionTime: BEFORE },
    ]);
  });
});
