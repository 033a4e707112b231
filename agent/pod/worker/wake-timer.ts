import type { Clock } from '../../../base/clock.ts';

/** One timer that is set anew at each look. */
export interface WakeTimer {
  /** Wakes at `time` (milliseconds since the epoch), in place of any time set before; undefined sets none. */
  set(time: number | undefined): void;
}

/** Node's timers may fire a millisecond early by the clock: whoever is woken sets the same time again then. */
export function createWakeTimer(clock: Clock, wake: () => void): WakeTimer {
  let current: number | undefined;
  let cancel = () => {};
  return {
    set(time) {
      if (time === current) return;
      cancel();
      current = time;
      cancel = () => {};
      if (time === undefined) return;
      cancel = clock.after(Math.max(0, time - clock.now()), () => {
        current = undefined;
        wake();
      });
    },
  };
}
