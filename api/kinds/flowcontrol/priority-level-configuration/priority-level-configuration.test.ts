import { describe, expect, it } from '@jest/globals';
import { createErrors, stored, updateErrors } from '../../../definition/strategy.fixture.ts';
import { MANDATORY_PRIORITY_LEVELS } from './mandatory.ts';
import { priorityLevelConfigurationStrategy as strategy } from './rules.ts';
import type { LimitedPriorityLevelConfiguration, PriorityLevelConfiguration } from './schema.ts';

const level = (limited: LimitedPriorityLevelConfiguration): PriorityLevelConfiguration => ({
  metadata: { name: 'p' },
  spec: { type: 'Limited', limited },
});

describe('a PriorityLevelConfiguration', () => {
  it('gets shares and queues', () => {
    expect(stored(strategy, level({ limitResponse: { type: 'Queue', queuing: {} } })).spec?.limited).toEqual({
      nominalConcurrencyShares: 30,
      lendablePercent: 0,
      limitResponse: { type: 'Queue', queuing: { queues: 64, handSize: 8, queueLengthLimit: 50 } },
    });
    expect(stored(strategy, level({ nominalConcurrencyShares: 0 })).spec?.limited?.nominalConcurrencyShares).toBe(0);
  });

  it.each<[string, LimitedPriorityLevelConfiguration, string]>([
    ['says what it does beyond its limit', {}, 'spec.limited.limitResponse.type: Unsupported value: "": supported values: "Queue", "Reject"'],
    [
      'has queues only if it queues',
      { limitResponse: { type: 'Reject', queuing: {} } },
      'spec.limited.limitResponse.queuing: Forbidden: must be nil if limited.limitResponse.type is not Limited',
    ],
    [
      'deals hands that a hash can choose',
      { limitResponse: { type: 'Queue', queuing: { queues: 512, handSize: 8 } } },
      'spec.limited.limitResponse.queuing.handSize: Invalid value: 8: required entropy bits of deckSize 512 and handSize 8 should not be greater than 60',
    ],
    [
      'lends no more than it has',
      { lendablePercent: 101, limitResponse: { type: 'Reject' } },
      'spec.limited.lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive',
    ],
    [
      'borrows no negative share',
      { borrowingLimitPercent: -1, limitResponse: { type: 'Reject' } },
      'spec.limited.borrowingLimitPercent: Invalid value: -1: if specified, must be a non-negative integer',
    ],
  ])('%s', (_sentence, limited, expected) => {
    expect(createErrors(strategy, level(limited))).toEqual([expected]);
  });

  it('is exempt if it is the one of that name, whose shares alone may change', () => {
    expect(createErrors(strategy, { metadata: { name: 'p' }, spec: { type: 'Exempt' } })).toEqual([
      `spec.type: Invalid value: "Exempt": type must be 'Exempt' if and only if name is 'exempt'`,
    ]);
    const old = stored<PriorityLevelConfiguration>(strategy, {
      metadata: { name: 'exempt' },
      spec: structuredClone(MANDATORY_PRIORITY_LEVELS.get('exempt')),
    });
    expect(
      updateErrors(strategy, old, (next) => {
        if (next.spec) next.spec.exempt = { nominalConcurrencyShares: 7, lendablePercent: 50 };
      }),
    ).toEqual([]);
  });
});
