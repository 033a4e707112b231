import { createFifo } from './fifo.ts';

/** Returns a function that runs works, no more than `limit` of them at once. The others wait, and begin in the order in which they came. */
export function createLimitedRuns(limit: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting = createFifo<() => void>();
  let running = 0;
  return async (work) => {
    // One that ends hands its place on to the next.
    if (running < limit) running++;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
