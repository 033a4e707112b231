import type { Clock } from './clock.ts';
import { systemClock } from './clock.ts';
import { parseGoDuration } from './go-duration.ts';
import { createHeap } from './heap.ts';

/** A clock that runs as the machine's does, and can be moved on: the time that is skipped passes at once, and all that falls due in it happens. */
export interface TravelClock extends Clock {
  /**
   * Moves time on: by milliseconds, or by a duration such as `5m` or `1h30m`. What falls due on the way happens in order, each at its own time,
   * and what follows from it is waited for before time goes on. Calls that overlap happen one after the other.
   * @throws Error if the duration cannot be read, or is negative.
   */
  advance(duration: string | number): Promise<void>;
  /** Returns how far this clock is ahead of the machine's, in whole milliseconds. */
  ahead(): number;
}

export interface TravelClockOptions {
  /** The milliseconds by which the clock is ahead of the machine's from the start. Default 0. */
  readonly aheadMs?: number;
  /** Returns whether all that has been set off is done, but for what waits for this clock. Default: it is, after a few turns of the event loop. */
  readonly idle?: () => boolean;
}

interface Timer {
  readonly due: number;
  readonly order: number;
  readonly callback: () => void;
  readonly background: boolean;
  over: boolean;
  /** Cancels the timer of the machine that stands for this one; undefined while time is moved on. */
  cancel: (() => void) | undefined;
}

/** Turns of the event loop in which nothing may be under way before time goes on. */
const QUIET_TURNS = 4;
/** Limits the wait for work that does not end, in milliseconds of the machine's clock. */
const LONGEST_WAIT_MS = 2000;

const before = (a: Timer, b: Timer): boolean => a.due < b.due || (a.due === b.due && a.order < b.order);
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Creates a clock that can be moved on. */
export function createTravelClock({ aheadMs = 0, idle = () => true }: TravelClockOptions = {}): TravelClock {
  let ahead = aheadMs;
  let order = 0;
  let travelling = false;
  let last: Promise<void> = Promise.resolve();
  const timers = new Set<Timer>();
  let journey = createHeap(before);
  const now = () => systemClock.now() + ahead;

  function fire(timer: Timer): void {
    timer.over = true;
    timers.delete(timer);
    timer.callback();
  }

  const arm = (timer: Timer): void => {
    timer.cancel = systemClock.after(Math.max(0, timer.due - now()), () => fire(timer), timer.background ? 'background' : undefined);
  };

  async function settle(): Promise<void> {
    const end = systemClock.monotonic() + LONGEST_WAIT_MS;
    for (let quiet = 0; quiet < QUIET_TURNS; quiet = idle() || systemClock.monotonic() > end ? quiet + 1 : 0) await turn();
  }

  async function travel(ms: number): Promise<void> {
    const end = now() + ms;
    travelling = true;
    journey = createHeap(before);
    for (const timer of timers) {
      timer.cancel?.();
      timer.cancel = undefined;
      journey.push(timer);
    }
    try {
      await settle();
      for (let next = journey.peek(); next && next.due <= end; next = journey.peek()) {
        ahead += Math.ceil(Math.max(0, next.due - now()));
        // All that is due at one time happens before what follows from it.
        for (const { due } = next; next?.due === due; next = journey.peek()) {
          journey.pop();
          if (!next.over) fire(next);
        }
        await settle();
      }
      ahead += Math.ceil(Math.max(0, end - now()));
    } finally {
      travelling = false;
      for (const timer of timers) arm(timer);
    }
  }

  return {
    now,
    monotonic: () => systemClock.monotonic() + ahead,
    ahead: () => ahead,
    after(ms, callback, background) {
      const timer: Timer = {
        due: now() + Math.max(0, ms),
        order: order++,
        callback,
        background: background !== undefined,
        over: false,
        cancel: undefined,
      };
      timers.add(timer);
      if (travelling) journey.push(timer);
      else arm(timer);
      return () => {
        timer.over = true;
        timer.cancel?.();
        timers.delete(timer);
      };
    },
    advance(duration) {
      const ms = durationMs(duration);
      const moved = last.then(() => travel(ms));
      last = moved.catch(() => {});
      return moved;
    },
  };
}

/** Reads a duration: milliseconds, or a text such as `5m`. @throws Error if it is none, or negative. */
export function durationMs(duration: string | number): number {
  const ms = typeof duration === 'number' ? duration : parseGoDuration(duration);
  if (typeof ms === 'string') throw new Error(`${ms}: write it as "90s", "5m" or "1h30m"`);
  if (!(ms >= 0) || ms === Number.POSITIVE_INFINITY) throw new Error(`a duration is not negative, and ends: ${duration} does not serve`);
  return ms;
}
