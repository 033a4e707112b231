import type { NodeReadings, Reading } from './exposition.ts';

/** The usage over the time between two readings. */
export interface Usage {
  /** Billionths of a core. */
  readonly cpuNanocores: number;
  readonly memoryBytes: number;
  /** The end of the time, in milliseconds since the epoch. */
  readonly time: number;
  readonly windowMs: number;
}

/** The usage of a pod: that of each of its containers, and the time that it was measured over. */
export interface PodUsage extends Pick<Usage, 'time' | 'windowMs'> {
  readonly containers: readonly { readonly name: string; readonly usage: Usage }[];
}

/**
 * A container without an earlier reading counts from its start, if that is at least ten seconds ago and not longer than two readings of
 * metrics-server lie apart (sigs.k8s.io/metrics-server/pkg/storage).
 */
const FRESH_LEAST_MS = 10_000;
const FRESH_MOST_MS = 120_000;

const startOf = ({ startedAt = 0 }: Reading): Reading => ({ time: startedAt, cpuNanoseconds: 0, memoryBytes: 0, startedAt });

/** Returns the reading that a later one is compared with; undefined if there is none. */
function baseOf(before: Reading | undefined, now: Reading): Reading | undefined {
  const isRestarted = before?.startedAt !== undefined && now.startedAt !== undefined && now.startedAt > before.startedAt;
  if (before && !isRestarted && before.time < now.time) return before;
  const age = now.startedAt === undefined ? undefined : now.time - now.startedAt;
  return age !== undefined && age >= FRESH_LEAST_MS && age <= FRESH_MOST_MS ? startOf(now) : undefined;
}

/** Returns the usage between two readings of one counter; undefined if they do not tell it: the counter is new, or has fallen. */
export function usageBetween(before: Reading | undefined, now: Reading): Usage | undefined {
  const base = baseOf(before, now);
  if (!base || now.cpuNanoseconds < base.cpuNanoseconds) return undefined;
  const windowMs = now.time - base.time;
  return {
    cpuNanocores: Math.round(((now.cpuNanoseconds - base.cpuNanoseconds) * 1000) / windowMs),
    memoryBytes: now.memoryBytes,
    time: now.time,
    windowMs,
  };
}

/** Two readings of a node, the earlier one undefined if there is none. */
export interface ReadingPair {
  readonly before: NodeReadings | undefined;
  readonly now: NodeReadings;
}

export const nodeUsage = ({ before, now }: ReadingPair): Usage | undefined => now.node && usageBetween(before?.node, now.node);

/** Returns the usage of a pod, by `namespace/name`; undefined unless it is known of each of its containers. */
export function podUsage({ before, now }: ReadingPair, pod: string): PodUsage | undefined {
  const containers: PodUsage['containers'][number][] = [];
  for (const [name, reading] of now.pods.get(pod) ?? []) {
    const usage = usageBetween(before?.pods.get(pod)?.get(name), reading);
    if (!usage) return undefined;
    containers.push({ name, usage });
  }
  const [first, ...others] = containers.map(({ usage }) => usage);
  if (!first) return undefined;
  const earliest = others.reduce((least, usage) => (usage.time < least.time ? usage : least), first);
  return { containers: containers.sort((a, b) => (a.name < b.name ? -1 : 1)), time: earliest.time, windowMs: earliest.windowMs };
}
