/** The value below which this share (0..1) of the numbers lies. */
export function percentile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const median = (numbers: readonly number[]): number => percentile(numbers, 0.5);

export const rounded = (value: number, digits = 1): number => Number(value.toFixed(digits));

/** Calls `work` `count` times, `width` calls at a time. */
export async function pool(count: number, width: number, work: (i: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: width }, lane));
}

export interface Rate {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

/** Measures `count` requests, `width` at a time; latencies in milliseconds. */
export async function rateOf(count: number, width: number, work: (i: number) => Promise<unknown>): Promise<Rate> {
  const latencies: number[] = [];
  const started = performance.now();
  await pool(count, width, async (i) => {
    const begun = performance.now();
    await work(i);
    latencies.push(performance.now() - begun);
  });
  const seconds = (performance.now() - started) / 1000;
  return { perSecond: Math.round(count / seconds), p50: rounded(percentile(latencies, 0.5)), p99: rounded(percentile(latencies, 0.99)) };
}
