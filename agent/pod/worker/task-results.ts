import { DynamicResourcesError } from '../../contract/dynamic-resources.ts';
import { MountError } from '../../contract/pod-volumes.ts';
import type { RuntimeContainer } from '../../contract/runtime.ts';
import { withRestart } from './crash-backoff.ts';
import type { PodState } from './pod-state.ts';
import { withoutReplaced } from './pod-state.ts';
import { resized, resizeFailed } from './resizing.ts';
import { ended, retriedLater, succeeded, withoutDelays } from './tasks.ts';
import type { Turn } from './turn.ts';
import { holdBack, wait } from './turn.ts';
import type { TaskResult } from './worker-action.ts';
import { TASK } from './worker-action.ts';

/** Remembers how a task ended: what is ready now, and when to try again what failed. */
export function taskEnded(turn: Turn, key: string, result: TaskResult): void {
  turn.state = released({ ...turn.state, tasks: ended(turn.state.tasks, key) }, key);
  const { state } = turn;
  switch (result.type) {
    case 'done':
      turn.state = { ...state, tasks: succeeded(state.tasks, key) };
      break;
    case 'volumesReady':
      turn.state = { ...state, volumesReady: true, tasks: succeeded(state.tasks, key) };
      break;
    case 'volumesFailed':
      // A pod that ends needs none.
      if (state.life.phase !== 'running') break;
      if (!(result.error instanceof MountError)) turn.actions.push({ type: 'log', error: result.error, message: 'volumes could not be set up' });
      retry(turn, key, result.error instanceof MountError ? result.error.reason : 'FailedMount', textOf(result.error));
      break;
    case 'sandboxReady':
      turn.state = { ...state, tasks: succeeded(state.tasks, key) };
      break;
    case 'sandboxFailed':
      // A pod that ends needs none.
      if (state.life.phase !== 'running') break;
      turn.actions.push({ type: 'log', error: result.error, message: 'a sandbox could not be created' });
      if (result.error instanceof DynamicResourcesError) {
        retry(turn, key, 'FailedPrepareDynamicResources', `Failed to prepare dynamic resources: ${textOf(result.error)}`);
      } else retry(turn, key, 'FailedCreatePodSandBox', `Failed to create pod sandbox: ${textOf(result.error)}`);
      break;
    case 'started': {
      const waiting = new Map(state.waiting);
      waiting.delete(result.container);
      turn.state = withoutReplaced({ ...state, waiting }, result.previous?.id);
      countRestart(turn, result.container, result.previous);
      break;
    }
    case 'startFailed':
      turn.state = withoutReplaced(state, result.previous?.id);
      wait(turn, result.container, result.reason, result.message);
      countRestart(turn, result.container, result.previous);
      holdBack(turn, key, result.retryAt);
      break;
    case 'containersRemoved':
      turn.state = { ...state, tasks: withoutDelays(succeeded(state.tasks, key), TASK.container('')) };
      break;
    case 'resized':
      resized(turn, result.pod, result.given);
      turn.state = { ...turn.state, tasks: succeeded(turn.state.tasks, key) };
      break;
    case 'resizeFailed':
      resizeFailed(turn, result.message, result.given);
      turn.state = { ...turn.state, tasks: retriedLater(turn.state.tasks, key, turn.view.now) };
      break;
    case 'messagesRead':
      turn.state = { ...state, messages: new Map([...state.messages, ...result.messages]) };
      break;
    case 'podEnded':
      if (state.life.phase === 'ending') turn.state = { ...state, life: { ...state.life, phase: 'ended' } };
      break;
    case 'broke':
      turn.actions.push({ type: 'log', error: result.error, message: 'a step failed and is tried again', task: key });
      // kubelet tells the drivers' failures at a pod's end in its log alone.
      if (result.error instanceof DynamicResourcesError) turn.state = { ...state, tasks: retriedLater(state.tasks, key, turn.view.now) };
      else if (key === TASK.end) retry(turn, key, 'FailedKillPod', `error killing pod: ${textOf(result.error)}`);
      else retry(turn, key, 'FailedSync', `Error syncing pod, skipping: ${textOf(result.error)}`);
      break;
  }
}

/** Starts that were queued behind the task wait for it no longer, nor does its own container for a hook. */
function released(state: PodState, key: string): PodState {
  const { life } = state;
  if (life.phase !== 'running' || life.queued.size + life.hooked.size === 0) return state;
  const queued = new Map([...life.queued].map(([name, behind]) => [name, new Set([...behind].filter((other) => other !== key))]));
  const hooked = new Set([...life.hooked].filter((name) => TASK.container(name) !== key));
  return { ...state, life: { ...life, queued, hooked } };
}

function retry(turn: Turn, key: string, reason: string, message: string): void {
  turn.actions.push({ type: 'event', severity: 'Warning', reason, message });
  turn.state = { ...turn.state, tasks: retriedLater(turn.state.tasks, key, turn.view.now) };
}

function countRestart(turn: Turn, container: string, previous: RuntimeContainer | undefined): void {
  const { life } = turn.state;
  if (life.phase !== 'running' || previous?.state !== 'exited') return;
  const backoffs = withRestart(life.backoffs, container, previous.finishedAt, turn.view.now, turn.view.node.maxRestartDelayMs);
  turn.state = { ...turn.state, life: { ...life, backoffs } };
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Whether tasks of the pod run beside the one that ends it and those that it may overlap with. */
export const isBusy = ({ tasks }: PodState): boolean => [...tasks.running].some((key) => key !== TASK.end && key !== TASK.messages);
