import type { Live } from '../../api/meta/object.ts';

/** The kinds of containers as kubelet's metrics name them. */
export type ContainerType = 'container' | 'init_container' | 'ephemeral_container';

/** A container's probe: the pod that it is of, the container's name and the kind as kubelet's metrics name it (`Readiness`). */
export interface ProbeSubject {
  readonly pod: Pick<Live['metadata'], 'name' | 'namespace' | 'uid'>;
  readonly container: string;
  readonly type: string;
}

/** Told of what happens to pods and their containers, for the node's metrics. */
export interface PodMetrics {
  /** All containers of a pod run for the first time; seconds since the node saw it, and since it was created. */
  podRuns(seconds: number, sinceCreation: number): void;
  sandboxStarted(handler: string, seconds: number): void;
  sandboxFailed(handler: string): void;
  containerStarted(type: ContainerType): void;
  /** @param code the reason that the container's status shows: `ErrImagePull` */
  containerFailed(type: ContainerType, code: string): void;
  /** The images of a container's volumes were mounted, or could not be. */
  imageVolumesMounted(count: number, ok: boolean): void;
  containerEnded(type: ContainerType, exitCode: number, reason: string): void;
  /** A probe has succeeded or failed, after so many seconds. */
  probed(subject: ProbeSubject, ok: boolean, seconds: number): void;
  /** The probe will not run again: what was counted for it is forgotten. */
  probeEnded(subject: ProbeSubject): void;
}

/** For nodes that serve no metrics. */
export const noPodMetrics: PodMetrics = {
  podRuns() {},
  sandboxStarted() {},
  sandboxFailed() {},
  containerStarted() {},
  containerFailed() {},
  imageVolumesMounted() {},
  containerEnded() {},
  probed() {},
  probeEnded() {},
};
