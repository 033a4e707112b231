import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Container } from '../../../api/pod/container/container.ts';
import type { PodObservation } from '../../contract/observation.ts';
import { isRunning, latestContainer, readySandbox, restartCountOf } from '../../contract/observation.ts';
import type { RuntimeContainer, Sandbox } from '../../contract/runtime.ts';
import { ANNOTATION, containerHash } from '../../contract/runtime-labels.ts';
import type { ContainerRole } from '../../spec/pod-containers.ts';
import type { Removal } from '../../spec/restart-of-all.ts';
import { asksForRestartOfAll, countAfterRemoval, isRestartingAll, removalsForRestart } from '../../spec/restart-of-all.ts';
import { mayRestart, shouldRestart } from '../../spec/restart-policy.ts';

/** One thing to do next for a pod. */
export type PodAction =
  /** Make a sandbox; the remains of earlier ones are stopped first. */
  | { readonly type: 'createSandbox'; readonly attempt: number; readonly replaces: readonly Sandbox[] }
  | {
      readonly type: 'startContainer';
      readonly container: Container;
      readonly role: ContainerRole;
      readonly restartCount: number;
      /** The container that runs, or ran, under this name before. */
      readonly previous: RuntimeContainer | undefined;
    }
  | {
      readonly type: 'killContainer';
      readonly container: Container;
      readonly id: string;
      readonly message: string;
      /** It is to run again at once, whatever its restart policy says of its exit. */
      readonly restarts: boolean;
      /** The probe's own grace period, if a probe asked for the kill. */
      readonly graceSeconds: number | undefined;
    }
  /** Remove containers, so that all of them start anew. */
  | { readonly type: 'removeContainers'; readonly removals: readonly Removal[] }
  /** Nothing runs and nothing will: the pod is over. */
  | { readonly type: 'finish' };

/** The verdicts of a container's probes; undefined if there is no such probe, or no verdict yet. */
export interface ProbeVerdicts {
  readonly startup: boolean | undefined;
  readonly liveness: boolean | undefined;
}

export interface PlanInput {
  readonly pod: Live<Pod>;
  readonly observation: PodObservation;
  readonly verdicts: (containerId: string) => ProbeVerdicts;
  /** Whether a container's resources have changed in a way that reaches it only with a restart. */
  readonly isResized: (container: Container, current: RuntimeContainer) => boolean;
  /** Whether a container was ended to run again at once. */
  readonly isReplaced: (containerId: string) => boolean;
}

/** The parts of the input that decide on a single container. */
type Judges = Pick<PlanInput, 'verdicts' | 'isResized' | 'isReplaced'>;

/**
 * Plans the next actions of a running pod from the state of the runtime and the spec; pure. The rules are those of kubelet's
 * computePodActions: a sandbox first; init containers one after the other, sidecars among them as soon as the one before has started;
 * then the containers, each by its restart policy. Decides what to start; the worker applies back-off.
 */
export function planPod({ pod, observation, ...judges }: PlanInput): readonly PodAction[] {
  const sandbox = readySandbox(observation);
  const latest = observation.sandboxes[0];
  const isRestarting = isRestartingAll(pod);
  // The status tells of the restart before anything is removed: it is all that an agent which begins anew knows of it.
  if (!isRestarting && asksForRestartOfAll(pod, observation)) return [];
  if (!sandbox || latest?.id !== sandbox.id || observation.sandboxes.filter(({ ready }) => ready).length > 1) {
    return isRestarting ? [newSandbox(observation, latest)] : planSandbox(pod, observation, latest);
  }
  if (isRestarting) {
    const removals = removalsForRestart(pod, observation);
    return removals.length === 0 ? [] : [{ type: 'removeContainers', removals }];
  }
  const actions: PodAction[] = [];
  for (const container of pod.spec?.ephemeralContainers ?? []) {
    if (!latestContainer(observation, container.name)) actions.push(start(pod, container, 'ephemeral', undefined));
  }
  const init = planInit(pod, observation, sandbox, judges);
  if (init.failed) return [{ type: 'finish' }];
  actions.push(...init.actions);
  if (!init.done) return actions;
  const apps = (pod.spec?.containers ?? []).map((container) => planContainer(pod, container, 'app', observation, judges));
  if (apps.every((state) => state.over)) return [{ type: 'finish' }];
  return [...actions, ...apps.flatMap((state) => state.actions)];
}

function planSandbox(pod: Live<Pod>, observation: PodObservation, latest: Sandbox | undefined): readonly PodAction[] {
  const anythingRan = observation.containers.length > 0;
  if (latest && anythingRan) {
    // After a reboot: a pod whose containers are all through is not begun again.
    const left = (pod.spec?.containers ?? []).filter((container) => shouldRestart(pod, container, latestContainer(observation, container.name)));
    if (left.length === 0 || !mayRestart(pod)) return [{ type: 'finish' }];
  }
  return [newSandbox(observation, latest)];
}

const newSandbox = ({ sandboxes }: PodObservation, latest: Sandbox | undefined): PodAction => ({
  type: 'createSandbox',
  attempt: latest ? latest.attempt + 1 : 0,
  replaces: sandboxes.filter(({ ready }) => ready),
});

interface InitPlan {
  readonly done: boolean;
  readonly failed: boolean;
  readonly actions: readonly PodAction[];
}

function planInit(pod: Live<Pod>, observation: PodObservation, sandbox: Sandbox, judges: Judges): InitPlan {
  const actions: PodAction[] = [];
  // Once a container of this sandbox has run, initialization is over for good: only sidecars are looked after.
  const initialized = (pod.spec?.containers ?? []).some(({ name }) => {
    const container = latestContainer(observation, name);
    return container !== undefined && container.createdAt >= sandbox.createdAt;
  });
  for (const container of pod.spec?.initContainers ?? []) {
    const found = latestContainer(observation, container.name);
    const current = found && found.createdAt >= sandbox.createdAt ? found : undefined;
    if (container.restartPolicy === 'Always') {
      const state = planContainer(pod, container, 'sidecar', { ...observation, containers: current ? [current] : [] }, judges, found);
      actions.push(...state.actions);
      const started = isRunning(current) && (!container.startupProbe || judges.verdicts(current?.id ?? '').startup === true);
      if (!started && !initialized) return { done: false, failed: false, actions };
      continue;
    }
    if (initialized || (current?.state === 'exited' && current.exitCode === 0)) continue;
    if (current?.state === 'running' || current?.state === 'created') {
      if (current.state === 'created') actions.push(start(pod, container, 'init', current));
      return { done: false, failed: false, actions };
    }
    const mayStart = current?.state === 'exited' ? shouldRestart(pod, container, current) : !current || mayRestart(pod, container);
    if (!mayStart) return { done: false, failed: true, actions: [] };
    actions.push(start(pod, container, 'init', found));
    return { done: false, failed: false, actions };
  }
  return { done: true, failed: false, actions };
}

interface ContainerPlan {
  /** The container does not run and is not to run again. */
  readonly over: boolean;
  readonly actions: readonly PodAction[];
}

function planContainer(
  pod: Live<Pod>,
  container: Container,
  role: ContainerRole,
  observation: PodObservation,
  { verdicts, isResized, isReplaced }: Judges,
  before?: RuntimeContainer,
): ContainerPlan {
  const current = latestContainer(observation, container.name);
  if (current?.state !== 'running') {
    const isAwaited = current?.state === 'exited' && (isReplaced(current.id) || isResized(container, current));
    if (!isAwaited && !shouldRestart(pod, container, current)) return { over: true, actions: [] };
    return { over: false, actions: [start(pod, container, role, current ?? before)] };
  }
  const { startup, liveness } = verdicts(current.id);
  const changed = current.annotations[ANNOTATION.hash] !== containerHash(container);
  const probe = liveness === false ? container.livenessProbe : startup === false ? container.startupProbe : undefined;
  const kill = (message: string, restarts: boolean, graceSeconds?: number): ContainerPlan => ({
    over: false,
    actions: [{ type: 'killContainer', container, id: current.id, message, restarts, graceSeconds }],
  });
  if (!changed && !probe)
    return isResized(container, current) ? kill(`Container ${container.name} resize requires restart`, true) : { over: false, actions: [] };
  const cause = changed
    ? `Container ${container.name} definition changed`
    : `Container ${container.name} failed ${liveness === false ? 'liveness' : 'startup'} probe`;
  const again = changed || role === 'sidecar' || mayRestart(pod, container);
  const grace = probe?.terminationGracePeriodSeconds;
  return kill(again ? `${cause}, will be restarted` : cause, again, grace === undefined ? undefined : Number(grace));
}

/** A container that was created but never started (the agent died in between) is made again under its own number. */
function start(pod: Live<Pod>, container: Container, role: ContainerRole, previous: RuntimeContainer | undefined): PodAction {
  const restartCount = previous ? restartCountOf(previous) + (previous.state === 'created' ? 0 : 1) : countAfterRemoval(pod, container);
  return { type: 'startContainer', container, role, restartCount, previous };
}
