import { describe, expect, it } from '@jest/globals';
import { createErrors } from '../../definition/strategy.fixture.ts';
import { leaseStrategy } from './lease.ts';

describe('a Lease', () => {
  it.each([
    ['lasts a second at least', { leaseDurationSeconds: 0 }, 'spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0'],
    [
      'has passed from hand to hand never less than not at all',
      { leaseTransitions: -1 },
      'spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0',
    ],
    ['prefers a holder only with a strategy', { preferredHolder: 'a' }, 'spec.preferredHolder: Forbidden'],
  ])('%s', (_sentence, spec, expected) => {
    expect(createErrors(leaseStrategy, { spec })).toEqual([expect.stringContaining(expected)]);
  });

  it('is updated only by who names the version it has read', () => {
    expect(leaseStrategy.allowUnconditionalUpdate).toBe(false);
  });
});
