import type { Pod, PodStatus } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { ResourceRequirements } from '../../../api/pod/resources/resources.ts';
import type { RuntimeContainer } from '../../contract/runtime.ts';
import type { PendingResize } from '../../spec/allocation.ts';
import { resizingFound } from '../../spec/allocation.ts';
import { withPodLimits } from '../../spec/effective-resources.ts';
import type { WaitingReason } from '../status/container-status.ts';
import type { CrashBackoffs } from './crash-backoff.ts';
import { NO_BACKOFFS } from './crash-backoff.ts';
import { isStartMeasured } from './start-latency.ts';
import type { Tasks } from './tasks.ts';
import { NO_TASKS } from './tasks.ts';

/** Makes a pod Failed as a whole: evicted, past its deadline. */
export interface PodFailure {
  readonly reason: string;
  readonly message: string;
  /** The node ends the pod for reasons of its own: the pod's condition DisruptionTarget says so. */
  readonly isDisruption?: boolean;
  /** The message of that condition; default: that of the failure. */
  readonly disruptionMessage?: string;
}

/** Asks for the end of a pod. */
export interface EndRequest {
  readonly graceSeconds: number;
  readonly failure?: PodFailure;
  /** The pod is no longer in the API: nobody reads its status. */
  readonly vanished?: boolean;
}

export interface Running {
  readonly phase: 'running';
  readonly backoffs: CrashBackoffs;
  /** Resources last given to containers after their start, with the limits of the pod as a whole, by container ID. */
  readonly resized: ReadonlyMap<string, ResourceRequirements>;
  /**
   * Starts that wait for the tasks of containers that stand before them in the spec, by container name. They wait for those that ran when
   * they were queued, not for later ones: a container that crashes does not keep the next from starting.
   */
  readonly queued: ReadonlyMap<string, ReadonlySet<string>>;
  /** Containers whose start waits for its postStart hook, by name: until it has run they count as not started. */
  readonly hooked: ReadonlySet<string>;
  /** Containers that are ended to run again at once, as they ran, by ID; until they start, or their start is put off. */
  readonly replaced: ReadonlyMap<string, RuntimeContainer>;
}

/** - `ending`: the pod is told to end; nothing is started any more. - `ended`: nothing runs, its last status is yet to be told. - `over` */
export interface Ending {
  readonly phase: 'ending' | 'ended' | 'over';
  /** The shortest that was asked for. */
  readonly graceSeconds: number;
  readonly failure: PodFailure | undefined;
}

export type LifeCycle = Running | Ending;

/** A change of resources under way. */
export interface Resizing {
  /** The pod's metadata.generation that asked for it. */
  readonly generation: number | undefined;
  /** Why it could not be made at the last attempt. */
  readonly error: string | undefined;
  /** The pod by which its cgroup was set last; undefined if that is as the pod is now. */
  readonly held: Live<Pod> | undefined;
  /** Containers that are ended to start again with other resources, by ID. Those that had ended before are not. */
  readonly restarted: ReadonlySet<string>;
}

/** All that a worker knows of its pod beside what the runtime shows. A value: each step makes a new one. */
export interface PodState {
  readonly life: LifeCycle;
  /** The pod as the API has it. */
  readonly live: Live<Pod>;
  /** The same with the status that was computed last. */
  readonly pod: Live<Pod>;
  /** The status that was computed last. */
  readonly status: PodStatus | undefined;
  /** The time at which the agent first saw the pod; milliseconds since the epoch. */
  readonly startTime: number;
  /** All of its containers have run at once: the latency of the start has been told. */
  readonly hasStarted: boolean;
  /** The API has shown that all of its containers run: the latency that others see has been told, or this agent cannot know it. */
  readonly isStartShown: boolean;
  /** The pod has left the API. */
  readonly vanished: boolean;
  /** The agent stops: nothing is decided any more, and containers go on. */
  readonly stopped: boolean;
  readonly volumesReady: boolean;
  /** A change of resources that the node has not agreed to. */
  readonly pending: PendingResize | undefined;
  /** A change of resources that has not reached the pod and all of its containers; undefined if there is none. */
  readonly resizing: Resizing | undefined;
  /** The reasons for which containers have not been started, by container name. */
  readonly waiting: ReadonlyMap<string, WaitingReason>;
  /** Termination messages, by container ID. */
  readonly messages: ReadonlyMap<string, string>;
  readonly tasks: Tasks;
}

/** @param simulated there are no volumes to set up. */
export function initialState(pod: Live<Pod>, now: number, simulated: boolean): PodState {
  const held = resizingFound(pod);
  return {
    life: { phase: 'running', backoffs: NO_BACKOFFS, resized: resourcesTold(pod, held), queued: new Map(), hooked: new Set(), replaced: new Map() },
    live: pod,
    pod,
    status: undefined,
    startTime: now,
    hasStarted: pod.status?.phase === 'Running',
    isStartShown: !isStartMeasured(pod),
    vanished: false,
    stopped: false,
    volumesReady: simulated,
    pending: undefined,
    resizing: held && { generation: generationTold(pod), error: undefined, held, restarted: new Set() },
    waiting: new Map(),
    messages: new Map(),
    tasks: NO_TASKS,
  };
}

const generationTold = ({ metadata, status }: Live<Pod>): number | undefined =>
  status?.conditions?.find(({ type }) => type === 'PodResizeInProgress')?.observedGeneration ?? metadata.generation;

/** The resources that an earlier agent gave to containers that run, by container ID: they may differ from those that they were made with. */
function resourcesTold(pod: Live<Pod>, held: Live<Pod> | undefined): ReadonlyMap<string, ResourceRequirements> {
  const { spec } = held ?? pod;
  const all = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  return new Map(
    all.flatMap(({ containerID, resources, state }) =>
      containerID && resources && state?.running
        ? [[containerID.slice(containerID.indexOf('//') + 2), withPodLimits(resources, spec?.resources)]]
        : [],
    ),
  );
}

/** Seconds that the pod's containers have to end: those of its deletion, otherwise those of its spec; at least one (pkg/kubelet/pod_workers.go). */
export const graceOf = ({ metadata, spec }: Live<Pod>): number =>
  Math.max(1, Number((metadata.deletionTimestamp ? metadata.deletionGracePeriodSeconds : spec?.terminationGracePeriodSeconds) ?? 30));

/** Whether the start of a container still waits for its postStart hook. */
export const isHooked = ({ life }: PodState, container: string): boolean => life.phase === 'running' && life.hooked.has(container);

/** Whether a container was ended to run again at once, and has not started yet. */
export const isReplaced = ({ life }: PodState, id: string): boolean => life.phase === 'running' && life.replaced.has(id);

/** The state in which the end of a container that was to be replaced is no longer kept back. */
export function withoutReplaced(state: PodState, id: string | undefined): PodState {
  const { life } = state;
  if (id === undefined || life.phase !== 'running' || !life.replaced.has(id)) return state;
  return { ...state, life: { ...life, replaced: new Map([...life.replaced].filter(([other]) => other !== id)) } };
}

/** The end of the pod's activeDeadlineSeconds, in milliseconds since the epoch. Returns undefined if it has none. */
export function deadlineOf(pod: Live<Pod>, firstSeen: number): number | undefined {
  const seconds = pod.spec?.activeDeadlineSeconds;
  if (seconds === undefined) return undefined;
  const start = pod.status?.startTime ? Date.parse(pod.status.startTime) : firstSeen;
  return start + Number(seconds) * 1000;
}
