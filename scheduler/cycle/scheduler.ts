import type { Registry } from 'prom-client';
import type { Binding } from '../../api/kinds/core/binding.ts';
import { namespaces } from '../../api/kinds/core/namespace.ts';
import { nodes } from '../../api/kinds/core/node/index.ts';
import { pods } from '../../api/kinds/core/pod/index.ts';
import { keyOf } from '../../api/meta/object.ts';
import { isNotFound } from '../../api/meta/status-error.ts';
import { aborted, settledBefore } from '../../base/abort.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { Runnable } from '../../runtime/control/runnable.ts';
import type { EventRecorder } from '../../runtime/observe/event-recorder.ts';
import type { Informers } from '../../runtime/watch/informer.ts';
import { createDefaultSpread } from '../plugins/default-spread.ts';
import type { Failure } from '../queue/failure-memo.ts';
import { createFailureMemo } from '../queue/failure-memo.ts';
import { createNominator } from '../queue/nominator.ts';
import type { QueuedPod } from '../queue/queue.ts';
import { createSchedulingQueue } from '../queue/queue.ts';
import { createClusterState } from '../state/cluster-state.ts';
import type { PodInfo } from '../state/pod-info.ts';
import type { Decision } from './algorithm.ts';
import { createAlgorithm } from './algorithm.ts';
import { evict, withdrawNomination } from './eviction.ts';
import type { Diagnosis } from './fit-error.ts';
import { diagnosisText, NO_NODES } from './fit-error.ts';
import { followCluster } from './follow.ts';
import type { AttemptResult } from './metrics.ts';
import { createSchedulerMetrics } from './metrics.ts';
import { conditionPatch } from './pod-conditions.ts';
import { findPreemption } from './preemption.ts';

export interface SchedulerOptions {
  readonly client: Client;
  readonly informers: Informers;
  readonly clock: Clock;
  readonly log: Logger;
  /** Of the component `default-scheduler`. */
  readonly recorder: EventRecorder;
  readonly registry: Registry;
  /** Pods whose spec.schedulerName says so are ours. Default `default-scheduler`. */
  readonly schedulerName?: string;
  /** In [0, 1): breaks ties. */
  readonly random?: () => number;
}

/** Bindings under way at once; more pods wait their turn. */
const MAX_BINDINGS = 128;
/** The same complaint about the same pod is worth an event this often: a pod may be tried many times a second. */
const REPEAT_MS = 10_000;
/** How long it decides before the event loop gets its turn. */
const SLICE_MS = 5;

/**
 * Gives pods nodes, as upstream's kube-scheduler with its default profile does.
 * `ready` resolves when its informers are and it has begun; `run` resolves when the signal has aborted and the bindings under way have ended.
 */
export function createScheduler(options: SchedulerOptions): Runnable {
  const { client, informers, clock, recorder, registry, random = Math.random, schedulerName = 'default-scheduler' } = options;
  const log = options.log.child({ component: 'scheduler' });
  const life = new AbortController();
  let markReady = () => {};
  const ready = new Promise<void>((resolve) => {
    markReady = resolve;
  });

  const podInformer = informers.of(pods);
  const nodeInformer = informers.of(nodes);
  const namespaceInformer = informers.of(namespaces);
  const cluster = createClusterState((name) => namespaceInformer.get({ namespace: '', name })?.metadata.labels);
  const spread = createDefaultSpread(informers);
  const nominator = createNominator();
  const failures = createFailureMemo(cluster, nominator);
  /** Pods that are decided on and not yet seen with their node. */
  const assumed = new Set<string>();
  /** Victims told to go. */
  const doomed = new Set<string>();
  const metrics = createSchedulerMetrics(registry, {
    queues: () => queue.sizes(),
    rejections: () => queue.rejections(),
    cache: () => ({ nodes: cluster.nodes().length, pods: cluster.podCount, assumed: assumed.size }),
  });
  const queue = createSchedulingQueue({ clock, onReady: () => schedulePump(), onIncoming: metrics.incoming, signal: life.signal });
  const algorithm = createAlgorithm({ cluster, nominations: nominator, defaultSelector: spread.selectorOf, random });

  let running = false;
  let bindings = 0;
  let drained: (() => void) | undefined;
  let pumpScheduled = false;
  const schedulePump = () => {
    if (pumpScheduled || !running) return;
    pumpScheduled = true;
    setImmediate(pump);
  };
  const pump = () => {
    pumpScheduled = false;
    const start = clock.monotonic();
    while (running && bindings < MAX_BINDINGS) {
      const queued = queue.pop();
      if (!queued) return;
      attempt(queued);
      if (clock.monotonic() - start >= SLICE_MS) return schedulePump();
    }
  };

  /** Work that goes on beside the next decisions; the stop waits for it. */
  const beside = async (work: Promise<void>) => {
    bindings++;
    try {
      await work;
    } catch (error) {
      log.error({ err: error }, 'unexpected error');
    } finally {
      bindings--;
      if (bindings === 0) drained?.();
      schedulePump();
    }
  };

  const attempt = (queued: QueuedPod) => {
    const started = clock.monotonic();
    const { info } = queued;
    const ended = (result: AttemptResult) => metrics.attempted(result, (clock.monotonic() - started) / 1000);
    const known = failures.find(info);
    if (known) {
      ended('unschedulable');
      return explain(info, known);
    }
    let decision: Decision;
    try {
      decision = cluster.trial(() => algorithm.decide(info));
    } catch (error) {
      ended('error');
      void beside(giveUp(info, new Set(), 'SchedulerError', messageOf(error), true));
      return;
    }
    metrics.decided((clock.monotonic() - started) / 1000);
    if ('node' in decision) {
      // Counted on its node from now on: the next decision sees it.
      cluster.addPod(info, decision.node.name);
      assumed.add(info.uid);
      nominator.remove(info.uid);
      void beside(bind(queued, decision.node.name).then(ended));
      return;
    }
    ended('unschedulable');
    reject(info, decision.diagnosis);
  };

  const bind = async ({ info, attempts, addedAt }: QueuedPod, nodeName: string): Promise<AttemptResult> => {
    const { metadata } = info.pod;
    const key = keyOf(info.pod);
    const binding: Binding = {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name: metadata.name, namespace: metadata.namespace, uid: metadata.uid },
      target: { kind: 'Node', name: nodeName },
    };
    try {
      await client.createSubresource(pods, key, 'binding', binding);
    } catch (error) {
      // Its place is free again.
      if (assumed.delete(info.uid)) {
        cluster.removePod(info.uid);
        queue.wake({ name: 'AssignedPodDelete', pod: info });
      }
      if (isNotFound(error)) {
        // Gone meanwhile; the informer takes it out of the queue.
        queue.failed(info.uid, { rejectedBy: new Set(), error: true });
      } else {
        log.warn({ err: error, pod: `${key.namespace}/${key.name}`, node: nodeName }, 'binding failed');
        await giveUp(info, new Set(), 'SchedulerError', `binding rejected: ${messageOf(error)}`, true);
      }
      return 'error';
    }
    queue.remove(info.uid);
    metrics.scheduled(attempts, (clock.now() - addedAt) / 1000);
    recorder.event(info.pod, 'Normal', 'Scheduled', `Successfully assigned ${key.namespace}/${key.name} to ${nodeName}`);
    return 'scheduled';
  };

  /** No node would do: make room by preemption where that helps, else say why and wait. */
  const reject = (info: PodInfo, diagnosis: Diagnosis) => {
    const { rejectedBy } = diagnosis;
    if (diagnosis.nodeCount === 0) return void beside(giveUp(info, rejectedBy, 'Unschedulable', NO_NODES));
    const nominatedNode = nominator.nodeOf(info.uid);
    const preemption = cluster.trial(() => findPreemption(info, { diagnosis, cluster, nominations: nominator, random, nominatedNode, doomed }));
    metrics.preemptionTried();
    if ('message' in preemption) {
      const failure = { diagnosis, message: preemption.message };
      if (preemption.clearNomination) nominator.remove(info.uid);
      failures.remember(info, failure);
      return explain(info, failure, preemption.clearNomination);
    }
    const { node, victims } = preemption.candidate;
    metrics.preempted(victims.length);
    nominator.set(info, node.name);
    // Less important pods that were promised the node look again: their turn comes after this one.
    const outdone = nominator.on(node.name).filter((other) => other.priority < info.priority);
    for (const { uid } of outdone) nominator.remove(uid);
    for (const victim of victims) doomed.add(victim.uid);
    log.info({ pod: info.pod.metadata.name, node: node.name, victims: victims.map(({ pod }) => pod.metadata.name) }, 'preempting');
    queue.preempting(info.uid, rejectedBy);
    const makeRoom = async () => {
      for (const other of outdone) await beside(withdrawNomination(other, { client }));
      const failures = await evict(victims, info, node.name, { client, clock, recorder });
      for (const { victim, error } of failures) {
        doomed.delete(victim.uid);
        log.warn({ err: error, pod: victim.pod.metadata.name }, 'a victim could not be evicted');
      }
      await giveUp(info, rejectedBy, 'Unschedulable', diagnosisText(diagnosis), failures.length > 0, node.name);
    };
    void beside(makeRoom());
  };

  const explain = (info: PodInfo, { diagnosis, message }: Failure, clearNomination = false) => {
    // The words before `preemption:` are of upstream's DynamicResources plugin, which speaks first.
    const text = diagnosisText(diagnosis, `no new claims to deallocate, preemption: ${message}`);
    void beside(giveUp(info, diagnosis.rejectedBy, 'Unschedulable', text, false, clearNomination ? '' : undefined));
  };

  const complain = (info: PodInfo, message: string) => {
    const queued = queue.get(info.uid);
    const at = clock.monotonic();
    if (queued?.said?.message === message && at - queued.said.at < REPEAT_MS) return;
    if (queued) queued.said = { message, at };
    recorder.event(info.pod, 'Warning', 'FailedScheduling', message);
  };

  /** Puts a pod back to wait, and says why in its condition and an event. */
  const giveUp = async (
    info: PodInfo,
    rejectedBy: ReadonlySet<string>,
    reason: 'Unschedulable' | 'SchedulerError',
    message: string,
    error = false,
    nominatedNode?: string,
  ): Promise<void> => {
    if (nominatedNode === undefined || nominatedNode === '') queue.failed(info.uid, { rejectedBy, error });
    complain(info, message);
    const current = podInformer.get(keyOf(info.pod)) ?? info.pod;
    const patch = conditionPatch(current, { type: 'PodScheduled', status: 'False', reason, message }, clock.now(), nominatedNode);
    try {
      if (patch && current.metadata.uid === info.uid) await client.patch(pods, keyOf(info.pod), patch, { subresource: 'status' });
    } catch (failure) {
      if (!isNotFound(failure)) log.warn({ err: failure, pod: info.pod.metadata.name }, 'the pod’s condition could not be written');
    }
    // A preemptor stays in flight until its victims have been told and it carries its promise.
    queue.failed(info.uid, { rejectedBy, error });
  };

  followCluster({ podInformer, nodeInformer, namespaceInformer, cluster, queue, nominator, assumed, doomed, failures, schedulerName });

  return {
    ready,
    async run(signal) {
      const needs = [podInformer, nodeInformer, namespaceInformer, ...spread.needs];
      if (await settledBefore(Promise.all(needs.map((informer) => informer.ready)), signal)) {
        running = true;
        schedulePump();
        markReady();
        await aborted(signal);
        running = false;
      }
      life.abort(signal.reason);
      if (bindings > 0) {
        await new Promise<void>((resolve) => {
          drained = resolve;
        });
      }
    },
  };
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
