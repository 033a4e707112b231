import type { ConceptQuota, ConceptQuotaStatus, QuotaReservation } from '../../api/concepts/resource-quota.ts';
import type { Live } from '../../api/meta/object.ts';
import type { Excess } from '../../api/quota/charge.ts';
import { charged, excessOf, negated } from '../../api/quota/charge.ts';
import type { ResourceList } from '../../api/schema/resource-list.ts';

/** A write that is to be charged to one quota. */
export interface Charge {
  readonly reservation: QuotaReservation;
  /** Whether it is made although it does not fit. */
  readonly mayExceed?: boolean;
}

/** The outcome of charges against one state of a quota. */
export interface ChargePlan {
  /** The refusals, in the order of the charges; undefined for a charge that fits. */
  readonly outcomes: readonly (Excess | undefined)[];
  /** The status to write; undefined if nothing fits. */
  readonly status: ConceptQuotaStatus | undefined;
}

/**
 * Charges writes to a quota, one after the other: each that fits is added to `used` and leaves a reservation, until the object is seen. A write
 * that is tried again replaces its own reservation.
 */
export function planCharges(quota: Live<ConceptQuota>, charges: readonly Charge[]): ChargePlan {
  const reservations = new Map((quota.status?.reservations ?? []).map((reservation) => [reservation.uid, reservation]));
  const limited: ResourceList = quota.status?.used ?? {};
  let used = limited;
  let fits = false;
  const outcomes = charges.map(({ reservation, mayExceed }) => {
    const before = reservations.get(reservation.uid);
    const base = before ? charged(used, negated(within(limited, before.amounts))) : used;
    const excess = mayExceed ? undefined : excessOf(quota, base, reservation.amounts);
    if (excess) return excess;
    used = charged(base, within(limited, reservation.amounts));
    reservations.set(reservation.uid, reservation);
    fits = true;
    return undefined;
  });
  return { outcomes, status: fits ? { ...quota.status, used, reservations: [...reservations.values()] } : undefined };
}

/** Returns the status of a quota without a reservation; undefined if there is none of the UID. */
export function planRelease({ status }: Live<ConceptQuota>, uid: string): ConceptQuotaStatus | undefined {
  const there = status?.reservations?.find((reservation) => reservation.uid === uid);
  if (!there) return undefined;
  const used: ResourceList = status?.used ?? {};
  return {
    ...status,
    used: charged(used, negated(within(used, there.amounts))),
    reservations: (status?.reservations ?? []).filter((reservation) => reservation !== there),
  };
}

/** Returns those of the amounts that the quota counts. */
const within = (limited: ResourceList, amounts: ResourceList): ResourceList =>
  Object.fromEntries(Object.entries(amounts).filter(([name]) => limited[name] !== undefined));
