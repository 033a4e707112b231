import type { Evaluations } from '../plugins/evaluations.ts';
import { countEvaluations } from '../plugins/evaluations.ts';
import type { Filter, NodeCheck, Rejection } from '../plugins/plugin.ts';
import type { Profile } from '../plugins/profile.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import type { NodeInfo } from '../state/node-info.ts';
import type { PodInfo } from '../state/pod-info.ts';

export interface PreparedFilter {
  readonly name: string;
  readonly check: NodeCheck;
  readonly evaluations: Evaluations | undefined;
}

/** The part of a profile by which nodes are filtered. */
export type FilterProfile = Pick<Profile, 'filters' | 'evaluations'>;

/** Prepares the filters for a pod. Returns those that have something to say about it. */
export function prepareFilters(pod: PodInfo, cluster: ClusterState, { filters, evaluations }: FilterProfile): readonly PreparedFilter[] {
  return filters.flatMap(({ name, prepare }) => {
    const check = prepare(pod, cluster);
    return check ? [{ name, check, evaluations: evaluations.filter.get(name) }] : [];
  });
}

export interface Refusal {
  /** The filter that refuses the pod. */
  readonly name: string;
  readonly reason: string;
}

function prepared(filter: Filter, pod: PodInfo, cluster: ClusterState): Prepared {
  const reason = filter.refuse?.(pod, cluster);
  return reason === undefined ? filter.prepare(pod, cluster) : { name: filter.name, reason };
}

/**
 * PreFilter: prepares the filters, unless one of them refuses the pod as a whole.
 * @param timed runs the part of a plugin that acts at PreFilter, and times it. Default: nothing is timed.
 */
export function preFilter(
  pod: PodInfo,
  cluster: ClusterState,
  { filters, evaluations }: FilterProfile,
  timed?: (plugin: string, work: () => Prepared) => Prepared,
): Refusal | readonly PreparedFilter[] {
  const all: PreparedFilter[] = [];
  for (const filter of filters) {
    const { name } = filter;
    const outcome = timed && evaluations.preFilter.has(name) ? timed(name, () => prepared(filter, pod, cluster)) : prepared(filter, pod, cluster);
    if (outcome === undefined) continue;
    countEvaluations(evaluations.preFilter.get(name));
    if (typeof outcome !== 'function') return outcome;
    all.push({ name, check: outcome, evaluations: evaluations.filter.get(name) });
  }
  return all;
}

/** The outcome of a filter's PreFilter: it refuses the pod, checks nodes, or does neither. */
export type Prepared = Refusal | NodeCheck | undefined;

export interface NamedRejection extends Rejection {
  readonly filter: string;
}

/** Runs the filters for one node, in their order. */
export type FindRejection = (prepared: readonly PreparedFilter[], node: NodeInfo) => NamedRejection | undefined;

const firstRejection: FindRejection = (prepared, node) => {
  for (const { name, check, evaluations } of prepared) {
    countEvaluations(evaluations);
    const rejection = check(node);
    if (rejection) return { filter: name, reasons: rejection.reasons, preemptible: rejection.preemptible };
  }
  return undefined;
};

/**
 * Runs the filters for one node: with the pods counted in that are nominated there and as important, and without them, since they may
 * come or not. Returns undefined if the pod may go there. The cluster is as before when it returns.
 * @param find default: as fast as it can be
 */
export function rejectionOf(
  pod: PodInfo,
  node: NodeInfo,
  cluster: ClusterState,
  nominated: readonly PodInfo[],
  profile: FilterProfile,
  prepared: readonly PreparedFilter[] = prepareFilters(pod, cluster, profile),
  find: FindRejection = firstRejection,
): NamedRejection | undefined {
  const others = nominated.filter((other) => other.uid !== pod.uid && other.priority >= pod.priority && !cluster.nodeOfPod(other.uid));
  if (others.length > 0) {
    for (const other of others) cluster.addPod(other, node.name);
    try {
      const rejection = find(prepareFilters(pod, cluster, profile), node);
      if (rejection) return rejection;
    } finally {
      for (const other of others) cluster.removePod(other.uid);
    }
  }
  return find(prepared, node);
}
