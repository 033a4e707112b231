import type { Container } from '../../../api/pod/container/container.ts';
import { readySandbox } from '../../contract/observation.ts';
import type { RuntimeContainer } from '../../contract/runtime.ts';
import { specContainers } from '../../spec/pod-containers.ts';
import { isRestartingAll } from '../../spec/restart-of-all.ts';
import { isTerminal } from '../status/pod-phase.ts';
import { backoffEnd, durationText } from './crash-backoff.ts';
import type { PodAction } from './plan.ts';
import { planPod } from './plan.ts';
import type { Running } from './pod-state.ts';
import { deadlineOf, graceOf, isReplaced, withoutReplaced } from './pod-state.ts';
import { awaitsResize, resize, restartsForResize } from './resizing.ts';
import { isBusy } from './task-results.ts';
import { mayBegin } from './tasks.ts';
import type { Turn } from './turn.ts';
import { begin, endPod, holdBack, wait } from './turn.ts';
import { TASK } from './worker-action.ts';

const DEADLINE_EXCEEDED = 'Pod was active on the node longer than the specified deadline';

/** Takes a running pod further: volumes, then what its plan asks for, then limits that were changed in place. */
export function advance(turn: Turn): void {
  const { pod, startTime, volumesReady } = turn.state;
  const { observation, verdicts, now } = turn.view;
  // Over before this agent began: only what is left is cleaned up.
  if (isTerminal(pod.status?.phase)) {
    endPod(turn, { graceSeconds: 0 });
    return;
  }
  const deadline = deadlineOf(pod, startTime);
  if (deadline !== undefined && now >= deadline) {
    turn.actions.push({ type: 'event', severity: 'Normal', reason: 'DeadlineExceeded', message: DEADLINE_EXCEEDED });
    endPod(turn, { graceSeconds: graceOf(pod), failure: { reason: 'DeadlineExceeded', message: DEADLINE_EXCEEDED } });
    return;
  }
  if (!volumesReady) begin(turn, TASK.volumes, { type: 'setUpVolumes' });
  const plan = planPod({ pod, observation, verdicts, isResized: restartsForResize(turn.state), isReplaced: (id) => isReplaced(turn.state, id) });
  forgetQueued(turn, plan);
  for (const action of plan) perform(turn, action);
  if (!isRestartingAll(pod)) resize(turn);
}

function perform(turn: Turn, action: PodAction): void {
  const { pod } = turn.state;
  switch (action.type) {
    case 'createSandbox': {
      const { attempt, replaces } = action;
      if (!begin(turn, TASK.sandbox, { type: 'createSandbox', attempt, replaces }) || attempt === 0) break;
      const message = 'Pod sandbox changed, it will be killed and re-created.';
      turn.actions.push({ type: 'event', severity: 'Normal', reason: 'SandboxChanged', message });
      break;
    }
    case 'startContainer':
      start(turn, action);
      break;
    case 'killContainer': {
      const { container, id, message, restarts, graceSeconds = graceOf(pod) } = action;
      const hasBegun = begin(turn, TASK.container(container.name), { type: 'killContainer', container, id, message, graceSeconds });
      if (hasBegun && restarts) setReplaced(turn, id);
      break;
    }
    case 'removeContainers':
      // Starts and kills under way end first, as they do before kubelet's next round.
      if (!isBusy(turn.state)) begin(turn, TASK.removal, { type: 'removeContainers', removals: action.removals });
      break;
    case 'finish':
      endPod(turn, { graceSeconds: graceOf(pod) });
      break;
  }
}

/** Starts a container unless its crash back-off, or a container before it, holds it back. */
function start(turn: Turn, { container, previous, restartCount }: Extract<PodAction, { type: 'startContainer' }>): void {
  const { life, tasks, volumesReady } = turn.state;
  const { observation, now } = turn.view;
  const key = TASK.container(container.name);
  const sandbox = readySandbox(observation);
  if (life.phase !== 'running' || !sandbox || !volumesReady || !mayBegin(tasks, key, now) || awaitsResize(turn.state)) return;
  const queued = life.queued.get(container.name);
  if (queued === undefined && previous?.state === 'exited' && isHeldBack(turn, life, container, previous)) return;
  const behind = queued ?? busyPredecessors(turn, life, container);
  setQueued(turn, life, container.name, behind);
  if (behind.size > 0) return;
  begin(turn, key, { type: 'startContainer', container, sandbox, previous, restartCount });
  if (container.lifecycle?.postStart) setHooked(turn, container.name);
}

function setReplaced(turn: Turn, id: string): void {
  const { life } = turn.state;
  const container = turn.view.observation.containers.find((other) => other.id === id);
  if (life.phase !== 'running' || !container) return;
  turn.state = { ...turn.state, life: { ...life, replaced: new Map(life.replaced).set(id, container) } };
}

function setHooked(turn: Turn, container: string): void {
  const { life } = turn.state;
  if (life.phase === 'running') turn.state = { ...turn.state, life: { ...life, hooked: new Set(life.hooked).add(container) } };
}

/** Containers start in the order of the spec, each after the one before it and its postStart hook, as kubelet starts them. */
function busyPredecessors({ state }: Turn, { queued }: Running, { name }: Container): ReadonlySet<string> {
  const names = specContainers(state.pod).map((container) => container.name);
  // An ephemeral container is in neither list: it waits for all but the last.
  const before = names.slice(0, names.indexOf(name));
  return new Set(before.filter((other) => queued.has(other) || state.tasks.running.has(TASK.container(other))).map(TASK.container));
}

function setQueued(turn: Turn, life: Running, container: string, behind: ReadonlySet<string>): void {
  if (behind.size === 0 && !life.queued.has(container)) return;
  const queued = new Map(life.queued);
  if (behind.size > 0) queued.set(container, behind);
  else queued.delete(container);
  turn.state = { ...turn.state, life: { ...life, queued } };
}

/** A start that is no longer asked for (the sandbox died meanwhile) leaves the queue, and nobody waits for it. */
function forgetQueued(turn: Turn, plan: readonly PodAction[]): void {
  const { life, tasks } = turn.state;
  if (life.phase !== 'running' || life.queued.size === 0) return;
  const wanted = new Set(plan.flatMap((action) => (action.type === 'startContainer' ? action.container.name : [])));
  const kept = [...life.queued].filter(([name]) => wanted.has(name));
  const ahead = new Set([...tasks.running, ...kept.map(([name]) => TASK.container(name))]);
  const queued = new Map(kept.map(([name, behind]) => [name, new Set([...behind].filter((task) => ahead.has(task)))]));
  turn.state = { ...turn.state, life: { ...life, queued } };
}

/** Whether the crash back-off keeps the container from starting now; says so in its status, and once per delay in an event. */
function isHeldBack(turn: Turn, life: Running, container: Container, previous: RuntimeContainer): boolean {
  const until = backoffEnd(life.backoffs, container.name, previous.finishedAt, turn.view.now);
  if (until === undefined) return false;
  turn.state = withoutReplaced(turn.state, previous.id);
  const { metadata } = turn.state.pod;
  const where = `${metadata.name}_${metadata.namespace}(${metadata.uid})`;
  const text = `back-off ${durationText(until - previous.finishedAt)} restarting failed container=${container.name} pod=${where}`;
  if (turn.state.waiting.get(container.name)?.message !== text) {
    const message = `Back-off restarting failed container ${container.name} in pod ${where}`;
    turn.actions.push({ type: 'event', severity: 'Warning', reason: 'BackOff', message, container });
    wait(turn, container.name, 'CrashLoopBackOff', text);
  }
  holdBack(turn, TASK.container(container.name), until);
  return true;
}
