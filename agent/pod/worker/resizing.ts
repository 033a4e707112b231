import type { Container } from '../../../api/pod/container/container.ts';
import type { ResourceRequirements } from '../../../api/pod/resources/resources.ts';
import { isRunning, latestContainer, readySandbox } from '../../contract/observation.ts';
import type { RuntimeContainer } from '../../contract/runtime.ts';
import { ANNOTATION } from '../../contract/runtime-labels.ts';
import { asksTheSame } from '../../spec/allocation.ts';
import { containerResources } from '../../spec/container-resources.ts';
import { withPodLimits } from '../../spec/effective-resources.ts';
import { specContainers } from '../../spec/pod-containers.ts';
import { memoryBytes } from '../../spec/pod-resources.ts';
import { needsRestart, resizeText, sameResources } from '../../spec/resize.ts';
import type { PodState } from './pod-state.ts';
import { renewed } from './tasks.ts';
import type { Turn } from './turn.ts';
import { begin } from './turn.ts';
import type { ContainerResize } from './worker-action.ts';
import { TASK } from './worker-action.ts';

/**
 * The resources that a container has, with the limits of the pod as a whole: those it was given last, otherwise those it was created with.
 * Returns undefined if an agent made it that kept no record.
 */
export function appliedResources({ life }: PodState, { id, annotations }: RuntimeContainer): ResourceRequirements | undefined {
  const given = life.phase === 'running' ? life.resized.get(id) : undefined;
  if (given) return given;
  const created = annotations[ANNOTATION.requirements];
  return created === undefined ? undefined : JSON.parse(created);
}

/** The resources that a container is to have, and those that it has. */
interface Difference {
  readonly wanted: ResourceRequirements;
  readonly applied: ResourceRequirements;
}

/** Returns undefined if a container has what it is to have. */
function differenceOf(state: PodState, { resources }: Container, current: RuntimeContainer): Difference | undefined {
  const wanted = withPodLimits(resources, state.pod.spec?.resources);
  const applied = appliedResources(state, current) ?? wanted;
  return sameResources(wanted, applied) ? undefined : { wanted, applied };
}

/**
 * Brings changed resources to the pod and to the containers that run, once those that need a restart have ended; the plan ends them and starts them
 * again. A container that does not run gets its resources when it starts.
 */
export function resize(turn: Turn): void {
  const { state, view } = turn;
  const { pod, life, resizing } = state;
  // A pod's cgroup is made with its sandbox.
  if (life.phase !== 'running' || resizing === undefined || !readySandbox(view.observation)) return;
  const containers: ContainerResize[] = [];
  const ending: string[] = [];
  // One that is being started may have been made with what the pod asked for before.
  let awaitsStart = specContainers(pod).some(({ name }) => state.tasks.running.has(TASK.container(name)));
  for (const container of specContainers(pod)) {
    const current = latestContainer(view.observation, container.name);
    const difference = current && differenceOf(state, container, current);
    if (!difference) continue;
    const { wanted, applied } = difference;
    if (needsRestart(container.resizePolicy, wanted, applied)) {
      if (isRunning(current)) ending.push(current.id);
      else if (resizing.restarted.has(current.id)) awaitsStart = true;
    } else if (isRunning(current)) {
      const [limit, has] = [memoryBytes(wanted.limits), memoryBytes(applied.limits)];
      const lowersMemory = limit > 0 && (has === 0 || limit < has);
      const resources = containerResources(pod, container, view.node.machine);
      containers.push({ name: container.name, id: current.id, wanted, resources, lowersMemory });
    }
  }
  if (ending.length > 0) {
    turn.state = { ...turn.state, resizing: { ...resizing, restarted: new Set([...resizing.restarted, ...ending]) } };
  } else if (containers.length > 0 || resizing.held) {
    begin(turn, TASK.resize, { type: 'resize', held: resizing.held ?? pod, containers });
  } else if (!awaitsStart) {
    turn.state = { ...turn.state, resizing: undefined };
    turn.actions.push({
      type: 'event',
      severity: 'Normal',
      reason: 'ResizeCompleted',
      message: resizeText('Pod resize completed', pod, resizing.generation),
    });
  }
}

/** Whether a container has to be restarted, because its resources have changed and its resizePolicy asks for it. */
export const restartsForResize =
  (state: PodState) =>
  (container: Container, current: RuntimeContainer): boolean => {
    if (!state.resizing || !(isRunning(current) || state.resizing.restarted.has(current.id))) return false;
    const difference = differenceOf(state, container, current);
    return difference !== undefined && needsRestart(container.resizePolicy, difference.wanted, difference.applied);
  };

/** Whether no container starts yet: the pod's cgroup may leave it too little. After a failure containers start all the same. */
export const awaitsResize = ({ resizing }: PodState): boolean => resizing?.held !== undefined && resizing.error === undefined;

/** Remembers that the pod has been given other resources, if it has. */
export function noticeResize(turn: Turn, before: PodState['pod'], now: PodState['pod']): void {
  if (asksTheSame(before, now)) return;
  const { resizing, tasks } = turn.state;
  const { generation } = now.metadata;
  const { held = before, restarted = new Set<string>() } = resizing ?? {};
  turn.state = { ...turn.state, resizing: { generation, error: undefined, held, restarted }, tasks: renewed(tasks, TASK.resize) };
  turn.actions.push({ type: 'event', severity: 'Normal', reason: 'ResizeStarted', message: resizeText('Pod resize started', now, generation) });
}

/** Remembers what has been given. The pod may ask for something else by now. */
export function resized(turn: Turn, pod: PodState['pod'], given: ReadonlyMap<string, ResourceRequirements>): void {
  remember(turn, given);
  const held = asksTheSame(pod, turn.state.pod) ? undefined : pod;
  const { resizing } = turn.state;
  if (resizing) turn.state = { ...turn.state, resizing: { ...resizing, error: undefined, held } };
}

/** Remembers why resources could not be given; says so once. */
export function resizeFailed(turn: Turn, message: string, given: ReadonlyMap<string, ResourceRequirements>): void {
  remember(turn, given);
  const { resizing, pod } = turn.state;
  if (!resizing || resizing.error === message) return;
  turn.state = { ...turn.state, resizing: { ...resizing, error: message } };
  const text = resizeText('Pod resize error', pod, resizing.generation, message);
  turn.actions.push({ type: 'event', severity: 'Warning', reason: 'ResizeError', message: text });
}

function remember(turn: Turn, given: ReadonlyMap<string, ResourceRequirements>): void {
  const { life } = turn.state;
  if (life.phase === 'running' && given.size > 0) turn.state = { ...turn.state, life: { ...life, resized: new Map([...life.resized, ...given]) } };
}
