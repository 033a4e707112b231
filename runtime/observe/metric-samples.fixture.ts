import type { Registry } from 'prom-client';

/** Returns the samples of a registry's metrics whose names begin with `name`, without the buckets of histograms. */
export async function samplesOf(registry: Registry, name: string): Promise<string[]> {
  const lines = (await registry.metrics()).split('\n');
  return lines.filter((line) => line.startsWith(name) && !/^\w+_bucket\{/.test(line));
}
