import type { Pod, PodCondition } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { ContainerStatus } from '../../../api/pod/container/container-status.ts';
import { timeText } from '../../../base/clock.ts';
import { ALL_RESTARTING } from '../../spec/restart-of-all.ts';
import type { PodPhase } from './pod-phase.ts';

/** The progress of a change of resources that has not reached all containers. */
export interface ResizeProgress {
  /** The pod's metadata.generation that asked for it. */
  readonly generation?: number | undefined;
  readonly error: string | undefined;
}

export interface ConditionFacts {
  readonly phase: PodPhase;
  readonly init: readonly ContainerStatus[];
  readonly containers: readonly ContainerStatus[];
  /** There is a sandbox with its network. */
  readonly sandboxReady: boolean;
  /** The message of the node's own disruption of the pod; undefined if there is none. */
  readonly disruption: string | undefined;
  /** A change of resources that the node has not agreed to, and one that has not reached all containers. */
  readonly pending: { readonly reason: string; readonly message: string } | undefined;
  readonly resizing: ResizeProgress | undefined;
  /** Whether containers are being removed for a restart of all; undefined if no exit of the pod's containers asks for one. */
  readonly restartingAll: boolean | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

type Verdict = Pick<PodCondition, 'status' | 'reason' | 'message'>;
const TRUE: Verdict = { status: 'True' };

/** The types that the node sets; others (readiness gates, DisruptionTarget) belong to the clients that set them. */
const OWN = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'] as const;
const RESIZE_PENDING = 'PodResizePending';
const RESIZE_IN_PROGRESS = 'PodResizeInProgress';
export const NODE_CONDITION_TYPES: ReadonlySet<string> = new Set([...OWN, ALL_RESTARTING, RESIZE_PENDING, RESIZE_IN_PROGRESS]);

/**
 * The pod's conditions in upstream's order, with those of others kept. A transition time changes only with its status
 * (https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-conditions).
 */
export function podConditions(pod: Live<Pod>, facts: ConditionFacts): PodCondition[] {
  const old = pod.status?.conditions ?? [];
  const containersReady = containersReadyVerdict(pod, facts);
  const verdicts: Record<(typeof OWN)[number], Verdict> = {
    PodReadyToStartContainers: facts.sandboxReady ? TRUE : { status: 'False' },
    Initialized: initializedVerdict(pod, facts),
    Ready: containersReady.status === 'True' ? readyVerdict(pod) : containersReady,
    ContainersReady: containersReady,
    PodScheduled: TRUE,
  };
  const generation = pod.metadata.generation;
  const make = (type: string, verdict: Verdict): PodCondition => {
    const before = old.find((condition) => condition.type === type);
    const lastTransitionTime = before?.status === verdict.status ? before.lastTransitionTime : timeText(facts.now);
    // As kubelet has it, a restart of all is of no generation of the pod.
    const observed = generation && type !== ALL_RESTARTING ? { observedGeneration: generation } : {};
    return { type, ...observed, ...verdict, lastProbeTime: undefined, lastTransitionTime };
  };
  const { pending, resizing } = facts;
  const own = [
    ...OWN.map((type) => make(type, verdicts[type])),
    ...(facts.restartingAll === undefined ? [] : [make(ALL_RESTARTING, restartingVerdict(facts.phase, facts.restartingAll))]),
    ...(pending ? [make(RESIZE_PENDING, { status: 'True', reason: pending.reason, message: pending.message })] : []),
    ...(resizing
      ? [{ ...make(RESIZE_IN_PROGRESS, inProgress(resizing.error)), ...(resizing.generation ? { observedGeneration: resizing.generation } : {}) }]
      : []),
  ];
  const others = old.filter(({ type }) => !NODE_CONDITION_TYPES.has(type));
  if (facts.disruption === undefined || others.some(({ type, status }) => type === DISRUPTION && status === 'True')) return [...own, ...others];
  const disruption = make(DISRUPTION, { status: 'True', reason: 'TerminationByKubelet', message: facts.disruption });
  return [...own, ...others.filter(({ type }) => type !== DISRUPTION), disruption];
}

const inProgress = (error: string | undefined): Verdict => (error === undefined ? TRUE : { status: 'True', reason: 'Error', message: error });

const DISRUPTION = 'DisruptionTarget';

const over = (phase: PodPhase): Verdict | undefined => {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  return phase === 'Failed' ? { status: 'False', reason: 'PodFailed' } : undefined;
};

function restartingVerdict(phase: PodPhase, isRestarting: boolean): Verdict {
  const ended = over(phase);
  if (ended || !isRestarting) return ended ?? { status: 'False' };
  return { status: 'True', reason: 'RestartAllContainersStarted', message: 'container exited with restart policy rule' };
}

function containersReadyVerdict(pod: Live<Pod>, { phase, init, containers }: ConditionFacts): Verdict {
  const ended = over(phase);
  if (ended) return ended;
  const sidecars = (pod.spec?.initContainers ?? []).filter((container) => container.restartPolicy === 'Always').map(({ name }) => name);
  const known = new Map([...init, ...containers].map((status) => [status.name, status]));
  const names = [...sidecars, ...(pod.spec?.containers ?? []).map(({ name }) => name)];
  return verdictOn(names, known, 'ContainersNotReady', 'unready', ({ ready }) => ready);
}

function initializedVerdict(pod: Live<Pod>, { phase, init, containers }: ConditionFacts): Verdict {
  if (phase === 'Succeeded') return { status: 'True', reason: 'PodCompleted' };
  // Initialization is not undone: init containers that run again, for a restart of all, change nothing about it.
  if (pod.status?.conditions?.some(({ type, status }) => type === 'Initialized' && status === 'True')) return TRUE;
  // A container that has started proves that everything before it was done.
  if (containers.some(({ state, lastState }) => state?.running || state?.terminated || lastState?.terminated)) return TRUE;
  const known = new Map(init.map((status) => [status.name, status]));
  const sidecars = new Set((pod.spec?.initContainers ?? []).filter((container) => container.restartPolicy === 'Always').map(({ name }) => name));
  const names = (pod.spec?.initContainers ?? []).map(({ name }) => name);
  return verdictOn(names, known, 'ContainersNotInitialized', 'incomplete', (status) =>
    sidecars.has(status.name) ? status.started === true : status.ready,
  );
}

function verdictOn(
  names: readonly string[],
  known: ReadonlyMap<string, ContainerStatus>,
  reason: string,
  adjective: string,
  good: (status: ContainerStatus) => boolean,
): Verdict {
  const unknown = names.filter((name) => !known.has(name));
  const bad = names.filter((name) => {
    const status = known.get(name);
    return status !== undefined && !good(status);
  });
  const parts = [
    ...(unknown.length > 0 ? [`containers with unknown status: [${unknown.join(' ')}]`] : []),
    ...(bad.length > 0 ? [`containers with ${adjective} status: [${bad.join(' ')}]`] : []),
  ];
  return parts.length === 0 ? TRUE : { status: 'False', reason, message: parts.join(', ') };
}

function readyVerdict(pod: Live<Pod>): Verdict {
  const problems = (pod.spec?.readinessGates ?? []).flatMap(({ conditionType }) => {
    const condition = pod.status?.conditions?.find(({ type }) => type === conditionType);
    if (!condition) return `corresponding condition of pod readiness gate "${conditionType}" does not exist.`;
    if (condition.status === 'True') return [];
    return `the status of pod readiness gate "${conditionType}" is not "True", but ${condition.status}`;
  });
  return problems.length === 0 ? TRUE : { status: 'False', reason: 'ReadinessGatesNotReady', message: problems.join(', ') };
}
