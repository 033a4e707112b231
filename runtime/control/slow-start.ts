export interface SlowStartResult {
  readonly successes: number;
  /** The first failure of the batch that ended it. */
  readonly error?: unknown;
}

/**
 * Calls `call` `count` times in batches of 1, 2, 4, 8 …, each batch at once, and stops after the first batch with a failure:
 * calls that cannot succeed (an exhausted quota) cost a few tries, not all of them.
 */
export async function slowStart(count: number, call: (index: number) => Promise<unknown>, initial = 1): Promise<SlowStartResult> {
  let successes = 0;
  let next = 0;
  for (let size = Math.min(initial, count); size > 0; size = Math.min(2 * size, count - next)) {
    const batch = Array.from({ length: size }, (_, offset) => call(next + offset));
    next += size;
    const results = await Promise.allSettled(batch);
    const failed = results.find((result) => result.status === 'rejected');
    successes += results.filter((result) => result.status === 'fulfilled').length;
    if (failed) return { successes, error: failed.reason };
  }
  return { successes };
}
