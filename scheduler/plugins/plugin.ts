import type { ClusterState } from '../state/cluster-state.ts';
import type { NodeInfo } from '../state/node-info.ts';
import type { PodInfo } from '../state/pod-info.ts';

/** Why a node will not do. */
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
  /** What can be worked out once for all nodes is; undefined where the pod asks nothing of this kind. */
  prepare(pod: PodInfo, cluster: ClusterState): NodeCheck | undefined;
}

/** A wish about nodes: the more a node fulfils it, the higher its score. */
export interface Score {
  readonly name: string;
  readonly weight: number;
  /** Undefined where it would not tell the nodes apart. */
  prepare(pod: PodInfo, cluster: ClusterState, feasible: readonly NodeInfo[]): ((node: NodeInfo) => number) | undefined;
  /** Brings the scores into 0 … 100. */
  normalize?(scores: number[]): void;
}

export const MAX_SCORE = 100;

export const reject = (reason: string, preemptible: boolean): Rejection => ({ reasons: [reason], preemptible });

/** In proportion to the highest; `reverse`: the highest becomes 0. */
export function normalizeByMax(scores: number[], reverse: boolean): void {
  const max = Math.max(0, ...scores);
  for (let index = 0; index < scores.length; index++) {
    const scaled = max === 0 ? 0 : Math.trunc((MAX_SCORE * (scores[index] ?? 0)) / max);
    scores[index] = reverse ? MAX_SCORE - scaled : scaled;
  }
}
