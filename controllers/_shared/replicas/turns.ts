import type { Clock } from '../../../base/clock.ts';
import { systemClock } from '../../../base/clock.ts';
import { nextTurn } from '../../../base/next-turn.ts';

/** Runs one piece of work and returns its result. */
export type Turn = <T>(work: () => Promise<T>) => Promise<T>;

/** Work without a break for longer than this gives way to the rest of the process. */
const SLICE_MS = 8;

/**
 * Limits work to `width` pieces at once, and hands the event loop back between them: in one process with the API server a call is
 * work, not waiting.
 */
export function createTurns(width: number, clock: Clock = systemClock): Turn {
  const waiting: (() => void)[] = [];
  let free = width;
  let sliceStart = 0;
  let pause: Promise<void> | undefined;

  const breathe = async () => {
    if (pause === undefined && clock.monotonic() - sliceStart > SLICE_MS) {
      pause = nextTurn();
      await pause;
      pause = undefined;
      sliceStart = clock.monotonic();
    } else {
      await pause;
    }
  };
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      await breathe();
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}
