import type { ResourceQuota } from '../../../api/kinds/core/resource-quota.ts';
import { resourceQuotas } from '../../../api/kinds/core/resource-quota.ts';
import type { Live, ObjectKey } from '../../../api/meta/object.ts';
import { keyOf, keyText } from '../../../api/meta/object.ts';
import { isNotFound } from '../../../api/meta/status-error.ts';
import { addQuantities, compareQuantities } from '../../../api/schema/quantity.ts';
import type { ResourceList } from '../../../api/schema/resource-list.ts';
import { addResources } from '../../../api/schema/resource-list.ts';
import type { StorageAccess } from '../../contract/storage-access.ts';

/** The amounts that one write takes of one quota; negative ones give back. */
export interface Charge {
  readonly quota: ObjectKey;
  readonly delta: ResourceList;
  /** Counts the usage of all that exists, of the resources that the kind is charged to, as the cache has it now. */
  readonly counted: () => ResourceList;
}

/** The reason why a charge does not fit: the resources that would exceed the quota, with the amounts asked, used and allowed. */
export interface Excess {
  readonly quota: string;
  readonly names: readonly string[];
  readonly delta: ResourceList;
  readonly used: ResourceList;
  readonly hard: ResourceList;
}

/** A charge that stands in the quota's status, until it is known what became of the write. */
export interface Reservation {
  settle(committed: boolean): void;
}

export interface QuotaLedger {
  charge(charge: Charge): Promise<{ excess: Excess } | { reservation: Reservation }>;
  /** Whether a charge would be refused as things are, without making it: for dry runs. */
  wouldExceed(charge: Charge): Excess | undefined;
}

interface Waiting {
  readonly delta: ResourceList;
  readonly counted: () => ResourceList;
  readonly resolve: (result: { excess: Excess } | { reservation: Reservation }) => void;
  readonly reject: (error: unknown) => void;
}

interface Pending {
  readonly delta: ResourceList;
  /** The revision of the status that includes it. */
  revision: number;
}

/** One quota's book: the charges that wait, those that are made and not settled, and the resources that others have lowered in the status. */
interface Book {
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

const positive = (quantity: string): boolean => compareQuantities(quantity, '0') > 0;
const negated = (list: ResourceList): Record<string, string> =>
  Object.fromEntries(Object.entries(list).map(([name, quantity]) => [name, quantity.startsWith('-') ? quantity.slice(1) : `-${quantity}`]));
const atLeastZero = (quantity: string): string => (compareQuantities(quantity, '0') < 0 ? '0' : quantity);

/** `used` with `delta` added, of the resources that the quota limits. */
function charged(used: ResourceList, delta: ResourceList): Record<string, string> {
  const sum = addResources(used, delta);
  return Object.fromEntries(Object.entries(sum).map(([name, quantity]) => [name, atLeastZero(quantity)]));
}

/**
 * Charges quotas exactly once a write: `status.used` is raised by compare-and-swap before the write is made, so that two servers on one
 * store cannot both take the last place. Charges that arrive while one is being written share the next.
 *
 * The quota controller writes the same status from what it has seen, and that may be a moment old: what is on its way, or has only just been
 * stored, is not in it. So a lowered resource is not believed: at the next charge all that exists is counted here, with what is on
 * its way on top, and the more of both holds. Never too little is taken for used. A failed write's charge is taken back at once, unless the status
 * was lowered since: then the count has left it out.
 */
export function quotaLedger(objects: StorageAccess): QuotaLedger {
  const books = new Map<string, Book>();
  let following = false;

  function follow(quota: Live<ResourceQuota>, deleted: boolean): void {
    const id = keyText(keyOf(quota));
    const book = books.get(id);
    if (!book) return;
    if (deleted) return void books.delete(id);
    const used = quota.status?.used ?? {};
    const lower = Object.keys(book.used).filter((name) => compareQuantities(used[name] ?? '0', book.used[name] ?? '0') < 0);
    if (lower.length > 0 && JSON.stringify(used) !== book.takingBack) {
      book.lowered = Number(quota.metadata.resourceVersion);
      for (const name of lower) book.suspect.set(name, book.lowered);
    }
    book.used = used;
  }

  function bookOf(quota: ObjectKey): Book {
    if (!following) objects.follow(resourceQuotas, follow);
    following = true;
    const text = keyText(quota);
    let book = books.get(text);
    if (!book) {
      const used = objects.get(resourceQuotas, quota)?.status?.used ?? {};
      book = { waiting: [], pending: new Set(), used, lowered: 0, suspect: new Map(), takingBack: '', running: false };
      books.set(text, book);
    }
    return book;
  }

  /** Returns the amounts that count as used: the status, or the real count of suspect resources if that is more. `recounted` gets their names. */
  function usedNow(
    book: Book,
    quota: Live<ResourceQuota>,
    charges: readonly Pick<Charge, 'delta' | 'counted'>[],
    recounted = new Set<string>(),
  ): ResourceList {
    const used: Record<string, string> = { ...quota.status?.used };
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

  function excessOf(quota: Live<ResourceQuota>, used: ResourceList, delta: ResourceList): Excess | undefined {
    const hard = quota.status?.hard ?? {};
    const over = Object.entries(delta).filter(
      ([name, quantity]) =>
        positive(quantity) && hard[name] !== undefined && compareQuantities(addQuantities(used[name] ?? '0', quantity), hard[name]) > 0,
    );
    if (over.length === 0) return undefined;
    return { quota: quota.metadata.name, names: over.map(([name]) => name).sort(), delta, used, hard };
  }

  async function writeBatch(key: ObjectKey, book: Book, batch: readonly Waiting[]): Promise<void> {
    let accepted: Waiting[] = [];
    let refused: { waiting: Waiting; excess: Excess }[] = [];
    let recounted = new Set<string>();
    const after = await objects.modify(resourceQuotas, key, (quota) => {
      accepted = [];
      refused = [];
      recounted = new Set();
      let used = usedNow(book, quota, batch, recounted);
      for (const waiting of batch) {
        const excess = excessOf(quota, used, waiting.delta);
        if (excess) {
          refused.push({ waiting, excess });
          continue;
        }
        accepted.push(waiting);
        used = charged(used, waiting.delta);
      }
      if (accepted.length === 0 && recounted.size === 0) return quota;
      return { ...quota, status: { ...quota.status, used } };
    });
    const revision = Number(after.metadata.resourceVersion);
    for (const name of recounted) if ((book.suspect.get(name) ?? 0) <= revision) book.suspect.delete(name);
    for (const pending of book.pending) if (Object.keys(pending.delta).every((name) => recounted.has(name))) pending.revision = revision;
    for (const { waiting, excess } of refused) waiting.resolve({ excess });
    for (const waiting of accepted) waiting.resolve({ reservation: reserve(key, book, { delta: waiting.delta, revision }) });
  }

  function reserve(key: ObjectKey, book: Book, pending: Pending): Reservation {
    book.pending.add(pending);
    return {
      settle(committed) {
        book.pending.delete(pending);
        if (!committed && book.lowered <= pending.revision) void takeBack(key, book, pending);
      },
    };
  }

  async function takeBack(key: ObjectKey, book: Book, { delta, revision }: Pending): Promise<void> {
    try {
      await objects.modify(resourceQuotas, key, (quota) => {
        if (book.lowered > revision) return quota;
        const used = charged(quota.status?.used ?? {}, negated(delta));
        book.takingBack = JSON.stringify(used);
        return { ...quota, status: { ...quota.status, used } };
      });
    } catch {
      // The quota is gone or the store is out of reach: the controller counts anew.
    }
  }

  async function work(key: ObjectKey, book: Book): Promise<void> {
    book.running = true;
    while (book.waiting.length > 0) {
      const batch = book.waiting;
      book.waiting = [];
      try {
        await writeBatch(key, book, batch);
      } catch (error) {
        for (const waiting of batch) waiting.reject(error);
        if (isNotFound(error)) books.delete(keyText(key));
      }
    }
    book.running = false;
  }

  return {
    wouldExceed({ quota, delta, counted }) {
      const current = objects.get(resourceQuotas, quota);
      return current && excessOf(current, usedNow(bookOf(quota), current, [{ delta, counted }]), delta);
    },
    charge({ quota, delta, counted }) {
      const book = bookOf(quota);
      return new Promise((resolve, reject) => {
        book.waiting.push({ delta, counted, resolve, reject });
        if (!book.running) void work(quota, book);
      });
    },
  };
}
