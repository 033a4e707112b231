import type { Shortage } from '../../spec/node-room.ts';

/** The reason why a node does not take a pod, in the words of the event; the pod's status says `Pod was rejected: ` before them. */
export interface Rejection {
  readonly reason: string;
  readonly message: string;
  /** The resources of which the node has too little for a critical pod: it ends less important pods if those have enough of them. */
  readonly shortages?: readonly Shortage[];
}
