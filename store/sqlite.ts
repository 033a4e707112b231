import { Worker } from 'node:worker_threads';
import type { Change, FromWorker, Outcome, Replies, Request, Row, Write } from './sqlite-protocol.ts';
import type { Store, StoredValue, StoreEvent, WriteResult } from './store.ts';
import { CompactedError } from './store.ts';
import { createWatchHub } from './watch-hub.ts';

export interface SqliteOptions {
  /** The database file; made when missing. One process at a time may have it open. */
  readonly file: string;
}

interface PendingWrite {
  readonly write: Write;
  readonly resolve: (result: WriteResult) => void;
  readonly reject: (error: Error) => void;
}

/** Writes that share a commit: all of them are answered in one turn of the event loop, which others wait for. */
const MAX_COMMIT = 128;

const workerUrl = () => new URL(import.meta.url.endsWith('.ts') ? './sqlite-worker.ts' : './sqlite-worker.mjs', import.meta.url);
const storedOf = ([key, value, revision]: Row): StoredValue => ({ key, value, revision });
const eventOf = ({ key, value, revision, created }: Change): StoreEvent =>
  value === null ? { type: 'delete', key, value: undefined, revision } : { type: 'put', key, value, revision, created };

/**
 * The default store: one SQLite file (WAL, synchronous=FULL), owned by a worker thread.
 *
 * A write resolves after its commit is on disk. Writes that arrive while a commit is under way share the next one (group commit).
 * @throws when the file cannot be opened, or another process has it open.
 */
export async function openSqliteStore({ file }: SqliteOptions): Promise<Store> {
  const worker = new Worker(workerUrl(), { workerData: { file }, execArgv: ['--no-warnings'] });
  const hub = createWatchHub();
  const waiting = new Map<number, { resolve: (reply: never) => void; reject: (error: Error) => void }>();
  const queue: PendingWrite[] = [];
  let committing = false;
  let nextId = 0;
  let revision = 0;
  let broken: Error | undefined;

  function ask<T extends Request>(request: T): Promise<Replies[T['type']]> {
    if (broken) return Promise.reject(broken);
    return new Promise((resolve, reject) => {
      waiting.set(++nextId, { resolve, reject });
      worker.postMessage({ id: nextId, request });
    });
  }

  function fail(error: Error): void {
    broken ??= error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  }

  const opened = new Promise<void>((resolve, reject) => {
    worker.on('message', (message: FromWorker) => {
      switch (message.type) {
        case 'opened':
          revision = message.revision;
          return resolve();
        case 'expired':
          return publish(message.rows.map(([key, value, at]) => ({ type: 'delete', key, value, revision: at })));
        case 'failed':
          waiting.get(message.id)?.reject(new Error(`sqlite store ${file}: ${message.message}`));
          waiting.delete(message.id);
          return;
        case 'reply':
          waiting.get(message.id)?.resolve(message.reply as never);
          waiting.delete(message.id);
      }
    });
    worker.on('error', (error) => {
      const locked = /database is locked/.test(error.message);
      const explained = new Error(
        locked ? `${file} is in use by another process: stop the other server first` : `sqlite store ${file}: ${error.message}`,
        { cause: error },
      );
      fail(explained);
      reject(explained);
    });
    worker.on('exit', (code) => fail(new Error(`sqlite store ${file}: the database thread ended (code ${code})`)));
  });

  function publish(events: readonly StoreEvent[]): void {
    revision = events.at(-1)?.revision ?? revision;
    if (events.length > 0) hub.publish(events, revision);
  }

  /** Sends everything queued as one commit; called again while there is more. */
  async function flush(): Promise<void> {
    if (committing) return;
    committing = true;
    while (queue.length > 0) {
      const batch = queue.splice(0, MAX_COMMIT);
      try {
        const { outcomes } = await ask({ type: 'write', writes: batch.map((pending) => pending.write) });
        settle(batch, outcomes);
      } catch (error) {
        for (const { reject } of batch) reject(error instanceof Error ? error : new Error(String(error)));
      }
    }
    committing = false;
  }

  function settle(batch: readonly PendingWrite[], outcomes: readonly Outcome[]): void {
    const events: StoreEvent[] = [];
    batch.forEach(({ write }, i) => {
      const outcome = outcomes[i];
      if (!outcome?.ok) return;
      events.push(
        write.op === 'put'
          ? { type: 'put', key: write.key, value: write.value, revision: outcome.revision, created: write.expected === 0 }
          : { type: 'delete', key: write.key, value: outcome.old, revision: outcome.revision },
      );
    });
    // Watchers hear of a write before its writer does: who has been answered finds the write in every cache.
    publish(events);
    batch.forEach(({ resolve }, i) => {
      const outcome = outcomes[i];
      if (outcome?.ok) resolve({ ok: true, revision: outcome.revision });
      else resolve({ ok: false, current: outcome?.current && storedOf(outcome.current) });
    });
  }

  function submit(write: Write): Promise<WriteResult> {
    return new Promise((resolve, reject) => {
      queue.push({ write, resolve, reject });
      // Deferred a turn: what one turn of the event loop writes shares a commit.
      if (!committing && queue.length === 1) setImmediate(() => void flush());
    });
  }

  const expiry = (ttlSeconds: number | undefined) => (ttlSeconds === undefined ? {} : { expiresAt: Date.now() + ttlSeconds * 1000 });

  await opened;
  return {
    async get(key) {
      const { row } = await ask({ type: 'get', key });
      return row && storedOf(row);
    },
    async list(prefix, { limit = 2 ** 31, after = '' } = {}) {
      const reply = await ask({ type: 'list', prefix, after, limit });
      return { items: reply.rows.map(storedOf), revision: reply.revision, more: reply.more };
    },
    create: (key, value, options) => submit({ op: 'put', key, value, expected: 0, ...expiry(options?.ttlSeconds) }),
    update: (key, value, expectedRevision, options) => submit({ op: 'put', key, value, expected: expectedRevision, ...expiry(options?.ttlSeconds) }),
    delete: (key, expectedRevision) => submit({ op: 'delete', key, expected: expectedRevision }),
    watch(prefix, afterRevision, sink, signal) {
      return hub.watch(prefix, afterRevision, sink, signal, async () => {
        if (afterRevision === revision) return { events: [], revision };
        const { changes, revision: upTo, compacted } = await ask({ type: 'history', prefix, after: afterRevision });
        if (compacted !== undefined) throw new CompactedError(compacted);
        return { events: changes.map(eventOf), revision: upTo };
      });
    },
    async compact(upTo) {
      await ask({ type: 'compact', revision: upTo });
    },
    async revision() {
      return revision;
    },
    async close() {
      if (broken) return;
      while (committing || queue.length > 0) await flush().then(() => new Promise((resolve) => setImmediate(resolve)));
      await ask({ type: 'close' });
      broken = new Error(`sqlite store ${file} is closed`);
      hub.clear();
      await worker.terminate();
    },
  };
}
