import type { Evaluations } from '../plugins/evaluations.ts';
import { countEvaluations } from '../plugins/evaluations.ts';
import type { NodeCheck, Rejection } from '../plugins/plugin.ts';
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

/**
 * PreFilter: prepares the filters, unless one of them refuses the pod as a whole.
 * @param run runs the part of a plugin that acts at PreFilter; it may time it
 */
export function preFilter(
  pod: PodInfo,
  cluster: ClusterState,
  { filters, evaluations }: FilterProfile,
  run: (plugin: string, work: () => Prepared) => Prepared,
): Refusal | readonly PreparedFilter[] {
  const all: PreparedFilter[] = [];
  for (const filter of filters) {
    const { name } = filter;
    const prepare = () => {
      const reason = filter.refuse?.(pod, cluster);
      return reason === undefined ? filter.prepare(pod, cluster) : { name, reason };
    };
    const counted = evaluations.preFilter.get(name);
    const prepared = counted ? run(name, prepare) : prepare();
    if (prepared === undefined) continue;
    countEvaluations(counted);
    if (typeof prepared !== 'function') return prepared;
    all.push({ name, check: prepared, evaluations: evaluations.filter.get(name) });
  }
  return all;
}

/** The outcome of a filter's PreFilter: it refuses the pod, checks nodes, or does neither. */
export type Prepared = Refusal | NodeCheck | undefined;

export interface NamedRejection extends Rejection {
  readonly filter: string;
}

function firstRejection(prepared: readonly PreparedFilter[], node: NodeInfo): NamedRejection | undefined {
  for (const { name, check, evaluations } of prepared) {
    countEvaluations(evaluations);
    const rejection = check(node);
    if (rejection) return { filter: name, reasons: rejection.reasons, preemptible: rejection.preemptible };
  }
  return undefined;
}

/**
 * Runs the filters for one node: with the pods counted in that are nominated there and as important, and without them, since they may
 * come or not. Returns undefined if the pod may go there. The cluster is as before when it returns.
 */
export function rejectionOf(
  pod: PodInfo,
  node: NodeInfo,
  cluster: ClusterState,
  nominated: readonly PodInfo[],
  profile: FilterProfile,
  prepared: readonly PreparedFilter[] = prepareFilters(pod, cluster, profile),
): NamedRejection | undefined {
  const others = nominated.filter((other) => other.uid !== pod.uid && other.priority >= pod.priority && !cluster.nodeOfPod(other.uid));
  if (others.length > 0) {
    for (const other of others) cluster.addPod(other, node.name);
    try {
      const rejection = firstRejection(prepareFilters(pod, cluster, profile), node);
      if (rejection) return rejection;
    } finally {
      for (const other of others) cluster.removePod(other.uid);
    }
  }
  return firstRejection(prepared, node);
}
