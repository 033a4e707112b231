import type { Clock } from '../../base/clock.ts';
import { systemClock } from '../../base/clock.ts';
import type { Store, StoreEvent } from '../store.ts';
import { CompactedError } from '../store.ts';
import { createWatchHub } from '../watch-hub.ts';
import type { DatabaseThread } from './database-thread.ts';
import { startDatabaseThread } from './database-thread.ts';
import { createGroupCommit } from './group-commit.ts';
import type { Row } from './protocol.ts';
import { eventOf, eventsOf, storedOf } from './rows.ts';

export interface SqliteOptions {
  /** The database file; made if missing. One process at a time may have it open. */
  readonly file: string;
  /** Tells when keys expire. Default: the machine's. */
  readonly clock?: Clock;
}

/** The longest time by which a key may expire late. */
const EXPIRY_CHECK_MS = 2_000;

/**
 * Opens the default store: one SQLite file (WAL, synchronous=FULL), owned by a worker thread.
 *
 * A write resolves after its commit is on disk. Writes that arrive while a commit is under way share the next one (group commit).
 * @throws when the file cannot be opened, or another process has it open.
 */
export async function openSqliteStore({ file, clock = systemClock }: SqliteOptions): Promise<Store> {
  const thread = await startDatabaseThread(file);
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
  const expiry = startExpiry(thread, clock, (rows) => publish(rows.map(([key, value, at]) => ({ type: 'delete', key, value, revision: at }))));
  const put = (key: string, value: string, expected: number, ttlSeconds: number | undefined) =>
    submit({ op: 'put', key, value, expected, ...(ttlSeconds !== undefined && { expiresAt: clock.now() + ttlSeconds * 1000 }) });

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
      await thread.ask({ type: 'compact', revision: upTo });
    },
    async revision() {
      return revision;
    },
    async close() {
      expiry.stop();
      await drained();
      hub.clear();
      await thread.close();
    },
  };
}

/** Has the thread delete the keys that are over by this clock's time. A round that fails is made up for by the next one. */
function startExpiry(thread: DatabaseThread, clock: Clock, expired: (rows: readonly Row[]) => void): { stop(): void } {
  let cancel = () => {};
  let due = false;
  let asking = false;
  const ask = async () => {
    asking = true;
    while (due) {
      due = false;
      await thread.ask({ type: 'expire', now: clock.now() }).then(
        ({ rows }) => expired(rows),
        () => {},
      );
    }
    asking = false;
  };
  const arm = () => {
    cancel = clock.after(EXPIRY_CHECK_MS, () => {
      arm();
      due = true;
      if (!asking) void ask();
    });
  };
  arm();
  return { stop: () => cancel() };
}
