import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';

/** Calls back once the event loop has had its turn. */
export type Defer = (callback: () => void) => void;

export interface PumpOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly defer: Defer;
  /** Takes the next pod and decides on it. Returns false if there is none. */
  readonly next: () => boolean;
}

/** Drives the attempts: one after the other, in slices, with a bound on the work that goes on beside them. */
export interface Pump {
  start(): void;
  /** No attempt begins from then on. */
  stop(): void;
  /** Says that there may be something to do. */
  wake(): void;
  /** Counts work that goes on beside the next attempts; never rejects. */
  beside(work: Promise<void>): Promise<void>;
  /** Counts work that waits for others and holds up nothing: it ends by itself when the scheduler stops. Never rejects. */
  apart(work: Promise<void>): Promise<void>;
  /** Resolves when no work goes on. */
  drained(): Promise<void>;
}

/** Bindings and status writes under way at once; more pods wait their turn. */
const MAX_BESIDE = 128;
/** The time for which it decides before the event loop has its turn. */
const SLICE_MS = 5;

export function createPump({ clock, log, defer, next }: PumpOptions): Pump {
  let running = false;
  let scheduled = false;
  let underWay = 0;
  let waiting = 0;
  let idle: (() => void) | undefined;

  const wake = () => {
    if (scheduled || !running) return;
    scheduled = true;
    defer(pump);
  };
  const pump = () => {
    scheduled = false;
    const start = clock.monotonic();
    while (running && underWay < MAX_BESIDE) {
      if (!next()) return;
      if (clock.monotonic() - start >= SLICE_MS) return wake();
    }
  };
  return {
    start() {
      running = true;
      wake();
    },
    stop() {
      running = false;
    },
    wake,
    async beside(work) {
      underWay++;
      try {
        await work;
      } catch (error) {
        log.error({ err: error }, 'unexpected error');
      } finally {
        underWay--;
        if (underWay + waiting === 0) idle?.();
        wake();
      }
    },
    async apart(work) {
      waiting++;
      try {
        await work;
      } catch (error) {
        log.error({ err: error }, 'unexpected error');
      } finally {
        waiting--;
        if (underWay + waiting === 0) idle?.();
      }
    },
    drained: () =>
      underWay + waiting === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            idle = resolve;
          }),
  };
}
