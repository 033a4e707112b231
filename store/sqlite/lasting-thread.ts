import { createBackoff } from '../../base/backoff.ts';
import type { Clock } from '../../base/clock.ts';
import { sleep } from '../../base/clock.ts';
import { StoreError } from '../store-error.ts';
import type { Ask, DatabaseThread, ThreadGuard } from './database-thread.ts';
import { startDatabaseThread } from './database-thread.ts';

/** A database thread that is started anew, with back-off, whenever it has ended. */
export interface LastingThread {
  /** The newest revision when the file was first opened. */
  readonly revision: number;
  /** Rejects at once while there is no thread. A request whose thread ends is rejected: whether it was served is not known. */
  readonly ask: Ask;
  close(): Promise<void>;
}

export interface LastingThreadOptions {
  readonly file: string;
  readonly clock: Clock;
  /** Told of each end of a thread and each start that failed. */
  readonly failed: (error: StoreError) => void;
  /** Called with a new thread before it serves anything else; if it rejects, the thread is given up. */
  readonly reopened: (ask: Ask) => Promise<void>;
  readonly guard?: ThreadGuard | undefined;
  /** Injected in tests. */
  readonly start?: typeof startDatabaseThread | undefined;
}

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5_000;

/** @throws StoreError if the file cannot be opened now. */
export async function keepDatabaseThread({
  file,
  clock,
  failed,
  reopened,
  guard,
  start = startDatabaseThread,
}: LastingThreadOptions): Promise<LastingThread> {
  const closing = new AbortController();
  let thread: DatabaseThread | undefined = await start(file, guard);
  let why = new StoreError('Unavailable', `sqlite store ${file} is closed`);
  const { revision } = thread;

  async function startAnew(): Promise<DatabaseThread | undefined> {
    const started = await start(file, guard);
    try {
      await reopened(started.ask);
      return started;
    } catch (error) {
      await started.close();
      throw error;
    }
  }

  async function keep(first: DatabaseThread): Promise<void> {
    const backoff = createBackoff({ initialMs: FIRST_RETRY_MS, maxMs: LAST_RETRY_MS });
    let current: DatabaseThread | undefined = first;
    while (!closing.signal.aborted) {
      if (current) {
        why = await current.ended;
        thread = undefined;
        current = undefined;
        if (closing.signal.aborted) return;
        failed(why);
      }
      await sleep(clock, backoff.next(), closing.signal);
      if (closing.signal.aborted) return;
      try {
        current = await startAnew();
        thread = current;
      } catch (error) {
        why = error instanceof StoreError ? error : new StoreError('Unavailable', String(error), { cause: error });
        failed(why);
      }
    }
  }

  const kept = keep(thread);
  return {
    revision,
    ask: (request) => (thread ? thread.ask(request) : Promise.reject(why)),
    async close() {
      closing.abort();
      await thread?.close();
      await kept;
      await thread?.close();
    },
  };
}
