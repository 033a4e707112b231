import type { ClusterEvent } from '../plugins/cluster-event.ts';
import type { Filter } from '../plugins/plugin.ts';
import type { Profiles } from '../plugins/profile.ts';
import { schedulerNameOf } from '../plugins/profile.ts';
import type { PodInfo } from '../state/pod-info.ts';

/** Stands for "no filter rejected it": such a pod (there was no node at all) waits for any event. */
export const ANYONE = '';

/** Finds the pods that an event could help, by the filters that rejected them. */
export interface QueueingHints {
  /** The filters whose rejected pods an event may wake: ask `couldHelp` for each of those pods. */
  concerns(event: ClusterEvent): readonly string[];
  /** Whether an event could change a filter's mind about a pod that it rejected somewhere. */
  couldHelp(event: ClusterEvent, filter: string, pod: PodInfo): boolean;
}

/** Runs the hint of a plugin about an event; it may time it. */
export type RunHint = (plugin: string, event: ClusterEvent['name'], hint: () => boolean) => boolean;

export function createQueueingHints(profiles: Profiles, run: RunHint = (_plugin, _event, hint) => hint()): QueueingHints {
  const byProfile = new Map<string, ReadonlyMap<string, Filter>>();
  for (const { schedulerName, filters } of profiles.values()) byProfile.set(schedulerName, new Map(filters.map((filter) => [filter.name, filter])));
  const concerned = new Map<ClusterEvent['name'], readonly string[]>();
  return {
    concerns({ name }) {
      let filters = concerned.get(name);
      if (!filters) {
        const all = [...profiles.values()].flatMap((profile) => profile.filters);
        filters = [ANYONE, ...new Set(all.filter(({ events }) => events.includes(name)).map((filter) => filter.name))];
        concerned.set(name, filters);
      }
      return filters;
    },
    couldHelp(event, filter, pod) {
      if (filter === ANYONE) return true;
      const plugin = byProfile.get(schedulerNameOf(pod.pod))?.get(filter);
      return plugin ? run(filter, event.name, () => plugin.hint(event, pod)) : true;
    },
  };
}
