import type { Container } from '../../../api/pod/container/container.ts';
import type { ResourceStatus } from '../../../api/pod/container/container-status.ts';
import type { RuntimeFeatures } from '../../contract/node-abilities.ts';
import type { PodObservation } from '../../contract/observation.ts';
import type { Verdicts } from '../../probe/prober.ts';
import type { Machine } from '../../spec/container-resources.ts';
import type { EndRequest, PodState } from './pod-state.ts';
import { begun, heldBack, mayBegin } from './tasks.ts';
import type { Task, WorkerAction } from './worker-action.ts';

/** The facts of the node that decisions depend on. */
export interface WorkerFacts {
  readonly simulated: boolean;
  /** The prefix of container IDs in statuses: `containerd`. */
  readonly runtimeName: string;
  readonly features: RuntimeFeatures;
  readonly nodeIps: readonly string[];
  readonly machine: Machine;
  /** The longest delay between two starts of a container that ends again and again. Undefined for kubelet's. */
  readonly maxRestartDelayMs?: number | undefined;
}

/** The world as it is seen when a step is taken. */
export interface PodView {
  readonly observation: PodObservation;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly verdicts: (containerId: string) => Verdicts;
  /** The health of the devices that a container has by its claims. */
  readonly deviceHealth: (container: Container) => readonly ResourceStatus[];
  readonly node: WorkerFacts;
}

/** One step in the making: decisions replace its state and add to its actions. It does not outlive the step. */
export interface Turn {
  state: PodState;
  readonly actions: WorkerAction[];
  readonly view: PodView;
}

/** Begins a task unless one runs under the key already or the key's time has not come. Returns whether it did. */
export function begin(turn: Turn, key: string, task: Task): boolean {
  if (!mayBegin(turn.state.tasks, key, turn.view.now)) return false;
  turn.state = { ...turn.state, tasks: begun(turn.state.tasks, key) };
  turn.actions.push({ type: 'begin', key, task });
  return true;
}

export function holdBack(turn: Turn, key: string, time: number): void {
  turn.state = { ...turn.state, tasks: heldBack(turn.state.tasks, key, time) };
}

export function wait(turn: Turn, container: string, reason: string, message: string): void {
  turn.state = { ...turn.state, waiting: new Map(turn.state.waiting).set(container, { reason, message }) };
}

/** From here on the pod only ends. A pod that is ending already keeps its first failure and the shortest grace period. */
export function endPod(turn: Turn, { graceSeconds, failure }: EndRequest): void {
  const { life } = turn.state;
  if (life.phase === 'running') {
    turn.state = { ...turn.state, life: { phase: 'ending', graceSeconds, failure } };
    turn.actions.push({ type: 'endProbes' });
    return;
  }
  turn.state = {
    ...turn.state,
    life: { ...life, failure: life.failure ?? failure, graceSeconds: Math.min(life.graceSeconds, graceSeconds) },
  };
  if (graceSeconds >= life.graceSeconds) return;
  const ids = turn.view.observation.containers.filter(({ state }) => state === 'running').map(({ id }) => id);
  turn.actions.push({ type: 'hasten', ids, graceSeconds });
}
