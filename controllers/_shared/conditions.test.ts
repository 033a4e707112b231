import { describe, expect, it } from '@jest/globals';
import type { ConditionLike } from './conditions.ts';
import { conditionOf, withCondition } from './conditions.ts';

describe('a condition that is set', () => {
  const old: ConditionLike = { type: 'A', status: 'True', reason: 'Old', lastTransitionTime: 'then' };
  it('anew stays as it was', () => {
    expect(withCondition([old], { ...old, lastTransitionTime: 'now', message: 'other' })).toEqual([old]);
  });
  it('with another reason keeps the time of its transition', () => {
    expect(conditionOf(withCondition([old], { ...old, reason: 'New', lastTransitionTime: 'now' }), 'A')).toEqual({ ...old, reason: 'New' });
  });
  it('with another status has a new time', () => {
    expect(conditionOf(withCondition([old], { ...old, status: 'False', lastTransitionTime: 'now' }), 'A')?.lastTransitionTime).toBe('now');
  });
});
