import * as z from 'zod';
import type { InFlightLimits } from '../../../apiserver/flowcontrol/priority-and-fairness.ts';
import { IN_FLIGHT_LIMITS } from '../../../apiserver/flowcontrol/priority-and-fairness.ts';
import { UsageError } from '../options.ts';

const count = z.coerce.number({ error: 'must be a number' }).int('must be a whole number').min(0, 'must not be negative');

/** The options of `skiff server` that limit the requests it serves at once, under upstream's names. */
export const flowControlOptions = {
  'max-requests-inflight': {
    schema: count.default(IN_FLIGHT_LIMITS.maxRequestsInflight),
    help: 'reads that are served at once; with priority and fairness, part of the seats that are shared out (default 400)',
    value: 'N',
  },
  'max-mutating-requests-inflight': {
    schema: count.default(IN_FLIGHT_LIMITS.maxMutatingRequestsInflight),
    help: 'writes that are served at once; with priority and fairness, the other part of the seats (default 200)',
    value: 'N',
  },
  'enable-priority-and-fairness': {
    schema: z.boolean().default(IN_FLIGHT_LIMITS.enablePriorityAndFairness),
    help: 'share the server out by FlowSchemas and PriorityLevelConfigurations (--no-enable-priority-and-fairness: plain limits)',
  },
};

interface Flags {
  readonly 'max-requests-inflight': number;
  readonly 'max-mutating-requests-inflight': number;
  readonly 'enable-priority-and-fairness': boolean;
}

/** @throws UsageError if there are no seats to share out. */
export function inFlightLimitsOf(flags: Flags): InFlightLimits {
  const limits = {
    maxRequestsInflight: flags['max-requests-inflight'],
    maxMutatingRequestsInflight: flags['max-mutating-requests-inflight'],
    enablePriorityAndFairness: flags['enable-priority-and-fairness'],
  };
  if (limits.enablePriorityAndFairness && limits.maxRequestsInflight + limits.maxMutatingRequestsInflight === 0) {
    throw new UsageError(
      'the seats of --max-requests-inflight and --max-mutating-requests-inflight are shared out by priority and fairness: one of them must be above 0',
    );
  }
  return limits;
}
