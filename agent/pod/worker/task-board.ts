import { exponentialDelay } from '../../../base/backoff.ts';
import type { Clock } from '../../../base/clock.ts';

/** What a worker has under way, by key: never two at once, none before its time. */
export interface TaskBoard {
  /** Runs `task` unless one runs under the key already, or the key's time has not come. */
  run(key: string, task: () => Promise<void>): void;
  busy(key: string): boolean;
  /** The key is not run before `time` (milliseconds since the epoch); then the owner is woken. */
  notBefore(key: string, time: number): void;
  /** As notBefore, with a delay that doubles from one failure to the next. */
  retry(key: string, initialMs: number, maxMs: number): void;
  /** Forgets the failures of a key. */
  forget(key: string): void;
  wakeAt(key: string, time: number): void;
  /** Resolves when what runs under the key has ended. */
  settled(key: string): Promise<void>;
  /** Resolves when all others have ended. */
  settledAll(...except: readonly string[]): Promise<void>;
  /** Cancels timers. */
  stop(): void;
}

/** @param onDone called after each task, and when a key's time has come. */
export function createTaskBoard(clock: Clock, onDone: () => void, onError: (key: string, error: unknown) => void = () => {}): TaskBoard {
  const tasks = new Map<string, Promise<void>>();
  const times = new Map<string, number>();
  const failures = new Map<string, number>();
  const timers = new Map<string, { readonly time: number; readonly cancel: () => void }>();

  const wakeAt = (key: string, time: number) => {
    if (timers.get(key)?.time === time) return;
    timers.get(key)?.cancel();
    const cancel = clock.after(Math.max(0, time - clock.now()), () => {
      timers.delete(key);
      // Node's timers may fire a millisecond early by the clock: then nothing would be due, and nobody would look again.
      if (clock.now() < time) wakeAt(key, time);
      else onDone();
    });
    timers.set(key, { time, cancel });
  };
  const notBefore = (key: string, time: number) => {
    times.set(key, time);
    wakeAt(key, time);
  };
  const waits = (key: string) => (times.get(key) ?? 0) > clock.now();
  return {
    run(key, task) {
      if (tasks.has(key) || waits(key)) return;
      const work = task()
        .catch((error: unknown) => {
          onError(key, error);
          notBefore(key, clock.now() + 1_000);
        })
        .finally(() => {
          tasks.delete(key);
          onDone();
        });
      tasks.set(key, work);
    },
    busy: (key) => tasks.has(key) || waits(key),
    notBefore,
    retry(key, initialMs, maxMs) {
      const count = failures.get(key) ?? 0;
      failures.set(key, count + 1);
      notBefore(key, clock.now() + exponentialDelay(count, initialMs, maxMs));
    },
    forget: (key) => failures.delete(key),
    wakeAt,
    settled: (key) => tasks.get(key) ?? Promise.resolve(),
    async settledAll(...except) {
      await Promise.all([...tasks].filter(([key]) => !except.includes(key)).map(([, work]) => work));
    },
    stop() {
      for (const { cancel } of timers.values()) cancel();
      timers.clear();
    },
  };
}
