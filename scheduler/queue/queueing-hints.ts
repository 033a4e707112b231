import type { ClusterEvent } from '../plugins/cluster-event.ts';
import { FILTERS } from '../plugins/profile.ts';
import type { PodInfo } from '../state/pod-info.ts';

/** Stands for "no filter rejected it": such a pod (there was no node at all) waits for any event. */
export const ANYONE = '';

const byName = new Map(FILTERS.map((filter) => [filter.name, filter]));
const concerned = new Map<ClusterEvent['name'], readonly string[]>();

/** The filters whose rejected pods an event may wake: ask `couldHelp` for each of those pods. */
export function concerns({ name }: ClusterEvent): readonly string[] {
  let filters = concerned.get(name);
  if (!filters) {
    filters = [ANYONE, ...FILTERS.filter(({ events }) => events.includes(name)).map((filter) => filter.name)];
    concerned.set(name, filters);
  }
  return filters;
}

/** Whether an event could change a filter's mind about a pod that it rejected somewhere. */
export const couldHelp = (event: ClusterEvent, filter: string, pod: PodInfo): boolean =>
  filter === ANYONE || (byName.get(filter)?.hint(event, pod) ?? true);
