import type { Pod } from '../../api/kinds/core/pod/index.ts';
import { podRequests } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { valueOfQuantity } from '../../api/schema/quantity.ts';
import type { PodUse } from './pod-usage.ts';
import { totalOf } from './pod-usage.ts';
import type { Signal } from './threshold.ts';
import { SIGNALS } from './threshold.ts';

/** Reads the use of a pod; undefined if nothing is known of it. */
export type UseOf = (pod: Live<Pod>) => PodUse | undefined;
type Compare = (a: Live<Pod>, b: Live<Pod>) => number;

/** The parts of a pod's storage that a signal is about. */
export interface DiskScope {
  /** The writable layers of containers. */
  readonly layers: boolean;
  /** Logs and volumes. */
  readonly files: boolean;
}

/** @param dedicatedImages images and writable layers have a file system of their own */
export const scopeOf = (signal: Signal, dedicatedImages: boolean): DiskScope => ({
  layers: !dedicatedImages || signal.startsWith('imagefs'),
  files: !dedicatedImages || signal.startsWith('nodefs'),
});

/** The pods in the order in which they are evicted for a signal (pkg/kubelet/eviction/helpers.go, rank…Pressure). */
export function ranked(pods: readonly Live<Pod>[], signal: Signal, useOf: UseOf, dedicatedImages: boolean): readonly Live<Pod>[] {
  const order = ordersOf(signal, useOf, dedicatedImages);
  return [...pods].sort((a, b) => {
    for (const compare of order) {
      const result = compare(a, b);
      if (result !== 0) return result;
    }
    return 0;
  });
}

function ordersOf(signal: Signal, useOf: UseOf, dedicatedImages: boolean): readonly Compare[] {
  if (SIGNALS[signal].resource === 'memory') return byExcess('memory', useOf, memoryOf);
  if (signal === 'pid.available') return [byPriority, byMost(useOf, (use) => use.processes)];
  const scope = scopeOf(signal, dedicatedImages);
  if (signal.endsWith('inodesFree')) return byExcess('inodes', useOf, (use) => diskOf(use, scope).inodes);
  return byExcess('ephemeral-storage', useOf, (use) => diskOf(use, scope).bytes);
}

export const memoryOf = ({ containers }: PodUse): number => containers.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);

export const diskOf = ({ containers, volumes }: PodUse, { layers, files }: DiskScope) =>
  totalOf([
    ...(layers ? containers.map(({ rootfs }) => rootfs) : []),
    ...(files ? [...containers.map(({ logs }) => logs), ...volumes.values()] : []),
  ]);

/** Those that use more than they asked for, then the least important, then those that use the most above what they asked for. */
function byExcess(resource: string, useOf: UseOf, amountOf: (use: PodUse) => number): readonly Compare[] {
  const excess = (pod: Live<Pod>, use: PodUse) => amountOf(use) - valueOfQuantity(podRequests(pod)[resource] ?? '0');
  return [byMost(useOf, (use, pod) => (excess(pod, use) > 0 ? 1 : 0)), byPriority, byMost(useOf, (use, pod) => excess(pod, use))];
}

const byPriority: Compare = (a, b) => (a.spec?.priority ?? 0) - (b.spec?.priority ?? 0);

/** The largest first; before all others those of which nothing is known. */
function byMost(useOf: UseOf, amountOf: (use: PodUse, pod: Live<Pod>) => number): Compare {
  const amount = (pod: Live<Pod>) => {
    const use = useOf(pod);
    return use ? amountOf(use, pod) : Number.MAX_VALUE;
  };
  return (a, b) => amount(b) - amount(a);
}
