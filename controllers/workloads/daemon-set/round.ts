import type { DaemonSet } from '../../../api/kinds/apps/daemon-set/schema.ts';
import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Placement } from './placement.ts';

export type DaemonPod = Live<Pod>;

export interface Observed {
  readonly set: Live<DaemonSet>;
  readonly nodes: readonly Live<Node>[];
  readonly placement: (node: Live<Node>) => Placement;
  /** The set's pods by node, without those that have ended and are being deleted. */
  readonly pods: ReadonlyMap<string, readonly DaemonPod[]>;
  /** The hash of the current revision. */
  readonly hash: string;
  readonly now: number;
  /** Returns the milliseconds for which a failed pod on a node is kept, so that failing pods are not replaced without a break. */
  readonly keptFor: (nodeName: string) => number;
}

/** A pod that has ended and is deleted, so that another takes its place. */
export interface Ended {
  readonly pod: DaemonPod;
  readonly nodeName: string;
}

export interface Plan {
  /** Names of the nodes that get a pod. */
  readonly create: readonly string[];
  readonly remove: readonly DaemonPod[];
  /** The pods among `remove` that failed, and those that succeeded. */
  readonly failed: readonly Ended[];
  readonly succeeded: readonly Ended[];
  /** The time until a failed pod may be deleted; undefined if none is kept. */
  readonly retryAfterMs: number | undefined;
}
