import type { ResourceQuota } from '../../../api/kinds/core/resource-quota.ts';
import type { Live, ObjectKey } from '../../../api/meta/object.ts';
import type { Excess } from '../../../api/quota/charge.ts';
import { compareQuantities } from '../../../api/schema/quantity.ts';
import type { ResourceList } from '../../../api/schema/resource-list.ts';
import { addResources, copyOf } from '../../../api/schema/resource-list.ts';

/** The amounts that one write takes of one quota; negative ones give back. */
export interface Charge {
  readonly quota: ObjectKey;
  readonly delta: ResourceList;
  /** Counts the usage of all that exists, of the resources that the kind is charged to, as the cache has it now. */
  readonly counted: () => ResourceList;
  /** Whether it is made although it does not fit. */
  readonly mayExceed: boolean;
}

/** A charge that stands in the quota's status, until it is known what became of the write. */
export interface Reservation {
  settle(committed: boolean): void;
}

/** A charge that waits to be written. */
export interface Waiting extends Omit<Charge, 'quota'> {
  readonly resolve: (result: { excess: Excess } | { reservation: Reservation }) => void;
  readonly reject: (error: unknown) => void;
}

/** A charge that is made and not settled. */
export interface Pending {
  readonly delta: ResourceList;
  /** The revision of the status that includes it. */
  revision: number;
}

/** One quota's book: the charges that wait, those that are made and not settled, and the resources that others have lowered in the status. */
export interface Book {
  waiting: Waiting[];
  readonly pending: Set<Pending>;
  used: ResourceList;
  /** The revision at which the status was lowered last. */
  lowered: number;
  /** The resources that were lowered, until they have been counted here, with that revision. */
  readonly suspect: Map<string, number>;
  /** The status that is being written to take back a charge, as text: it is lower by our own doing. */
  takingBack: string;
  running: boolean;
}

/** Notes a change of the quota: resources that others have lowered are suspect from now on. */
export function note(book: Book, quota: Live<ResourceQuota>): void {
  const used = quota.status?.used ?? {};
  const isLower = (now = '0', before = '0') => now !== before && compareQuantities(now, before) < 0;
  const lower = Object.keys(book.used).filter((name) => isLower(used[name], book.used[name]));
  if (lower.length > 0 && JSON.stringify(used) !== book.takingBack) {
    book.lowered = Number(quota.metadata.resourceVersion);
    for (const name of lower) book.suspect.set(name, book.lowered);
  }
  book.used = used;
}

/** Returns the amounts that count as used, in a list of its own: the status, or the real count of suspect resources if that is more. `recounted` gets their names. */
export function usedNow(
  book: Book,
  quota: Live<ResourceQuota>,
  charges: readonly Pick<Charge, 'delta' | 'counted'>[],
  recounted = new Set<string>(),
): Record<string, string> {
  const used = copyOf(quota.status?.used ?? {});
  for (const { delta, counted } of charges) {
    if (!Object.keys(delta).some((name) => book.suspect.has(name) && !recounted.has(name))) continue;
    let real = counted();
    const names = Object.keys(real);
    for (const pending of book.pending) real = addResources(real, pending.delta);
    for (const name of names) {
      recounted.add(name);
      if (compareQuantities(real[name] ?? '0', used[name] ?? '0') > 0) used[name] = real[name] ?? '0';
    }
  }
  return used;
}
