import type { ResourceQuota } from '../../../api/kinds/core/resource-quota.ts';
import { resourceQuotas } from '../../../api/kinds/core/resource-quota.ts';
import type { Live, ObjectKey } from '../../../api/meta/object.ts';
import { keyOf, keyText } from '../../../api/meta/object.ts';
import { isNotFound } from '../../../api/meta/status-error.ts';
import type { Excess } from '../../../api/quota/charge.ts';
import { charge, charged, excessOf, negated } from '../../../api/quota/charge.ts';
import type { StorageAccess } from '../../contract/storage-access.ts';
import type { Book, Charge, Pending, Reservation, Waiting } from './quota-book.ts';
import { note, usedNow } from './quota-book.ts';

export interface QuotaLedger {
  charge(charge: Charge): Promise<{ excess: Excess } | { reservation: Reservation }>;
  /** Whether a charge would be refused as things are, without making it: for dry runs. */
  wouldExceed(charge: Charge): Excess | undefined;
}

/**
 * Charges quotas exactly once per write: `status.used` is raised by compare-and-swap before the write is made, so that two servers on one
 * store cannot both take the last place. Charges that arrive while one is being written share the next.
 *
 * The quota controller writes the same status from its cache, which may be a moment old: objects that are on their way, or have only just been
 * stored, are not in it. So a lowered resource is not believed: at the next charge all that exists is counted here, with those
 * on their way on top, and the greater amount holds. The amount used is never taken too low. A failed write's charge is taken back at once, unless the status
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
    note(book, quota);
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

  async function writeBatch(key: ObjectKey, book: Book, batch: readonly Waiting[]): Promise<void> {
    let accepted: Waiting[] = [];
    let refused: { waiting: Waiting; excess: Excess }[] = [];
    let recounted = new Set<string>();
    const after = await objects.modify(resourceQuotas, key, (quota) => {
      accepted = [];
      refused = [];
      recounted = new Set();
      const used = usedNow(book, quota, batch, recounted);
      for (const waiting of batch) {
        const excess = waiting.mayExceed ? undefined : excessOf(quota, used, waiting.delta);
        if (excess) {
          refused.push({ waiting, excess });
          continue;
        }
        accepted.push(waiting);
        charge(used, waiting.delta);
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
    wouldExceed({ quota, delta, counted, mayExceed }) {
      if (mayExceed) return undefined;
      const current = objects.get(resourceQuotas, quota);
      return current && excessOf(current, usedNow(bookOf(quota), current, [{ delta, counted }]), delta);
    },
    charge({ quota, ...charge }) {
      const book = bookOf(quota);
      return new Promise((resolve, reject) => {
        book.waiting.push({ ...charge, resolve, reject });
        if (!book.running) void work(quota, book);
      });
    },
  };
}
