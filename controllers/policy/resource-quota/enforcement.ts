import type { ConceptQuotaStatus, QuotaReservation } from '../../../api/concepts/resource-quota.ts';
import type { Condition } from '../../../api/meta/condition.ts';
import { charged } from '../../../api/quota/charge.ts';
import type { ResourceList } from '../../../api/schema/resource-list.ts';
import { timeText } from '../../../base/clock.ts';
import { conditionOf, withCondition } from '../../_shared/conditions.ts';

/**
 * The life of a reservation, in milliseconds. A write that was let through is stored or refused within the time-out of a request to the API
 * server (60 s), and the object reaches the cache soon after.
 */
export const RESERVATION_MS = 75_000;

/** The type of the condition that tells whether a quota is enforced. */
export const ENFORCED = 'Enforced';
/** The type of the condition that tells whether all that a quota limits can be counted. */
export const COUNTED = 'Counted';

export interface Enforcement {
  /** Whether a webhook charges quotas. */
  readonly on: boolean;
  /** Whether the object of a reservation is in the cache as it was written, or was there. */
  isSettled(reservation: QuotaReservation): boolean;
  /** The kinds that a quota names and the controller may not list, as `plural.group`. */
  readonly uncounted: readonly string[];
}

/** Whether a reservation is past its time: its write has failed. */
export const isExpired = ({ since }: QuotaReservation, now: number): boolean => now - Date.parse(since) >= RESERVATION_MS;

const amountsIn = (hard: ResourceList, amounts: ResourceList): ResourceList =>
  Object.fromEntries(Object.entries(amounts).filter(([name]) => hard[name] !== undefined));

/**
 * Returns the status of a quota that a webhook charges. Writes that were let through and are not in the cache yet count as used, so that a
 * count never makes room that is taken.
 */
export function enforcedStatus(
  { hard, used }: { readonly hard: ResourceList; readonly used: ResourceList },
  before: ConceptQuotaStatus | undefined,
  enforcement: Enforcement,
  now: number,
): ConceptQuotaStatus {
  const open = (before?.reservations ?? []).filter((reservation) => !isExpired(reservation, now) && !enforcement.isSettled(reservation));
  const withOpen = open.reduce<ResourceList>((sum, { amounts }) => charged(sum, amountsIn(used, amounts)), used);
  const conditions = conditionsOf(enforcement, now).reduce<Condition[]>((list, next) => setCondition(list, next), [...(before?.conditions ?? [])]);
  return { hard, used: withOpen, conditions, ...(open.length === 0 ? {} : { reservations: open }) };
}

/** Sets a condition; one that says something new under the same reason gets the new message. */
function setCondition(list: readonly Condition[], next: Condition): Condition[] {
  return withCondition(list, next).map((condition) => (condition.type === next.type ? { ...condition, message: next.message } : condition));
}

function conditionsOf({ on, uncounted }: Enforcement, now: number): Condition[] {
  const lastTransitionTime = timeText(now);
  const enforced: Condition = on
    ? { type: ENFORCED, status: 'True', reason: 'WebhookServes', message: 'new objects are charged by the validating webhook', lastTransitionTime }
    : {
        type: ENFORCED,
        status: 'False',
        reason: 'WebhookDisabled',
        message: 'nothing is refused: the controllers run without --webhook-service or --webhook-url',
        lastTransitionTime,
      };
  const counted: Condition =
    uncounted.length === 0
      ? { type: COUNTED, status: 'True', reason: 'AllListed', message: '', lastTransitionTime }
      : {
          type: COUNTED,
          status: 'False',
          reason: 'CannotList',
          message: `the controllers cannot list ${uncounted.join(', ')}: grant them the right to list and watch`,
          lastTransitionTime,
        };
  return [enforced, counted];
}

/** Returns the conditions that are False now and were not before, for events. */
export function newFaults(before: { readonly status?: ConceptQuotaStatus | undefined }, after: ConceptQuotaStatus): readonly Condition[] {
  const known = before.status?.conditions;
  return (after.conditions ?? []).filter(({ type, status }) => status === 'False' && conditionOf(known, type)?.status !== 'False');
}
