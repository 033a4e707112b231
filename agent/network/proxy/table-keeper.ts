import type { Clock } from '../../../base/clock.ts';
import type { Logger } from '../../../base/log.ts';
import { nextTurn } from '../../../base/next-turn.ts';

export interface TableKeeperOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** The table's name in the log: `service table`. */
  readonly name: string;
  /** Brings the kernel's table up to date: replaces it whole, or changes what is to be changed. Rejects if the kernel refuses. */
  readonly sync: (full: boolean, signal: AbortSignal) => Promise<void>;
  readonly isDirty: () => boolean;
  /** Whether the table is there: a firewall that is reloaded flushes it with everybody else's. */
  readonly exists: () => Promise<boolean>;
  readonly onFailure: () => void;
}

/** Keeps one nftables table as it should be. */
export interface TableKeeper {
  /** Tells that something has changed. */
  wake(): void;
  /** Resolves once a transaction that began after the call is in the kernel; at once if there is nothing to change. */
  settled(): Promise<void>;
  /** Why the table could not be brought up to date the last time; undefined if it could. */
  problem(): string | undefined;
  run(signal: AbortSignal): Promise<void>;
}

/** The least time between two transactions: a burst of changes shares one, a single change goes at once. */
const BATCH_MS = 50;
const CHECK_MS = 30_000;
const RETRY_MS = [100, 500, 1000, 5000, 10_000];

/**
 * The first transaction replaces the table whole: what an earlier process left counts until then. Later ones carry what changed. A refused
 * transaction, or a table that somebody flushed, is answered by replacing the table whole, with a back-off. When the signal aborts, the table stays.
 */
export function createTableKeeper({ clock, log, name, sync, isDirty, exists, onFailure }: TableKeeperOptions): TableKeeper {
  let wake = () => {};
  let waiting: (() => void)[] = [];
  let full = true;
  let isBusy = false;
  let problem: string | undefined;

  /** Waits until it is `at` on the monotonic clock, or until `isDue` after a wake. */
  const pause = (at: number, isDue: () => boolean, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const finish = () => {
        cancel();
        signal.removeEventListener('abort', finish);
        wake = () => {};
        resolve();
      };
      const cancel = clock.after(Math.max(0, at - clock.monotonic()), finish);
      signal.addEventListener('abort', finish, { once: true });
      wake = () => isDue() && finish();
      if (signal.aborted || isDue()) finish();
    });
  const isAwaited = () => waiting.length > 0;

  const step = async (signal: AbortSignal): Promise<boolean> => {
    const served = waiting;
    waiting = [];
    isBusy = true;
    try {
      await sync(full, signal);
      full = false;
      problem = undefined;
      for (const resolve of served) resolve();
      return true;
    } catch (error) {
      waiting = [...served, ...waiting];
      if (signal.aborted) return false;
      full = true;
      problem = error instanceof Error ? error.message : String(error);
      onFailure();
      log.error({ err: error }, 'nftables refused a change: the table is replaced whole');
      return false;
    } finally {
      isBusy = false;
    }
  };

  return {
    wake: () => wake(),
    settled() {
      if (!full && !isBusy && !isDirty() && waiting.length === 0) return Promise.resolve();
      return new Promise((resolve) => {
        waiting.push(resolve);
        wake();
      });
    },
    problem: () => problem,
    async run(signal) {
      let failures = 0;
      let checkAt = clock.monotonic() + CHECK_MS;
      while (!signal.aborted) {
        const start = clock.monotonic();
        if (!(await step(signal))) {
          await pause(clock.monotonic() + (RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)] ?? 0), () => false, signal);
          continue;
        }
        failures = 0;
        await pause(checkAt, () => isDirty() || isAwaited(), signal);
        if (signal.aborted) break;
        if (clock.monotonic() >= checkAt) {
          checkAt = clock.monotonic() + CHECK_MS;
          full = !(await exists().catch(() => false));
          if (full) log.warn(`the ${name} is gone: it is put back`);
        }
        // Changes that belong together arrive in one turn of the event loop; a burst is gathered, unless somebody waits for it.
        await nextTurn();
        if (start + BATCH_MS > clock.monotonic()) await pause(start + BATCH_MS, isAwaited, signal);
      }
    },
  };
}
