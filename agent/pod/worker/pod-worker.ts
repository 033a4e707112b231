import type { Pod, PodStatus } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Container } from '../../../api/pod/container/container.ts';
import { isRunning, latestContainer, readySandbox } from '../../contract/observation.ts';
import type { WorkerRound } from '../../contract/pod-metrics.ts';
import { createProber } from '../../probe/prober.ts';
import type { Given } from '../../spec/allocation.ts';
import { specContainers } from '../../spec/pod-containers.ts';
import type { WorkerHands, WorkerNode } from './action-performer.ts';
import { performAction } from './action-performer.ts';
import type { EndRequest } from './pod-state.ts';
import { initialState, isHooked } from './pod-state.ts';
import type { PodEvent } from './step.ts';
import { step } from './step.ts';
import type { PodView, WorkerFacts } from './turn.ts';
import { createWakeTimer } from './wake-timer.ts';

/** kubelet's names for the events that begin a round. */
const ROUND = { look: 'sync', taskEnded: 'sync', update: 'update', end: 'kill' } as const satisfies Record<string, WorkerRound>;

/** Drives one pod from the state of the runtime to the one that the API wants. */
export interface PodWorker {
  readonly pod: Live<Pod>;
  /** The pod is told to end: nothing of it is started any more. */
  readonly isEnding: boolean;
  /** The part of its life that the pod is in, in kubelet's words: something of it may run until it is terminated. */
  readonly lifecycle: 'sync' | 'terminating' | 'terminated';
  /** The pod has left the API. */
  readonly isOrphan: boolean;
  /** Takes a newer version of the pod, and the resources that it has been given where they differ; a deletion timestamp ends it. */
  update(pod: Live<Pod>, given?: Given): void;
  /** Looks at the pod again: something about it changed in the runtime. */
  wake(): void;
  /** Ends the pod although it is not being deleted: it is evicted, or has vanished from the API. */
  end(request: EndRequest): void;
  /** Ends timers and probes because the agent stops; containers go on. */
  stop(): void;
  /** The status that was computed last. */
  status(): PodStatus | undefined;
}

/**
 * The driver of `step`: shows it the world, performs its actions, and feeds results back as events.
 * @param onFinished called once nothing of the pod is left to do: it is gone from the API, or will never run again. It is given the monotonic time
 * at which the worker was told to end it.
 */
export function createPodWorker(initial: Live<Pod>, node: WorkerNode, onFinished: (since: number) => void): PodWorker {
  const { clock, cache } = node;
  const { uid, namespace, name } = initial.metadata;
  const log = node.log.child({ pod: `${namespace}/${name}` });
  const { runtimeName, nodeIps, maxRestartDelayMs, recorder } = node;
  const { simulated } = node.runtime;
  const facts: WorkerFacts = { simulated, runtimeName, features: node.abilities, nodeIps, machine: node, maxRestartDelayMs };
  let state = initialState(initial, clock.now(), facts.simulated);
  const wasReady = readyBefore(initial);
  const prober = createProber({
    clock,
    transport: node.probes,
    recorder,
    onChange: () => wake(),
    wasReady: (id) => wasReady.has(id),
    metrics: node.podMetrics,
  });
  let round: { readonly type: WorkerRound; readonly since: number } | undefined = { type: 'create', since: clock.monotonic() };
  const ending = new AbortController();
  const hands: WorkerHands = {
    node,
    log,
    prober,
    ending: ending.signal,
    end: () => ending.abort(),
    timer: createWakeTimer(clock, () => wake()),
    pod: () => state.pod,
    graceSeconds: () => (state.life.phase === 'running' ? Number.POSITIVE_INFINITY : state.life.graceSeconds),
    taskEnded: (key, result) => dispatch({ type: 'taskEnded', key, result }),
    finished: () => onFinished(round?.since ?? clock.monotonic()),
  };

  const dispatch = (event: PodEvent) => {
    if (event.type !== 'stop') round ??= { type: ROUND[event.type], since: clock.monotonic() };
    const deviceHealth = (container: Container) => [
      ...node.dynamicResources.health(state.pod, container),
      ...node.pluginDevices.health(state.pod, container),
    ];
    const view: PodView = { observation: cache.of(uid), now: clock.now(), verdicts: prober.verdicts, deviceHealth, node: facts };
    const next = step(state, event, view);
    state = next.state;
    for (const action of next.actions) performAction(action, hands);
    if (event.type !== 'look') wake();
    else if (state.tasks.running.size === 0) endRound();
  };

  /** A round lasts until the worker has seen that nothing is under way. */
  const endRound = () => {
    if (round) node.podMetrics.workerRested(round.type, (clock.monotonic() - round.since) / 1000);
    round = undefined;
  };

  // Wakes that come together are one look.
  let scheduled = false;
  const wake = () => {
    if (scheduled || state.stopped) return;
    scheduled = true;
    queueMicrotask(() => {
      scheduled = false;
      if (state.stopped) return;
      followProbes();
      dispatch({ type: 'look' });
    });
  };

  /** Before each look: a container that was ready before the agent restarted has its verdict at once. */
  const followProbes = () => {
    const observation = cache.of(uid);
    const running = specContainers(state.pod).flatMap((container) => {
      const found = latestContainer(observation, container.name);
      return found && isRunning(found) && !isHooked(state, container.name) ? { container, state: found } : [];
    });
    prober.follow(state.pod, running, readySandbox(observation)?.ips[0] ?? nodeIps[0] ?? '');
  };

  wake();
  return {
    get pod() {
      return state.pod;
    },
    get isEnding() {
      return state.life.phase !== 'running';
    },
    get lifecycle() {
      return LIFECYCLE[state.life.phase];
    },
    get isOrphan() {
      return state.vanished;
    },
    update: (pod, given) => dispatch({ type: 'update', pod, given }),
    wake,
    end: (request) => dispatch({ type: 'end', request }),
    stop: () => dispatch({ type: 'stop' }),
    status: () => state.status,
  };
}

const LIFECYCLE = { running: 'sync', ending: 'terminating', ended: 'terminated', over: 'terminated' } as const;

/** IDs of the containers that the API has as ready. */
function readyBefore({ status }: Live<Pod>): ReadonlySet<string> {
  const all = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  return new Set(all.flatMap(({ ready, containerID }) => (ready && containerID ? containerID.slice(containerID.indexOf('//') + 2) : [])));
}
