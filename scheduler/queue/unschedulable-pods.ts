import { schedulerNameOf } from '../plugins/profile.ts';
import type { Entry, RejectionCount } from './queued-pod.ts';
import { ANYONE } from './queueing-hints.ts';

/** Pods that no node took, found by the filters that rejected them. */
export interface UnschedulablePods {
  add(entry: Entry): void;
  remove(entry: Entry): void;
  /** A copy: its entries may be removed meanwhile. */
  rejectedBy(filter: string): readonly Entry[];
  /** The number of pods per filter and profile. */
  counts(): readonly RejectionCount[];
}

export function createUnschedulablePods(): UnschedulablePods {
  const byFilter = new Map<string, Set<Entry>>();
  const filtersOf = ({ rejectedBy }: Entry): Iterable<string> => (rejectedBy.size === 0 ? [ANYONE] : rejectedBy);
  return {
    add(entry) {
      for (const filter of filtersOf(entry)) {
        const waiting = byFilter.get(filter);
        if (waiting) waiting.add(entry);
        else byFilter.set(filter, new Set([entry]));
      }
    },
    remove(entry) {
      for (const filter of filtersOf(entry)) byFilter.get(filter)?.delete(entry);
    },
    rejectedBy: (filter) => [...(byFilter.get(filter) ?? [])],
    counts() {
      return [...byFilter].flatMap(([plugin, waiting]) => {
        if (plugin === ANYONE) return [];
        const counts = new Map<string, number>();
        for (const { info } of waiting) counts.set(schedulerNameOf(info.pod), (counts.get(schedulerNameOf(info.pod)) ?? 0) + 1);
        return [...counts].map(([profile, count]) => ({ plugin, profile, count }));
      });
    },
  };
}
