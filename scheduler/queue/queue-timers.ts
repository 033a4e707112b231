import type { Clock } from '../../base/clock.ts';
import type { EntryHeap } from './entry-heap.ts';
import type { Entry } from './queued-pod.ts';

export interface QueueTimer {
  arm(): void;
}

const FLUSH_MS = 30_000;

/** Calls `over` with each entry of the heaps whose back-off is over; `over` moves it elsewhere. `arm` tells it of a new entry. */
export function createBackoffTimer(clock: Clock, heaps: readonly EntryHeap[], signal: AbortSignal, over: (entry: Entry) => void): QueueTimer {
  let cancel = () => {};
  const arm = () => {
    cancel();
    const due = Math.min(...heaps.map((heap) => heap.peek()?.backoffUntil ?? Number.POSITIVE_INFINITY));
    if (due === Number.POSITIVE_INFINITY || signal.aborted) return;
    cancel = clock.after(Math.max(0, due - clock.monotonic()), () => {
      const now = clock.monotonic();
      for (const heap of heaps) {
        for (let entry = heap.peek(); entry && entry.backoffUntil <= now; entry = heap.peek()) over(entry);
      }
      arm();
    });
  };
  signal.addEventListener('abort', () => cancel(), { once: true });
  return { arm };
}

/** Calls `flush` every half minute for as long as it returns true; `arm` starts over. */
export function createFlushTimer(clock: Clock, signal: AbortSignal, flush: () => boolean): QueueTimer {
  let armed = false;
  let cancel = () => {};
  const arm = () => {
    if (armed || signal.aborted) return;
    armed = true;
    cancel = clock.after(FLUSH_MS, () => {
      armed = false;
      if (flush()) arm();
    });
  };
  signal.addEventListener('abort', () => cancel(), { once: true });
  return { arm };
}
