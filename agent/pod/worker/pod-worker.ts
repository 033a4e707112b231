import type { Pod, PodStatus } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Container } from '../../../api/pod/container/container.ts';
import { sleep } from '../../../base/clock.ts';
import type { StatusAccess } from '../../contract/node-parts.ts';
import type { PodObservation } from '../../contract/observation.ts';
import { isRunning, latestContainer, readySandbox } from '../../contract/observation.ts';
import { MountError } from '../../contract/pod-volumes.ts';
import type { RuntimeContainer } from '../../contract/runtime.ts';
import { ANNOTATION } from '../../contract/runtime-labels.ts';
import { createProber } from '../../probe/prober.ts';
import { containerEvent } from '../../spec/container-events.ts';
import { specContainers } from '../../spec/pod-containers.ts';
import { containerResources, podCgroup } from '../../spec/pod-resources.ts';
import type { WaitingReason } from '../status/container-status.ts';
import { isTerminal } from '../status/pod-phase.ts';
import { podStatus } from '../status/pod-status.ts';
import { terminationMessage } from '../status/termination-message.ts';
import { killContainer } from './container-killer.ts';
import type { StarterNode } from './container-starter.ts';
import { createSandbox, StartError, startContainer } from './container-starter.ts';
import { createCrashBackoff, durationText } from './crash-backoff.ts';
import type { PodAction } from './plan.ts';
import { planPod } from './plan.ts';
import { endPod } from './pod-terminator.ts';
import { createTaskBoard } from './task-board.ts';

/** Drives one pod: from what the runtime has and what the API wants to what to do next. */
export interface PodWorker {
  readonly pod: Live<Pod>;
  /** A newer version of the pod; a deletion timestamp ends it. */
  update(pod: Live<Pod>): void;
  /** Something about the pod changed in the runtime. */
  wake(): void;
  /** Ends the pod although it is not being deleted: evicted, past its deadline. Also when it has vanished from the API. */
  end(request: EndRequest): void;
  /** The agent stops: timers and probes end, containers go on. */
  stop(): void;
  /** The status as last computed. */
  status(): PodStatus | undefined;
}

/** The parts that a worker needs of its node. */
export type WorkerNode = StarterNode &
  StatusAccess & {
    /** The prefix of container IDs in statuses: `containerd`. */
    readonly runtimeName: string;
    /** Called with the seconds from the first sight of a pod until all of its containers ran. */
    readonly observeStart: (seconds: number) => void;
  };

export interface EndRequest {
  readonly graceSeconds: number;
  /** Makes the pod Failed with this reason. */
  readonly failure?: { readonly reason: string; readonly message: string };
  /** The pod is no longer in the API: nobody reads its status. */
  readonly vanished?: boolean;
}

/** Retries of sandboxes and volumes: kubelet retries a failed sync after ten seconds, volumes sooner. */
const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 10_000;
const SANDBOX_SETTLE_MS = 100;
const SIMULATED_QUIET_MS = 50;

/** @param onFinished called once nothing of the pod is left to do: it is gone from the API, or will never run again. */
export function createPodWorker(initial: Live<Pod>, node: WorkerNode, onFinished: () => void): PodWorker {
  const { clock, cache } = node;
  const uid = initial.metadata.uid;
  const log = node.log.child({ pod: `${initial.metadata.namespace}/${initial.metadata.name}` });
  const startTime = clock.now();
  const backoff = createCrashBackoff();
  const waiting = new Map<string, WaitingReason>();
  const messages = new Map<string, string>();
  /** Resources last given to containers after their start, by id. */
  const resized = new Map<string, string>();
  const wasReady = new Set(
    [...(initial.status?.containerStatuses ?? []), ...(initial.status?.initContainerStatuses ?? [])].flatMap(({ ready, containerID }) =>
      ready && containerID ? containerID.slice(containerID.indexOf('//') + 2) : [],
    ),
  );
  /** As the API has it, and the same with the status that was computed last. */
  let live = initial;
  let pod = initial;
  let phase: 'running' | 'ending' | 'over' = 'running';
  let ended = false;
  let failure: EndRequest['failure'];
  let volumesReady = node.runtime.simulated;
  let stopped = false;
  let lastStatus: PodStatus | undefined;
  let hasStarted = initial.status?.phase === 'Running';
  let grace = Number.POSITIVE_INFINITY;

  const board = createTaskBoard(
    clock,
    () => wake(),
    (task, error) => log.warn({ err: error, task }, 'a step failed and is tried again'),
  );
  const prober = createProber({
    clock,
    transport: node.probes,
    recorder: node.recorder,
    onChange: () => wake(),
    wasReady: (id) => wasReady.has(id),
  });

  // Wakes that come together are one pass.
  let scheduled = false;
  const wake = () => {
    if (scheduled || stopped) return;
    scheduled = true;
    queueMicrotask(() => {
      scheduled = false;
      if (!stopped) pass();
    });
  };

  const pass = () => {
    const observation = cache.of(uid);
    follow(observation);
    if (phase === 'running') advance(observation);
    if (phase === 'ending' && !ended) finishOff();
    publish(observation);
  };

  const follow = (observation: PodObservation) => {
    const sandbox = readySandbox(observation);
    const ip = sandbox?.ips[0] ?? node.nodeIps[0] ?? '';
    const running = specContainers(pod).flatMap((container) => {
      const state = latestContainer(observation, container.name);
      return state && isRunning(state) ? { container, state } : [];
    });
    prober.follow(pod, running, ip);
  };

  const advance = (observation: PodObservation) => {
    // Over before this agent began: only what is left is cleaned up.
    if (isTerminal(pod.status?.phase)) return begin({ graceSeconds: 0 });
    const deadline = deadlineOf(pod, startTime);
    if (deadline !== undefined && clock.now() >= deadline) {
      const message = 'Pod was active on the node longer than the specified deadline';
      node.recorder.event(pod, 'Normal', 'DeadlineExceeded', message);
      return begin({ graceSeconds: graceOf(pod), failure: { reason: 'DeadlineExceeded', message } });
    }
    if (deadline !== undefined) board.wakeAt('deadline', deadline);
    if (!volumesReady) setUpVolumes();
    for (const action of planPod({ pod, observation, verdicts: prober.verdicts })) perform(action, observation);
    if (!node.runtime.simulated) resize(observation);
  };

  /** Limits that were changed in place reach containers that run. */
  const resize = (observation: PodObservation) => {
    for (const container of specContainers(pod)) {
      const current = latestContainer(observation, container.name);
      if (!current || !isRunning(current)) continue;
      const wanted = containerResources(pod, container, node.memoryCapacity);
      const text = JSON.stringify(wanted);
      if ((resized.get(current.id) ?? current.annotations[ANNOTATION.resources] ?? text) === text) continue;
      board.run(`resize/${container.name}`, async () => {
        await node.cgroups.apply(podCgroup(pod, node.cgroupRoot));
        await node.runtime.updateResources(current.id, wanted);
        resized.set(current.id, text);
      });
    }
  };

  const perform = (action: PodAction, observation: PodObservation) => {
    switch (action.type) {
      case 'createSandbox':
        return makeSandbox(action);
      case 'startContainer':
        return start(action, observation);
      case 'killContainer':
        return board.run(`container/${action.container.name}`, async () => {
          const graceSeconds = action.graceSeconds ?? graceOf(pod);
          await killContainer(node, { pod, container: action.container, id: action.id, message: action.message, graceSeconds });
        });
      case 'finish':
        return begin({ graceSeconds: graceOf(pod) });
    }
  };

  const setUpVolumes = () =>
    board.run('volumes', async () => {
      try {
        await node.volumes.setUp(pod);
        volumesReady = true;
        board.forget('volumes');
      } catch (error) {
        if (!(error instanceof MountError)) log.warn({ err: error }, 'volumes could not be set up');
        node.recorder.event(pod, 'Warning', 'FailedMount', error instanceof Error ? error.message : String(error));
        board.retry('volumes', FIRST_RETRY_MS, MAX_RETRY_MS);
      }
    });

  const makeSandbox = (action: Extract<PodAction, { type: 'createSandbox' }>) =>
    board.run('sandbox', async () => {
      try {
        if (action.attempt > 0) node.recorder.event(pod, 'Normal', 'SandboxChanged', 'Pod sandbox changed, it will be killed and re-created.');
        for (const old of action.replaces) {
          await node.runtime.stopSandbox(old.id);
          await cache.refreshSandbox(old.id);
        }
        await createSandbox(node, pod, action.attempt);
        board.forget('sandbox');
      } catch (error) {
        if (phase !== 'running') return;
        log.warn({ err: error }, 'a sandbox could not be created');
        node.recorder.event(
          pod,
          'Warning',
          'FailedCreatePodSandBox',
          `Failed to create pod sandbox: ${error instanceof Error ? error.message : error}`,
        );
        board.retry('sandbox', FIRST_RETRY_MS, MAX_RETRY_MS);
      }
    });

  const start = (action: Extract<PodAction, { type: 'startContainer' }>, observation: PodObservation) => {
    const { container, previous } = action;
    const key = `container/${container.name}`;
    const sandbox = readySandbox(observation);
    if (!sandbox || !volumesReady || board.busy(key)) return;
    if (previous?.state === 'exited') {
      const until = backoff.until(container.name, previous.finishedAt, clock.now());
      if (until !== undefined) return holdBack(container, previous, until, key);
    }
    // Containers start in the order of the spec, each after the one before it and its postStart hook, as kubelet starts them.
    const before = specContainers(pod).slice(
      0,
      specContainers(pod).findIndex(({ name }) => name === container.name),
    );
    board.run(key, async () => {
      await Promise.all(before.map(({ name }) => board.settled(`container/${name}`)));
      if (phase !== 'running') return;
      if (previous?.state === 'created') await node.runtime.removeContainer(previous.id);
      // A container that died may have died with its sandbox, of which nothing has been heard yet.
      if (previous && !(await cache.refreshSandbox(sandbox.id))?.ready) return;
      const countRestart = () => {
        if (previous?.state === 'exited') backoff.next(container.name, previous.finishedAt, clock.now());
      };
      try {
        await startContainer(node, pod, container, sandbox, action.restartCount);
        waiting.delete(container.name);
        countRestart();
      } catch (error) {
        if (!(error instanceof StartError)) throw error;
        // A sandbox that has just died still counts as ready for a moment.
        await sleep(clock, SANDBOX_SETTLE_MS);
        if (!(await cache.refreshSandbox(sandbox.id))?.ready) return;
        waiting.set(container.name, { reason: error.reason, message: error.message });
        countRestart();
        board.notBefore(key, error.retryAt);
      }
    });
  };

  const holdBack = (container: Container, previous: RuntimeContainer, until: number, key: string) => {
    const where = `${pod.metadata.name}_${pod.metadata.namespace}(${uid})`;
    const message = `back-off ${durationText(until - previous.finishedAt)} restarting failed container=${container.name} pod=${where}`;
    if (waiting.get(container.name)?.message !== message) {
      containerEvent(node.recorder, pod, container, 'Warning', 'BackOff', `Back-off restarting failed container ${container.name} in pod ${where}`);
      waiting.set(container.name, { reason: 'CrashLoopBackOff', message });
    }
    board.notBefore(key, until);
  };

  /** From here on the pod only ends. */
  const begin = (request: EndRequest) => {
    failure ??= request.failure;
    if (phase !== 'running') {
      // A second deletion may ask for less time.
      if (request.graceSeconds < grace) hasten(request.graceSeconds);
      return;
    }
    phase = 'ending';
    grace = request.graceSeconds;
    prober.ending();
    wake();
  };

  const finishOff = () =>
    board.run('end', async () => {
      // What is being made is made first: a half-made sandbox could not be found and removed.
      await board.settledAll('end', 'messages');
      await endPod(node, pod, () => grace);
      ended = true;
    });

  const hasten = (graceSeconds: number) => {
    grace = graceSeconds;
    for (const container of cache.of(uid).containers.filter(isRunning)) {
      void node.runtime
        .stopContainer(container.id, graceSeconds)
        .catch((error: unknown) => log.debug({ err: error }, 'a container could not be hastened'));
    }
  };

  const publish = (observation: PodObservation) => {
    // An end is told once, with its message.
    const unread = observation.containers.filter(({ id, state }) => state === 'exited' && !messages.has(id));
    if (unread.length > 0) return readMessages(unread);
    if (isTooSoon(observation)) return board.wakeAt('report', startTime + SIMULATED_QUIET_MS);
    const status = podStatus({
      pod,
      observation,
      waiting,
      ending: phase !== 'running',
      ended,
      failure,
      runtimeName: node.runtimeName,
      terminationMessages: messages,
      hostIps: node.nodeIps,
      now: clock.now(),
      startTime,
      started: (id, container) => !container.startupProbe || prober.verdicts(id).startup === true,
      ready: (id, container) => !container.readinessProbe || prober.verdicts(id).readiness === true,
    });
    // Transition times come from the last status; the pod's own is newer only now and then.
    pod = { ...pod, status };
    if (status.phase === 'Running' && !hasStarted) node.observeStart((clock.now() - startTime) / 1000);
    hasStarted ||= status.phase === 'Running';
    lastStatus = status;
    if (!vanished) node.statusWriter.put(live, status);
    if (ended && phase === 'ending') finish();
  };

  /** Simulated pods start in no time: that they are being made is only told where it takes a while. */
  const isTooSoon = ({ containers }: PodObservation): boolean =>
    node.runtime.simulated &&
    phase === 'running' &&
    clock.now() < startTime + SIMULATED_QUIET_MS &&
    waiting.size === 0 &&
    !containers.some(isRunning);

  const readMessages = (unread: readonly RuntimeContainer[]) =>
    board.run('messages', async () => {
      for (const container of unread) messages.set(container.id, node.runtime.simulated ? '' : await terminationMessage(container));
    });

  let vanished = false;
  const finish = () => {
    phase = 'over';
    prober.stop();
    board.stop();
    onFinished();
  };

  wake();
  return {
    get pod() {
      return pod;
    },
    update(next) {
      const metadataChanged = next.metadata.resourceVersion !== pod.metadata.resourceVersion;
      live = next;
      pod = { ...next, status: mergedStatus(next, lastStatus) };
      if (metadataChanged && volumesReady) node.volumes.podChanged(pod);
      if (pod.metadata.deletionTimestamp) begin({ graceSeconds: graceOf(pod) });
      wake();
    },
    wake,
    end(request) {
      if (request.vanished) vanished = true;
      begin(request);
    },
    stop() {
      stopped = true;
      prober.stop();
      board.stop();
    },
    status: () => lastStatus,
  };
}

const graceOf = ({ metadata, spec }: Live<Pod>): number =>
  metadata.deletionTimestamp ? (metadata.deletionGracePeriodSeconds ?? 30) : (spec?.terminationGracePeriodSeconds ?? 30);

function deadlineOf(pod: Live<Pod>, firstSeen: number): number | undefined {
  const seconds = pod.spec?.activeDeadlineSeconds;
  if (seconds === undefined) return undefined;
  const start = pod.status?.startTime ? Date.parse(pod.status.startTime) : firstSeen;
  return start + seconds * 1000;
}

/** Our own status is newer than what the API shows, but for the conditions that others set. */
function mergedStatus(next: Live<Pod>, own: PodStatus | undefined): PodStatus | undefined {
  if (!own) return next.status;
  const types = new Set((own.conditions ?? []).map(({ type }) => type));
  const current = next.status?.conditions ?? [];
  const fresh = (own.conditions ?? []).map((condition) =>
    NODE_TYPES.has(condition.type) ? condition : (current.find(({ type }) => type === condition.type) ?? condition),
  );
  return { ...own, conditions: [...fresh, ...current.filter(({ type }) => !types.has(type))] };
}
const NODE_TYPES: ReadonlySet<string> = new Set(['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled']);
