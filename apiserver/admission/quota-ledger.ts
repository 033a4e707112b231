import type { ResourceQuota } from '../../api/core/resource-quota.ts';
import { resourceQuotas } from '../../api/core/resource-quota.ts';
import type { Live, ObjectKey } from '../../api/object.ts';
import { keyText } from '../../api/object.ts';
import { addQuantities, compareQuantities } from '../../api/quantity.ts';
import type { ResourceList } from '../../api/quota/pod-resources.ts';
import { addResources } from '../../api/quota/pod-resources.ts';
import type { StorageAccess } from '../storage/access.ts';

/** What one write takes of one quota; negative amounts give back. */
export interface Charge {
  readonly quota: ObjectKey;
  readonly delta: ResourceList;
}

/** Why a charge does not fit: of the resources that would go over, what is asked, used and allowed. */
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
  readonly resolve: (result: { excess: Excess } | { reservation: Reservation }) => void;
  readonly reject: (error: unknown) => void;
}

interface Pending {
  readonly delta: ResourceList;
  readonly revision: number;
}

/** One quota's book: who waits to be charged, what is charged and not settled, and since when nobody else has written the status. */
interface Book {
  waiting: Waiting[];
  readonly pending: Set<Pending>;
  /** All changes from this revision to `lastOwn` are ours. */
  ownSince: number;
  lastOwn: number;
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
 * The quota controller writes the same status from what exists. Where it has done so after a charge whose write is still under way, the
 * charge is counted on top until it is settled: never too little is taken for used. What a failed write leaves behind is taken back at
 * once where only charges were written meanwhile; else the controller corrects it.
 */
export function quotaLedger(objects: StorageAccess): QuotaLedger {
  const books = new Map<string, Book>();

  function bookOf(quota: ObjectKey): Book {
    const text = keyText(quota);
    let book = books.get(text);
    if (!book) {
      book = { waiting: [], pending: new Set(), ownSince: 0, lastOwn: 0, running: false };
      books.set(text, book);
    }
    return book;
  }

  /** Notes a write of ours from the state at `before` to `after`. */
  function noteOwn(book: Book, before: number, after: number): void {
    if (book.lastOwn !== before) book.ownSince = after;
    book.lastOwn = after;
  }

  /** What counts as used: the status, and the charges under way that somebody else's write may have missed. */
  function usedNow(book: Book, quota: Live<ResourceQuota>): ResourceList {
    const revision = Number(quota.metadata.resourceVersion);
    let used: ResourceList = quota.status?.used ?? {};
    for (const pending of book.pending) {
      const chained = revision === book.lastOwn && pending.revision >= book.ownSince;
      if (!chained) used = addResources(used, pending.delta);
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
    let before = 0;
    const after = await objects.modify(resourceQuotas, key, (quota) => {
      accepted = [];
      refused = [];
      before = Number(quota.metadata.resourceVersion);
      let used = usedNow(book, quota);
      let written: ResourceList = quota.status?.used ?? {};
      for (const waiting of batch) {
        const excess = excessOf(quota, used, waiting.delta);
        if (excess) {
          refused.push({ waiting, excess });
          continue;
        }
        accepted.push(waiting);
        used = charged(used, waiting.delta);
        written = charged(written, waiting.delta);
      }
      if (accepted.length === 0) return quota;
      return { ...quota, status: { ...quota.status, used: written } };
    });
    const revision = Number(after.metadata.resourceVersion);
    if (accepted.length > 0) noteOwn(book, before, revision);
    for (const { waiting, excess } of refused) waiting.resolve({ excess });
    for (const waiting of accepted) waiting.resolve({ reservation: reserve(key, book, { delta: waiting.delta, revision }) });
  }

  function reserve(key: ObjectKey, book: Book, pending: Pending): Reservation {
    book.pending.add(pending);
    return {
      settle(committed) {
        book.pending.delete(pending);
        if (!committed && pending.revision >= book.ownSince) void giveBack(key, book, pending);
      },
    };
  }

  async function giveBack(key: ObjectKey, book: Book, { delta, revision }: Pending): Promise<void> {
    let before = 0;
    try {
      const after = await objects.modify(resourceQuotas, key, (quota) => {
        before = Number(quota.metadata.resourceVersion);
        if (before !== book.lastOwn || revision < book.ownSince) return quota;
        return { ...quota, status: { ...quota.status, used: charged(quota.status?.used ?? {}, negated(delta)) } };
      });
      const written = Number(after.metadata.resourceVersion);
      if (written !== before) noteOwn(book, before, written);
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
      }
    }
    book.running = false;
  }

  return {
    wouldExceed({ quota, delta }) {
      const current = objects.get(resourceQuotas, quota);
      return current && excessOf(current, usedNow(bookOf(quota), current), delta);
    },
    charge({ quota, delta }) {
      const book = bookOf(quota);
      return new Promise((resolve, reject) => {
        book.waiting.push({ delta, resolve, reject });
        if (!book.running) void work(quota, book);
      });
    },
  };
}
