/** The kinds of containers as kubelet's metrics name them. */
export type ContainerType = 'container' | 'init_container' | 'ephemeral_container';

/** Told of what happens to pods and their containers, for the node's metrics. */
export interface PodMetrics {
  /** All containers of a pod run for the first time; seconds since the node saw it, and since it was created. */
  podRuns(seconds: number, sinceCreation: number): void;
  sandboxStarted(handler: string, seconds: number): void;
  sandboxFailed(handler: string): void;
  containerStarted(type: ContainerType): void;
  /** @param code the reason that the container's status shows: `ErrImagePull` */
  containerFailed(type: ContainerType, code: string): void;
  containerEnded(type: ContainerType, exitCode: number, reason: string): void;
}

/** For nodes that serve no metrics. */
export const noPodMetrics: PodMetrics = {
  podRuns() {},
  sandboxStarted() {},
  sandboxFailed() {},
  containerStarted() {},
  containerFailed() {},
  containerEnded() {},
};
