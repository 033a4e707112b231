import type { ClusterState } from '../state/cluster-state.ts';
import type { NodeInfo } from '../state/node-info.ts';
import type { PodInfo } from '../state/pod-info.ts';
import type { ClusterEvent } from './cluster-event.ts';

/** Why a node does not take a pod. */
export interface Rejection {
  /** As they stand in `0/3 nodes are available: …`. */
  readonly reasons: readonly string[];
  /** Removing pods from the node could help: preemption looks at it. */
  readonly preemptible: boolean;
}

export type NodeCheck = (node: NodeInfo) => Rejection | undefined;

/** A condition that a node must meet. Names are those of upstream's plugins. */
export interface Filter {
  readonly name: string;
  /** PreFilter: returns the reason if no node can have the pod as things are, whatever pods are there. Default: there is none. */
  refuse?(pod: PodInfo, cluster: ClusterState): string | undefined;
  /** PreFilter: computes once what holds for all nodes. Returns undefined if the pod asks nothing of this kind. */
  prepare(pod: PodInfo, cluster: ClusterState): NodeCheck | undefined;
  /** The events after which a pod that this filter rejected may fit. */
  readonly events: readonly ClusterEvent['name'][];
  /** QueueingHint: whether one of those events could help a pod that this filter rejected somewhere. */
  hint(event: ClusterEvent, pod: PodInfo): boolean;
}

/** A preference about nodes: the more a node meets it, the higher its score. */
export interface Score {
  readonly name: string;
  /** PreScore: computes once what holds for all nodes. Returns undefined if the score would not tell the nodes apart. */
  prepare(pod: PodInfo, cluster: ClusterState, feasible: readonly NodeInfo[]): ((node: NodeInfo) => number) | undefined;
  /** NormalizeScore: brings the scores into 0 … 100, in place. */
  normalize?(scores: number[]): void;
}

export const MAX_SCORE = 100;

export const reject = (reason: string, preemptible: boolean): Rejection => ({ reasons: [reason], preemptible });

/** Scales the scores in proportion to the highest, in place; with `reverse` the highest becomes 0. */
export function normalizeByMax(scores: number[], reverse: boolean): void {
  const max = Math.max(0, ...scores);
  for (let index = 0; index < scores.length; index++) {
    const scaled = max === 0 ? 0 : Math.trunc((MAX_SCORE * (scores[index] ?? 0)) / max);
    scores[index] = reverse ? MAX_SCORE - scaled : scaled;
  }
}
