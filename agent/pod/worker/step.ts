import type { Pod, PodStatus } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Given } from '../../spec/allocation.ts';
import { isRestartingAll } from '../../spec/restart-of-all.ts';
import { claimStatusesOf } from '../status/claim-statuses.ts';
import { NODE_CONDITION_TYPES } from '../status/pod-conditions.ts';
import { isTerminal } from '../status/pod-phase.ts';
import type { EndRequest, PodState } from './pod-state.ts';
import { deadlineOf, graceOf } from './pod-state.ts';
import { publish, quietUntil } from './publication.ts';
import { noticeResize } from './resizing.ts';
import { advance } from './running-pod.ts';
import { initMs, isShownRunning } from './start-latency.ts';
import { isBusy, taskEnded } from './task-results.ts';
import { nextTime } from './tasks.ts';
import type { PodView, Turn } from './turn.ts';
import { begin, endPod } from './turn.ts';
import type { TaskResult, WorkerAction } from './worker-action.ts';
import { TASK } from './worker-action.ts';

/** An event in the life of a pod. */
export type PodEvent =
  /** The runtime, a probe or the clock has news; also follows on every other event. */
  | { readonly type: 'look' }
  /** A newer version of the pod, and what it has been given where that differs; a deletion timestamp ends it. */
  | { readonly type: 'update'; readonly pod: Live<Pod>; readonly given?: Given | undefined }
  /** The pod ends although it is not being deleted, or has left the API. */
  | { readonly type: 'end'; readonly request: EndRequest }
  | { readonly type: 'taskEnded'; readonly key: string; readonly result: TaskResult }
  /** The agent stops; containers go on. */
  | { readonly type: 'stop' };

export interface Step {
  readonly state: PodState;
  readonly actions: readonly WorkerAction[];
}

/**
 * The whole behaviour of a pod worker as a pure function. `look` compares the pod with the runtime and begins what is missing; the other
 * events only change what is known, so that events that come together make one look, and one status.
 */
export function step(state: PodState, event: PodEvent, view: PodView): Step {
  if (state.stopped) return { state, actions: [] };
  const turn: Turn = { state, actions: [], view };
  switch (event.type) {
    case 'look':
      look(turn);
      break;
    case 'update':
      update(turn, event.pod, event.given);
      break;
    case 'end':
      if (event.request.vanished) turn.state = { ...turn.state, vanished: true };
      endPod(turn, event.request);
      break;
    case 'taskEnded':
      taskEnded(turn, event.key, event.result);
      break;
    case 'stop':
      turn.state = { ...state, stopped: true };
      turn.actions.push({ type: 'stopProbes' }, { type: 'wakeAt', time: undefined });
      break;
  }
  return { state: turn.state, actions: turn.actions };
}

function look(turn: Turn): void {
  if (turn.state.life.phase === 'running') advance(turn);
  // Tasks under way end first: a half-made sandbox could not be found and removed.
  if (turn.state.life.phase === 'ending' && !isBusy(turn.state)) begin(turn, TASK.end, { type: 'endPod' });
  const wasRestarting = isRestartingAll(turn.state.pod);
  publish(turn);
  // A restart of all containers goes by what the status tells: its steps follow as soon as it does.
  if (isRestartingAll(turn.state.pod) !== wasRestarting && turn.state.life.phase === 'running') advance(turn);
  turn.actions.push({ type: 'wakeAt', time: nextLook(turn) });
}

/** The time of the next look if nothing happens: a task's time comes, the deadline passes, a simulated pod has been quiet for long enough. */
function nextLook(turn: Turn): number | undefined {
  const { state, view } = turn;
  const deadline = state.life.phase === 'running' ? deadlineOf(state.pod, state.startTime) : undefined;
  const times = [nextTime(state.tasks, view.now), deadline, quietUntil(turn)].filter((time) => time !== undefined);
  return times.length === 0 ? undefined : Math.min(...times);
}

function update(turn: Turn, live: Live<Pod>, given: Given | undefined): void {
  const { state } = turn;
  const next = given?.pod ?? live;
  const isNewer = next.metadata.resourceVersion !== state.pod.metadata.resourceVersion;
  turn.state = { ...state, live, pod: { ...next, status: mergedStatus(next, state.status) }, pending: given?.pending };
  noticeStart(turn);
  noticeResize(turn, state.pod, next);
  if (isNewer && state.volumesReady) turn.actions.push({ type: 'updateVolumes' });
  if (next.metadata.deletionTimestamp || isEndedByOthers(next, state.status)) endPod(turn, { graceSeconds: graceOf(next) });
}

/** Tells once that the API shows what this agent has told: all containers run. */
function noticeStart(turn: Turn): void {
  const { state, view } = turn;
  if (state.isStartShown || !state.hasStarted || !isShownRunning(state.live)) return;
  turn.state = { ...state, isStartShown: true };
  turn.actions.push({ type: 'startShown', time: view.now, initMs: initMs(state.pod, view.observation) });
}

/** Whether another client has ended the pod, which is final: the node ends its containers. */
const isEndedByOthers = ({ status }: Live<Pod>, own: PodStatus | undefined): boolean =>
  own !== undefined && isTerminal(status?.phase) && !isTerminal(own.phase);

/** Our own status is newer than the one in the API, but for the conditions and the names of claims that others set, and the end of the pod. */
function mergedStatus(next: Live<Pod>, own: PodStatus | undefined): PodStatus | undefined {
  if (!own) return next.status;
  if (isEndedByOthers(next, own)) return { ...own, ...next.status };
  const types = new Set((own.conditions ?? []).map(({ type }) => type));
  const current = next.status?.conditions ?? [];
  const fresh = (own.conditions ?? []).map((condition) =>
    NODE_CONDITION_TYPES.has(condition.type) ? condition : (current.find(({ type }) => type === condition.type) ?? condition),
  );
  return { ...own, ...claimStatusesOf(next.status), conditions: [...fresh, ...current.filter(({ type }) => !types.has(type))] };
}
