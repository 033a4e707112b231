import type { ResourceRequirements } from '../../../api/pod/resources/resources.ts';
import { isRunning, latestContainer } from '../../contract/observation.ts';
import type { RuntimeContainer } from '../../contract/runtime.ts';
import { ANNOTATION } from '../../contract/runtime-labels.ts';
import { containerResources, memoryBytes } from '../../spec/pod-resources.ts';
import { needsRestart, resizableContainers, resizeText, sameResources } from '../../spec/resize.ts';
import { shouldRestart } from '../../spec/restart-policy.ts';
import type { PodState } from './pod-state.ts';
import type { Turn } from './turn.ts';
import { begin } from './turn.ts';
import { TASK } from './worker-action.ts';

/**
 * The resources that a container has: those it was given last, otherwise those that its status tells of (an earlier agent gave them), otherwise
 * those it was created with. Returns undefined if an agent made it that kept no record.
 */
export function appliedResources({ life, pod }: PodState, { id, annotations }: RuntimeContainer): ResourceRequirements | undefined {
  const given = life.phase === 'running' ? life.resized.get(id) : undefined;
  if (given) return given;
  const statuses = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])];
  const told = statuses.find(({ containerID }) => containerID?.endsWith(id))?.resources;
  if (told) return told;
  const created = annotations[ANNOTATION.requirements];
  return created === undefined ? undefined : JSON.parse(created);
}

/** Brings changed resources to containers that run, one task per container; those that need a restart are restarted by the plan. */
export function resize(turn: Turn): void {
  const { state, view } = turn;
  if (state.life.phase !== 'running' || state.resizing === undefined) return;
  const { pod } = state;
  let isDone = true;
  for (const container of resizableContainers(pod)) {
    const current = latestContainer(view.observation, container.name);
    if (!current || !isRunning(current)) {
      if (shouldRestart(pod, container, current)) isDone = false;
      continue;
    }
    const applied = appliedResources(state, current) ?? container.resources;
    if (sameResources(container.resources, applied)) continue;
    isDone = false;
    if (needsRestart(container, applied)) continue;
    const resources = containerResources(pod, container, view.node.memoryCapacity);
    const [wanted, has] = [memoryBytes(container.resources?.limits), memoryBytes(applied?.limits)];
    begin(turn, TASK.resize(container.name), {
      type: 'resize',
      container,
      id: current.id,
      resources,
      lowersMemory: wanted > 0 && (has === 0 || wanted < has),
    });
  }
  if (!isDone) return;
  turn.state = { ...turn.state, resizing: undefined };
  turn.actions.push({ type: 'event', severity: 'Normal', reason: 'ResizeCompleted', message: resizeText('Pod resize completed', pod) });
}

/** Whether a container has to be restarted, because its resources have changed and its resizePolicy asks for it. */
export const restartsForResize =
  (state: PodState) =>
  (container: Parameters<typeof needsRestart>[0], current: RuntimeContainer): boolean =>
    state.resizing !== undefined && needsRestart(container, appliedResources(state, current) ?? container.resources);

/** Remembers that the pod has been given other resources, if it has. */
export function noticeResize(turn: Turn, before: PodState['pod'], now: PodState['pod']): void {
  const old = new Map(resizableContainers(before).map(({ name, resources }) => [name, resources]));
  if (resizableContainers(now).every(({ name, resources }) => sameResources(resources, old.get(name)))) return;
  turn.state = { ...turn.state, resizing: { error: undefined } };
  turn.actions.push({ type: 'event', severity: 'Normal', reason: 'ResizeStarted', message: resizeText('Pod resize started', now) });
}

/** Remembers why resources could not be given; says so once. */
export function resizeFailed(turn: Turn, message: string): void {
  if (turn.state.resizing?.error === message) return;
  turn.state = { ...turn.state, resizing: { error: message } };
  const text = resizeText('Pod resize error', turn.state.pod, message);
  turn.actions.push({ type: 'event', severity: 'Warning', reason: 'ResizeError', message: text });
}
