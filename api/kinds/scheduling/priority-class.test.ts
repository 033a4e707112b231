import { describe, expect, it } from '@jest/globals';
import { createErrors, stored, updateErrors } from '../../definition/strategy.fixture.ts';
import { priorityClassStrategy } from './priority-class.ts';

describe('a PriorityClass', () => {
  it('stays below the system’s', () => {
    expect(createErrors(priorityClassStrategy, { value: 1_000_000_001 })).toEqual([
      expect.stringContaining('value: Forbidden: maximum allowed value'),
    ]);
    expect(createErrors(priorityClassStrategy, { metadata: { name: 'system-x' }, value: 1 })).toEqual([
      expect.stringContaining('metadata.name: Forbidden'),
    ]);
    expect(createErrors(priorityClassStrategy, { metadata: { name: 'system-node-critical' }, value: 2_000_001_000 })).toEqual([]);
  });

  it('keeps its value and its policy', () => {
    const old = stored(priorityClassStrategy, { value: 1 });
    expect(
      updateErrors(priorityClassStrategy, old, (c) => {
        c.value = 2;
      }),
    ).toEqual(['value: Forbidden: may not be changed in an update.']);
    expect(
      updateErrors(priorityClassStrategy, old, (c) => {
        c.preemptionPolicy = 'Never';
      }),
    ).toEqual(['preemptionPolicy: Invalid value: "Never": field is immutable']);
  });
});
