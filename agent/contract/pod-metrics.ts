import type { Live } from '../../api/meta/object.ts';

/** The kinds of containers as kubelet's metrics name them. */
export type ContainerType = 'container' | 'init_container' | 'ephemeral_container';

/** A container's probe: the pod that it is of, the container's name and the kind as kubelet's metrics name it (`Readiness`). */
export interface ProbeSubject {
  readonly pod: Pick<Live['metadata'], 'name' | 'namespace' | 'uid'>;
  readonly container: string;
  readonly type: string;
}

/** The start of a pod, from its creation until the API shows all of its containers running. */
export interface PodStart {
  readonly seconds: number;
  /** Those that its images were pulled and its init containers ran. */
  readonly excludedSeconds: number;
  /** It has volumes with content of their own: its start does not count for the latency of starts. */
  readonly isStateful: boolean;
  readonly isOnHostNetwork: boolean;
}

/** The reasons for a round of a pod's worker, and the last one, which cleans up. */
export type WorkerRound = 'create' | 'update' | 'sync' | 'kill' | 'terminated';

/** A change of one amount of a container's resources. */
export interface AmountChange {
  readonly resource: 'cpu' | 'memory';
  readonly requirement: 'requests' | 'limits';
  readonly operation: 'add' | 'remove' | 'increase' | 'decrease';
}

/** The reasons for which a change of resources that had to wait is tried again, in kubelet's words. */
export type ResizeTrigger = 'pod_resized' | 'pod_terminated' | 'pod_updated' | 'pods_removed';

/** Told of what happens to pods and their containers, for the node's metrics. */
export interface PodMetrics {
  /** A pod's worker begins. @param seconds since the node saw the pod */
  workerBegan(containers: number, seconds: number): void;
  /** A pod's worker has nothing more to do for now. @param seconds since it was given something to do */
  workerRested(round: WorkerRound, seconds: number): void;
  /** All containers of a pod run for the first time; seconds since the node saw it. */
  podRuns(seconds: number): void;
  podStarted(start: PodStart): void;
  /** The API has a pod's status. @param seconds since the node found that it had changed */
  statusWritten(seconds: number): void;
  /** The node does not take a pod. */
  podRejected(reason: string): void;
  /** A pod that was deleted while it ran runs again under the same UID. */
  podRestarted(isStatic: boolean): void;
  /** A running pod asks for another amount of a resource. */
  resizeRequested(change: AmountChange): void;
  /** A pod is given what it had to wait for. */
  deferredResizeAccepted(trigger: ResizeTrigger): void;
  /** Other resources were brought to a pod and its containers, or could not be. */
  resized(ok: boolean, milliseconds: number): void;
  sandboxStarted(handler: string, seconds: number): void;
  sandboxFailed(handler: string): void;
  containerStarted(type: ContainerType): void;
  /** @param code the reason that the container's status shows: `ErrImagePull` */
  containerFailed(type: ContainerType, code: string): void;
  /** The images of a container's volumes were mounted, or could not be. */
  imageVolumesMounted(count: number, ok: boolean): void;
  containerEnded(type: ContainerType, exitCode: number, reason: string): void;
  /** The sleep of a lifecycle hook was cut short. */
  sleepCutShort(): void;
  /** A lifecycle hook that was to use HTTPS has succeeded over HTTP. */
  hookFellBackToHttp(): void;
  /** A probe has succeeded or failed, after so many seconds. */
  probed(subject: ProbeSubject, ok: boolean, seconds: number): void;
  /** The probe will not run again: what was counted for it is forgotten. */
  probeEnded(subject: ProbeSubject): void;
}

/** For nodes that serve no metrics. */
export const noPodMetrics: PodMetrics = {
  workerBegan() {},
  workerRested() {},
  podRuns() {},
  podStarted() {},
  statusWritten() {},
  podRejected() {},
  podRestarted() {},
  resizeRequested() {},
  deferredResizeAccepted() {},
  resized() {},
  sandboxStarted() {},
  sandboxFailed() {},
  containerStarted() {},
  containerFailed() {},
  imageVolumesMounted() {},
  containerEnded() {},
  sleepCutShort() {},
  hookFellBackToHttp() {},
  probed() {},
  probeEnded() {},
};
