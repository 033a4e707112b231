import type { Clock } from '../../base/clock.ts';
import { systemClock } from '../../base/clock.ts';
import type { LoopGuardOptions } from '../../base/watchdog.ts';
import type { Store, StoreEvent } from '../store.ts';
import { CompactedError } from '../store.ts';
import { requireSize } from '../store-error.ts';
import { createWatchHub } from '../watch-hub.ts';
import type { Ask, startDatabaseThread } from './database-thread.ts';
import { createGroupCommit } from './group-commit.ts';
import { keepDatabaseThread } from './lasting-thread.ts';
import type { Row } from './protocol.ts';
import { eventOf, eventsOf, storedOf } from './rows.ts';

export interface SqliteOptions {
  /** The database file; made if missing. One process at a time may have it open. */
  readonly file: string;
  /** Tells when keys expire. Default: the machine's. */
  readonly clock?: Clock;
  /** Told of what the store mends by itself: a thread that ended, keys that could not be deleted in time. */
  readonly log?: { warn(details: object, message: string): void };
  /** The event loop that the database thread watches beside its work. */
  readonly guard?: Pick<LoopGuardOptions, 'cells' | 'limitSeconds'>;
  /** Injected in tests. */
  readonly start?: typeof startDatabaseThread;
}

/** The longest time by which a key may expire late. */
const EXPIRY_CHECK_MS = 2_000;

/**
 * Opens the default store: one SQLite file (WAL, synchronous=FULL), owned by a worker thread.
 *
 * A write resolves after its commit is on disk. Writes that arrive while a commit is under way share the next one (group commit).
 * A write that fails (full disk, I/O error) leaves the others alone. If the thread ends, the file is opened anew, and watchers are told of
 * what had been committed without anybody having heard of it.
 * @throws StoreError if the file cannot be opened, or another process has it open.
 */
export async function openSqliteStore({ file, clock = systemClock, log, guard, start }: SqliteOptions): Promise<Store> {
  const thread = await keepDatabaseThread({
    file,
    clock,
    guard,
    start,
    failed: (error) => log?.warn({ err: error }, 'the store failed; opening it anew'),
    async reopened(ask) {
      const { changes } = await ask({ type: 'history', prefix: '', after: revision });
      publish(changes.map(eventOf));
    },
  });
  const hub = createWatchHub();
  let { revision } = thread;

  const publish = (events: readonly StoreEvent[]) => {
    revision = events.at(-1)?.revision ?? revision;
    if (events.length > 0) hub.publish(events, revision);
  };
  const { submit, drained } = createGroupCommit({
    commit: async (writes) => (await thread.ask({ type: 'write', writes })).outcomes,
    // Watchers hear of a write before its writer does: a writer that has its answer finds the write in every cache.
    committed: (writes, outcomes) => publish(eventsOf(writes, outcomes)),
  });
  const expiry = startExpiry({
    ask: thread.ask,
    clock,
    expired: (rows) => publish(rows.map(([key, value, at]) => ({ type: 'delete', key, value, revision: at }))),
    failed: (error) => log?.warn({ err: error }, 'keys whose time is over could not be deleted; trying again'),
  });
  const put = async (key: string, value: string, expected: number, ttlSeconds: number | undefined) => {
    requireSize(key, value);
    return submit({ op: 'put', key, value, expected, ...(ttlSeconds !== undefined && { expiresAt: clock.now() + ttlSeconds * 1000 }) });
  };

  return {
    async get(key) {
      const { row } = await thread.ask({ type: 'get', key });
      return row && storedOf(row);
    },
    async list(prefix, { limit = 2 ** 31, after = '' } = {}) {
      const reply = await thread.ask({ type: 'list', prefix, after, limit });
      return { items: reply.rows.map(storedOf), revision: reply.revision, more: reply.more };
    },
    create: (key, value, options) => put(key, value, 0, options?.ttlSeconds),
    update: (key, value, expectedRevision, options) => put(key, value, expectedRevision, options?.ttlSeconds),
    delete: (key, expectedRevision) => submit({ op: 'delete', key, expected: expectedRevision }),
    watch(prefix, afterRevision, sink, signal) {
      return hub.watch(prefix, afterRevision, sink, signal, async () => {
        if (afterRevision === revision) return { events: [], revision };
        const { changes, revision: upTo, compacted } = await thread.ask({ type: 'history', prefix, after: afterRevision });
        if (compacted !== undefined) throw new CompactedError(compacted);
        return { events: changes.map(eventOf), revision: upTo };
      });
    },
    async compact(upTo) {
      for (let done = false; !done; ) ({ done } = await thread.ask({ type: 'compact', revision: upTo }));
    },
    async revision() {
      return revision;
    },
    async probe() {
      await thread.ask({ type: 'probe' });
    },
    async close() {
      expiry.stop();
      await drained();
      hub.clear();
      await thread.close();
    },
  };
}

interface Expiry {
  readonly ask: Ask;
  readonly clock: Clock;
  readonly expired: (rows: readonly Row[]) => void;
  /** Told of the first of several failures in a row. */
  readonly failed: (error: unknown) => void;
}

/** Has the thread delete the keys that are over by this clock's time. A round that fails is made up for by the next one. */
function startExpiry({ ask, clock, expired, failed }: Expiry): { stop(): void } {
  let cancel = () => {};
  let due = false;
  let asking = false;
  let failing = false;
  const round = async () => {
    try {
      const { rows } = await ask({ type: 'expire', now: clock.now() });
      failing = false;
      expired(rows);
    } catch (error) {
      if (!failing) failed(error);
      failing = true;
    }
  };
  const work = async () => {
    asking = true;
    while (due) {
      due = false;
      await round();
    }
    asking = false;
  };
  const arm = () => {
    cancel = clock.after(EXPIRY_CHECK_MS, () => {
      arm();
      due = true;
      if (!asking) void work();
    });
  };
  arm();
  return { stop: () => cancel() };
}
