import type { Clock } from './clock.ts';

/** A clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /** Moves time on by `ms` and runs the callbacks that fall due, in order. Promises and immediates run in between. */
  advance(ms: number): Promise<void>;
  /** Lets promises and immediates run; time stands still. */
  settle(): Promise<void>;
  /** Returns the number of callbacks that wait for their time. */
  pending(): number;
}

interface Timer {
  readonly due: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Creates a fake clock; `start` is its first `now()`. */
export function createFakeClock(start = Date.UTC(2026, 0, 1)): FakeClock {
  let now = start;
  let order = 0;
  const timers = new Set<Timer>();
  const settle = async () => {
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  const nextBy = (limit: number): Timer | undefined => {
    let next: Timer | undefined;
    for (const timer of timers) {
      if (timer.due > limit) continue;
      if (!next || timer.due < next.due || (timer.due === next.due && timer.order < next.order)) next = timer;
    }
    return next;
  };
  return {
    now: () => now,
    monotonic: () => now - start,
    after(ms, callback) {
      const timer = { due: now + Math.max(0, ms), order: order++, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    settle,
    async advance(ms) {
      const end = now + ms;
      await settle();
      for (let timer = nextBy(end); timer; timer = nextBy(end)) {
        timers.delete(timer);
        now = timer.due;
        timer.callback();
        await settle();
      }
      now = end;
    },
    pending: () => timers.size,
  };
}
