import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Container, VolumeMount } from '../../../api/pod/container/container.ts';
import type { ContainerState, ContainerStatus } from '../../../api/pod/container/container-status.ts';
import type { ResourceRequirements } from '../../../api/pod/resources/resources.ts';
import { timeText } from '../../../base/clock.ts';
import type { PodObservation } from '../../contract/observation.ts';
import { latestContainer, previousContainer, restartCountOf } from '../../contract/observation.ts';
import type { ContainerIdentity, RuntimeContainer } from '../../contract/runtime.ts';
import type { ContainerRole } from '../../spec/pod-containers.ts';
import { isRecursivelyReadOnly } from '../../spec/recursive-read-only.ts';
import { inForce, sameResources } from '../../spec/resize.ts';
import { REMOVED_FOR_RESTART } from '../../spec/restart-of-all.ts';
import { shouldRestart } from '../../spec/restart-policy.ts';
import { unknownEnd } from './unknown-end.ts';

/** Why a container waits, as its status shows it. */
export interface WaitingReason {
  readonly reason: string;
  readonly message: string;
}

export interface ContainerStatusInput {
  readonly pod: Live<Pod>;
  readonly observation: PodObservation;
  /** Why containers that were to be started have not been, by container name. */
  readonly waiting: ReadonlyMap<string, WaitingReason>;
  /** The pod is being ended, or has ended: nothing is started any more. */
  readonly ending: boolean;
  /** A restart of all containers is under way: those that are missing were removed for it. */
  readonly restartingAll: boolean;
  /** The prefix of container IDs: `containerd`. */
  readonly runtimeName: string;
  /** The handler of the pod can make a mount read-only with all mounts below it. */
  readonly recursiveReadOnlyMounts: boolean;
  /** Termination messages of containers, by container ID. */
  readonly terminationMessages: ReadonlyMap<string, string>;
  /** The resources that a container has, perhaps with the limits of its pod; undefined if that is not known. */
  readonly applied: (current: RuntimeContainer) => ResourceRequirements | undefined;
  readonly ready: (containerId: string, container: Container) => boolean;
  readonly started: (containerId: string, container: Container) => boolean;
}

/** The status of one container, from its latest attempt and the one before. */
export function containerStatus(input: ContainerStatusInput, container: Container, role: ContainerRole): ContainerStatus {
  const { pod, observation, waiting } = input;
  const current = latestContainer(observation, container.name);
  const old = oldStatusOf(pod, container.name);
  if (!current) return neverSeen(input, container, role, old);
  const terminated = current.state === 'exited' ? { terminated: terminatedState(input, current) } : undefined;
  const before = previousContainer(observation, container.name);
  const lastOf = (other: RuntimeContainer | undefined): ContainerState =>
    other?.state === 'exited' ? { terminated: terminatedState(input, other) } : (old?.lastState ?? {});
  const reason = waiting.get(container.name);
  // A dead container that is to run again waits, with its end as the last state, as soon as there is a reason to tell.
  const waits = !input.ending && reason !== undefined && current.state !== 'running' && shouldRestart(pod, container, current);
  const state = waits ? { waiting: waitingState(reason) } : (terminated ?? runningState(current));
  const running = current.state === 'running';
  const started = running && input.started(current.id, container);
  return {
    name: container.name,
    state,
    lastState: waits && terminated ? terminated : lastOf(before),
    ready:
      role === 'init' ? current.state === 'exited' && current.exitCode === 0 : started && role !== 'ephemeral' && input.ready(current.id, container),
    restartCount: restartCountOf(current),
    image: current.image,
    imageID: current.imageRef,
    containerID: `${input.runtimeName}://${current.id}`,
    started: role === 'init' ? false : started,
    resources: actualResources(container, running ? input.applied(current) : undefined),
    ...allocated(container),
    ...(current.user ? { user: { linux: userStatus(current.user) } } : {}),
    ...(container.volumeMounts?.length ? { volumeMounts: mountStatuses(container, input.recursiveReadOnlyMounts) } : {}),
  };
}

const userStatus = ({ uid, gid, supplementalGroups }: ContainerIdentity) => ({
  uid,
  gid,
  ...(supplementalGroups.length > 0 ? { supplementalGroups: [...supplementalGroups] } : {}),
});

function oldStatusOf(pod: Live<Pod>, name: string): ContainerStatus | undefined {
  const status = pod.status;
  const all = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? []), ...(status?.ephemeralContainerStatuses ?? [])];
  return all.find((candidate) => candidate.name === name);
}

/** The runtime knows nothing of the container: it was never made, or was lost (with its record). */
function neverSeen(input: ContainerStatusInput, container: Container, role: ContainerRole, old: ContainerStatus | undefined): ContainerStatus {
  const initializing = role === 'init' || role === 'sidecar' || (input.pod.spec?.initContainers ?? []).length > 0;
  const fallback = { reason: initializing ? 'PodInitializing' : 'ContainerCreating', message: '' };
  const base = {
    name: container.name,
    ready: false,
    started: false,
    image: container.image ?? '',
    imageID: '',
    restartCount: old?.restartCount ?? 0,
    ...(container.volumeMounts?.length ? { volumeMounts: mountStatuses(container, input.recursiveReadOnlyMounts) } : {}),
  };
  if (input.restartingAll && old?.containerID) return removed(input, old, base, fallback);
  if (old?.state?.terminated) return { ...base, ...old, ready: old.ready && role === 'init' };
  if (!old?.state?.running) {
    return { ...base, state: { waiting: waitingState(input.waiting.get(container.name) ?? fallback) }, lastState: old?.lastState ?? {} };
  }
  const lost = unknownEnd('The container could not be located when the pod was deleted.  The container used to be Running');
  if (input.ending) return { ...base, state: lost, lastState: {} };
  return { ...base, state: { waiting: waitingState(fallback) }, lastState: lost, restartCount: base.restartCount + 1 };
}

/** A container that was removed so that all of them start anew. A reason to wait that it had before stays, as upstream. */
function removed(input: ContainerStatusInput, old: ContainerStatus, base: ContainerStatus, fallback: WaitingReason): ContainerStatus {
  const restartCount = old.restartCount + 1;
  if (old.state?.waiting) {
    return { ...base, restartCount, state: { waiting: waitingState(input.waiting.get(old.name) ?? fallback) }, lastState: old.lastState ?? {} };
  }
  const message = 'The container is removed because RestartAllContainers in place';
  const state = { waiting: { reason: REMOVED_FOR_RESTART, message } };
  return { ...base, restartCount, state, lastState: unknownEnd(message, REMOVED_FOR_RESTART) };
}

const waitingState = ({ reason, message }: WaitingReason) => ({ reason, ...(message === '' ? {} : { message }) });

function runningState(container: RuntimeContainer): ContainerState {
  if (container.state === 'running') return { running: { startedAt: timeText(container.startedAt) } };
  return { waiting: { reason: 'ContainerCreating' } };
}

function terminatedState(input: ContainerStatusInput, container: RuntimeContainer) {
  const containerId = `${input.runtimeName}://${container.id}`;
  const message = container.message || input.terminationMessages.get(container.id) || writtenMessage(input.pod, containerId);
  return {
    exitCode: container.exitCode,
    reason: container.reason || (container.exitCode === 0 ? 'Completed' : 'Error'),
    ...(message ? { message } : {}),
    startedAt: container.startedAt > 0 ? timeText(container.startedAt) : undefined,
    finishedAt: timeText(container.finishedAt),
    containerID: containerId,
  };
}

/** The message as the API has it: its file is deleted with the pod's directory. */
function writtenMessage(pod: Live<Pod>, containerId: string): string | undefined {
  const all = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])];
  const ends = all.flatMap(({ state, lastState }) => [state?.terminated ?? [], lastState?.terminated ?? []].flat());
  return ends.find((end) => end.containerID === containerId)?.message;
}

/** The resources that the container has; those of its spec if nothing else is known. */
const actualResources = ({ resources = {} }: Container, applied: ResourceRequirements | undefined): ResourceRequirements =>
  applied === undefined || sameResources(resources, applied) ? resources : inForce(resources, applied);

const allocated = (container: Container) => (container.resources?.requests ? { allocatedResources: container.resources.requests } : {});

const mountStatuses = ({ volumeMounts = [] }: Container, recursiveReadOnlyMounts: boolean) =>
  volumeMounts.map((mount) => ({
    name: mount.name,
    mountPath: mount.mountPath,
    ...(mount.readOnly ? { readOnly: true, recursiveReadOnly: isRecursive(mount, recursiveReadOnlyMounts) ? 'Enabled' : 'Disabled' } : {}),
  }));

/** A mount that cannot be as it must be is not made: its container waits. */
function isRecursive(mount: VolumeMount, supported: boolean): boolean {
  try {
    return isRecursivelyReadOnly(mount, supported);
  } catch {
    return false;
  }
}
