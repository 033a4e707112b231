/** The reason why a node does not take a pod, in the words of the event; the pod's status says `Pod was rejected: ` before them. */
export interface Rejection {
  readonly reason: string;
  readonly message: string;
}
