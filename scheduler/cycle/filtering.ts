import type { Filter, NodeCheck, Rejection } from '../plugins/plugin.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import type { NodeInfo } from '../state/node-info.ts';
import type { PodInfo } from '../state/pod-info.ts';

export interface PreparedFilter {
  readonly name: string;
  readonly check: NodeCheck;
}

/** PreFilter: the filters that have something to say about the pod. */
export function prepareFilters(pod: PodInfo, cluster: ClusterState, filters: readonly Filter[]): readonly PreparedFilter[] {
  return filters.flatMap(({ name, prepare }) => {
    const check = prepare(pod, cluster);
    return check ? [{ name, check }] : [];
  });
}

/** PreFilter: the first filter that refuses the pod as a whole, with its reason. Returns undefined if none does. */
export function refusalOf(
  pod: PodInfo,
  cluster: ClusterState,
  filters: readonly Filter[],
): { readonly name: string; readonly reason: string } | undefined {
  for (const filter of filters) {
    const reason = filter.refuse?.(pod, cluster);
    if (reason !== undefined) return { name: filter.name, reason };
  }
  return undefined;
}

export interface NamedRejection extends Rejection {
  readonly filter: string;
}

function firstRejection(prepared: readonly PreparedFilter[], node: NodeInfo): NamedRejection | undefined {
  for (const { name, check } of prepared) {
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
  filters: readonly Filter[],
  prepared: readonly PreparedFilter[] = prepareFilters(pod, cluster, filters),
): NamedRejection | undefined {
  const others = nominated.filter((other) => other.uid !== pod.uid && other.priority >= pod.priority && !cluster.nodeOfPod(other.uid));
  if (others.length > 0) {
    for (const other of others) cluster.addPod(other, node.name);
    try {
      const rejection = firstRejection(prepareFilters(pod, cluster, filters), node);
      if (rejection) return rejection;
    } finally {
      for (const other of others) cluster.removePod(other.uid);
    }
  }
  return firstRejection(prepared, node);
}
