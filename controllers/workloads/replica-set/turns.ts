/** Runs one piece of work; answers what it answers. */
export type Turn = <T>(work: () => Promise<T>) => Promise<T>;

/** Work that goes on without a break for longer than this gives way to everything else in the process. */
const SLICE_MS = 8;

/**
 * Many calls at once, but no more than `width` at a time, and never so many in a row that the event loop stands still:
 * in one process with the API server a call is work, not waiting.
 */
export function createTurns(width: number): Turn {
  const waiting: (() => void)[] = [];
  let free = width;
  let sliceStart = 0;
  let pause: Promise<void> | undefined;

  const breathe = async () => {
    if (pause === undefined && performance.now() - sliceStart > SLICE_MS) {
      pause = new Promise((resolve) => setImmediate(resolve));
      await pause;
      pause = undefined;
      sliceStart = performance.now();
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
