import { isRunning } from '../../contract/observation.ts';
import type { RuntimeContainer } from '../../contract/runtime.ts';
import { supportsRecursiveReadOnly } from '../../spec/recursive-read-only.ts';
import { podStatus } from '../status/pod-status.ts';
import type { PodState } from './pod-state.ts';
import { isHooked } from './pod-state.ts';
import { appliedResources } from './resizing.ts';
import type { Turn } from './turn.ts';
import { begin } from './turn.ts';
import { TASK } from './worker-action.ts';

/** Simulated pods start in no time: that they are being made is told only if it takes longer. */
const SIMULATED_QUIET_MS = 50;

/** The time until which a simulated pod keeps quiet. Returns undefined if its status may be told now. */
export function quietUntil({ state, view }: Turn): number | undefined {
  const until = state.startTime + SIMULATED_QUIET_MS;
  const quiet = view.node.simulated && state.life.phase === 'running' && view.now < until && state.waiting.size === 0;
  return quiet && !view.observation.containers.some(isRunning) ? until : undefined;
}

/** Tells the status as it is now, once the messages of the containers that have ended are read. The last status ends the worker's work. */
export function publish(turn: Turn): void {
  const { state, view } = turn;
  // An end is told once, with its message.
  const unread = view.observation.containers.filter(({ id, state: phase }) => phase === 'exited' && !state.messages.has(id));
  if (unread.length > 0) {
    begin(turn, TASK.messages, { type: 'readMessages', containers: unread });
    return;
  }
  if (quietUntil(turn) !== undefined) return;
  const status = statusOf(turn);
  const runs = status.phase === 'Running';
  if (runs && !state.hasStarted) turn.actions.push({ type: 'observeStart', seconds: (view.now - state.startTime) / 1000 });
  // Transition times come from the last status; the API's own is newer only now and then.
  turn.state = { ...state, status, pod: { ...state.pod, status }, hasStarted: state.hasStarted || runs };
  if (!state.vanished) turn.actions.push({ type: 'putStatus', pod: state.live, status });
  if (state.life.phase !== 'ended') return;
  turn.state = { ...turn.state, life: { ...state.life, phase: 'over' }, tasks: { ...state.tasks, notBefore: new Map() } };
  turn.actions.push({ type: 'stopProbes' }, { type: 'finished' });
}

/** One that is ended to run again at once is shown as it ran until it does: kubelet tells nothing between the two. */
function asBeforeReplacement({ life }: PodState, all: readonly RuntimeContainer[], container: RuntimeContainer): RuntimeContainer {
  const before = life.phase === 'running' && container.state === 'exited' ? life.replaced.get(container.id) : undefined;
  if (!before || all.some(({ name, createdAt }) => name === container.name && createdAt > container.createdAt)) return container;
  return before;
}

function statusOf({ state, view }: Turn) {
  const { life, pod, waiting, messages, startTime } = state;
  const { verdicts, deviceHealth, node, now } = view;
  // A container is shown as it was before its start until its postStart hook has run, as kubelet shows it.
  const containers = view.observation.containers.filter((container) => !(isRunning(container) && isHooked(state, container.name)));
  const observation = { ...view.observation, containers: containers.map((container) => asBeforeReplacement(state, containers, container)) };
  return podStatus({
    pod,
    observation,
    waiting,
    ending: life.phase !== 'running',
    ended: life.phase === 'ended' || life.phase === 'over',
    failure: life.phase === 'running' ? undefined : life.failure,
    runtimeName: node.runtimeName,
    recursiveReadOnlyMounts: supportsRecursiveReadOnly(pod, observation.sandboxes[0], node.features),
    terminationMessages: messages,
    hostIps: node.nodeIps,
    now,
    startTime,
    started: (id, container) => !container.startupProbe || verdicts(id).startup === true,
    // Without a change under way containers have what the spec says.
    applied: (current) => (state.resizing ? appliedResources(state, current) : undefined),
    pending: life.phase === 'running' ? state.pending : undefined,
    resizing: life.phase === 'running' ? state.resizing : undefined,
    deviceHealth,
    ready: (id, container) => !container.readinessProbe || verdicts(id).readiness === true,
  });
}
