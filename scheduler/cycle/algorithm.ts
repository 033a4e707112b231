import { imageLocalityScore } from '../plugins/image-locality.ts';
import { namedNodes, nodeAffinity, nodeAffinityScore } from '../plugins/node-affinity.ts';
import { nodeName, nodePorts, nodeUnschedulable } from '../plugins/node-basics.ts';
import { balancedAllocationScore, leastAllocatedScore, nodeResourcesFit } from '../plugins/node-resources.ts';
import type { Filter, NodeCheck, Rejection, Score } from '../plugins/plugin.ts';
import { reject } from '../plugins/plugin.ts';
import { interPodAffinity, interPodAffinityScore } from '../plugins/pod-affinity.ts';
import { taintToleration, taintTolerationScore } from '../plugins/taints.ts';
import type { DefaultSelector } from '../plugins/topology-spread.ts';
import { podTopologySpread, podTopologySpreadScore } from '../plugins/topology-spread.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import type { NodeInfo } from '../state/node-info.ts';
import type { PodInfo } from '../state/pod-info.ts';
import type { Diagnosis } from './fit-error.ts';

/** The filters of upstream's default profile that apply here, in its order: the first to reject a node gives the reason. */
export const FILTERS: readonly Filter[] = [
  nodeUnschedulable,
  nodeName,
  taintToleration,
  nodeAffinity,
  nodePorts,
  nodeResourcesFit,
  podTopologySpread,
  interPodAffinity,
];

/** The scores of upstream's default profile, with its weights. */
export const scoresOf = (defaultSelector: DefaultSelector): readonly Score[] => [
  taintTolerationScore,
  nodeAffinityScore,
  leastAllocatedScore,
  podTopologySpreadScore(defaultSelector),
  interPodAffinityScore,
  balancedAllocationScore,
  imageLocalityScore,
];

export interface PreparedFilter {
  readonly name: string;
  readonly check: NodeCheck;
}

function prepareFilters(pod: PodInfo, cluster: ClusterState): readonly PreparedFilter[] {
  return FILTERS.flatMap(({ name, prepare }) => {
    const check = prepare(pod, cluster);
    return check ? [{ name, check }] : [];
  });
}

export interface NamedRejection extends Rejection {
  readonly filter: string;
}

function firstRejection(filters: readonly PreparedFilter[], node: NodeInfo): NamedRejection | undefined {
  for (const { name, check } of filters) {
    const rejection = check(node);
    if (rejection) return { filter: name, reasons: rejection.reasons, preemptible: rejection.preemptible };
  }
  return undefined;
}

/** Pods that are promised a node once their victims are gone. */
export interface Nominations {
  /** Those promised this node. */
  on(node: string): readonly PodInfo[];
}

/**
 * Whether a pod may go to a node: with the pods nominated there that are as important counted in, and without them,
 * since they may come or not.
 */
export function rejectionOf(
  pod: PodInfo,
  node: NodeInfo,
  cluster: ClusterState,
  nominated: readonly PodInfo[],
  filters: readonly PreparedFilter[] = prepareFilters(pod, cluster),
): NamedRejection | undefined {
  const others = nominated.filter((other) => other.uid !== pod.uid && other.priority >= pod.priority && !cluster.nodeOfPod(other.uid));
  if (others.length > 0) {
    for (const other of others) cluster.addPod(other, node.name);
    const rejection = firstRejection(prepareFilters(pod, cluster), node);
    for (const other of others) cluster.removePod(other.uid);
    if (rejection) return rejection;
  }
  return firstRejection(filters, node);
}

/** How many feasible nodes are enough: all of up to 100, a shrinking share of more (percentageOfNodesToScore left at its default). */
export function nodesToFind(count: number): number {
  if (count < 100) return count;
  const percentage = Math.max(5, 50 - Math.trunc(count / 125));
  return Math.max(100, Math.trunc((count * percentage) / 100));
}

export type Decision = { readonly node: NodeInfo } | { readonly diagnosis: Diagnosis };

export interface Algorithm {
  /** Finds the best node for a pod as the cluster stands. Synchronous; the cluster is as before when it returns. */
  decide(pod: PodInfo): Decision;
}

export interface AlgorithmOptions {
  readonly cluster: ClusterState;
  readonly nominations: Nominations;
  readonly defaultSelector: DefaultSelector;
  /** In [0, 1): breaks ties. */
  readonly random: () => number;
}

export function createAlgorithm({ cluster, nominations, defaultSelector, random }: AlgorithmOptions): Algorithm {
  const scores = scoresOf(defaultSelector);
  /** Where the next search starts, so that all nodes have their turn. */
  let start = 0;

  const search = (pod: PodInfo) => {
    const nodes = cluster.nodes();
    const named = namedNodes(pod.pod);
    const candidates = named ? [...named].flatMap((name) => cluster.node(name) ?? []) : nodes;
    const filters = prepareFilters(pod, cluster);
    const enough = nodesToFind(candidates.length);
    const feasible: NodeInfo[] = [];
    const rejections = new Map<string, Rejection>();
    const rejectedBy = new Set<string>(named && named.size < nodes.length ? ['NodeAffinity'] : []);
    const visit = (node: NodeInfo) => {
      const rejection = rejectionOf(pod, node, cluster, nominations.on(node.name), filters);
      if (!rejection) return void feasible.push(node);
      rejections.set(node.name, rejection);
      rejectedBy.add(rejection.filter);
    };
    // A node that is promised to the pod is tried first, alone.
    const promised = pod.pod.status?.nominatedNodeName;
    const promisedNode = promised ? candidates.find((node) => node.name === promised) : undefined;
    if (promisedNode) visit(promisedNode);
    if (feasible.length === 0) {
      rejections.clear();
      let visited = 0;
      for (; visited < candidates.length && feasible.length < enough; visited++) {
        const node = candidates[(start + visited) % candidates.length];
        if (node) visit(node);
      }
      if (candidates.length > 0) start = (start + visited) % candidates.length;
    }
    const absent = named ? reject("node(s) didn't satisfy plugin(s) [NodeAffinity]", false) : undefined;
    const contradiction = named?.size === 0 ? { contradiction: 'pod affinity terms conflict' } : {};
    return { feasible, diagnosis: { nodeCount: nodes.length, rejections, absent, rejectedBy, ...contradiction } };
  };

  const best = (pod: PodInfo, feasible: readonly NodeInfo[]): NodeInfo | undefined => {
    if (feasible.length === 1) return feasible[0];
    const totals = new Array<number>(feasible.length).fill(0);
    for (const { weight, prepare, normalize } of scores) {
      const score = prepare(pod, cluster, feasible);
      if (!score) continue;
      const values = feasible.map(score);
      normalize?.(values);
      for (let index = 0; index < values.length; index++) totals[index] = (totals[index] ?? 0) + weight * (values[index] ?? 0);
    }
    let chosen = 0;
    let equals = 1;
    for (let index = 1; index < totals.length; index++) {
      const difference = (totals[index] ?? 0) - (totals[chosen] ?? 0);
      if (difference > 0) {
        chosen = index;
        equals = 1;
      } else if (difference === 0 && random() < 1 / ++equals) chosen = index;
    }
    return feasible[chosen];
  };

  return {
    decide(pod) {
      const { feasible, diagnosis } = search(pod);
      const node = best(pod, feasible);
      return node ? { node } : { diagnosis };
    },
  };
}
