import type { Pod, PodStatus } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Container } from '../../../api/pod/container/container.ts';
import type { ResourceRequirements } from '../../../api/pod/resources/resources.ts';
import type { RuntimeContainer, Sandbox } from '../../contract/runtime.ts';
import type { LinuxContainerResources } from '../../contract/runtime-config.ts';
import type { Removal } from '../../spec/restart-of-all.ts';

/** One running container whose resources change. */
export interface ContainerResize {
  readonly name: string;
  readonly id: string;
  /** With the limits of the pod as a whole. */
  readonly wanted: ResourceRequirements;
  readonly resources: LinuxContainerResources;
  readonly lowersMemory: boolean;
}

/** Work that takes time. Each runs under a key, one at a time, and is answered by the event `taskEnded` with its result. */
export type Task =
  | { readonly type: 'setUpVolumes' }
  | { readonly type: 'createSandbox'; readonly attempt: number; readonly replaces: readonly Sandbox[] }
  | {
      readonly type: 'startContainer';
      readonly container: Container;
      readonly sandbox: Sandbox;
      readonly restartCount: number;
      readonly previous: RuntimeContainer | undefined;
    }
  | {
      readonly type: 'killContainer';
      readonly container: Container;
      readonly id: string;
      readonly message: string;
      readonly graceSeconds: number;
    }
  | { readonly type: 'removeContainers'; readonly removals: readonly Removal[] }
  /** Resources that were changed in place reach the pod's cgroup, and running containers. */
  | {
      readonly type: 'resize';
      /** The pod by which its cgroup was set last. */
      readonly held: Live<Pod>;
      readonly containers: readonly ContainerResize[];
    }
  | { readonly type: 'readMessages'; readonly containers: readonly RuntimeContainer[] }
  /** Ends everything that runs of the pod, within the grace period that the state has at each moment: it may shrink meanwhile. */
  | { readonly type: 'endPod' };

export type TaskResult =
  /** There is nothing to remember: done, or given up because the pod looks different by now. */
  | { readonly type: 'done' }
  | { readonly type: 'volumesReady' }
  | { readonly type: 'volumesFailed'; readonly error: unknown }
  | { readonly type: 'sandboxReady' }
  | { readonly type: 'sandboxFailed'; readonly error: unknown }
  | { readonly type: 'started'; readonly container: string; readonly previous: RuntimeContainer | undefined }
  | {
      readonly type: 'startFailed';
      readonly container: string;
      readonly previous: RuntimeContainer | undefined;
      readonly reason: string;
      readonly message: string;
      /** Milliseconds since the epoch. */
      readonly retryAt: number;
    }
  | { readonly type: 'containersRemoved' }
  /** The pod whose resources are in force now, and those of the containers that were changed, by container ID. */
  | { readonly type: 'resized'; readonly pod: Live<Pod>; readonly given: ReadonlyMap<string, ResourceRequirements> }
  /** As `resized`, of the containers that were changed before the failure. */
  | { readonly type: 'resizeFailed'; readonly message: string; readonly given: ReadonlyMap<string, ResourceRequirements> }
  /** Termination messages by container ID. */
  | { readonly type: 'messagesRead'; readonly messages: ReadonlyMap<string, string> }
  | { readonly type: 'podEnded' }
  /** The task failed in a way that is not foreseen. */
  | { readonly type: 'broke'; readonly error: unknown };

/** One thing for the driver to do. */
export type WorkerAction =
  | { readonly type: 'begin'; readonly key: string; readonly task: Task }
  | {
      readonly type: 'event';
      readonly severity: 'Normal' | 'Warning';
      readonly reason: string;
      readonly message: string;
      /** Left out if the event is about the pod as a whole. */
      readonly container?: Container;
    }
  | { readonly type: 'log'; readonly error: unknown; readonly message: string; readonly task?: string }
  /** The pod's metadata changed: downward-API files follow. */
  | { readonly type: 'updateVolumes' }
  /** A second deletion asked for less time: containers that are ending already are given that. */
  | { readonly type: 'hasten'; readonly ids: readonly string[]; readonly graceSeconds: number }
  /** Liveness and startup probes end for good, and postStart hooks are not waited for: the pod is being ended. */
  | { readonly type: 'endProbes' }
  | { readonly type: 'stopProbes' }
  | { readonly type: 'observeStart'; readonly seconds: number }
  /** The API shows for the first time that all containers run. */
  | { readonly type: 'startShown'; readonly time: number; readonly initMs: number }
  | { readonly type: 'putStatus'; readonly pod: Live<Pod>; readonly status: PodStatus }
  /** Looks again at `time` (milliseconds since the epoch), in place of any time that was set before; undefined sets none. */
  | { readonly type: 'wakeAt'; readonly time: number | undefined }
  /** Nothing of the pod is left to do. */
  | { readonly type: 'finished' };

export const TASK = {
  volumes: 'volumes',
  sandbox: 'sandbox',
  messages: 'messages',
  end: 'end',
  removal: 'removal',
  container: (name: string) => `container/${name}`,
  resize: 'resize',
} as const;
