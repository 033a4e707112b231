import type { Pod, PodStatus } from '../../../api/kinds/core/pod/index.ts';
import type { Live, ObjectKey } from '../../../api/meta/object.ts';
import { keyOf, keyText } from '../../../api/meta/object.ts';
import { timeText } from '../../../base/clock.ts';
import type { ApiAccess } from '../../contract/node-parts.ts';
import type { ResizeTrigger } from '../../contract/pod-metrics.ts';
import type { Allocation } from '../../spec/allocation.ts';
import { allocate, allocationFound, withAllocation } from '../../spec/allocation.ts';
import { amountChanges } from '../../spec/amount-changes.ts';
import type { Shortage } from '../../spec/node-room.ts';
import { qosClass } from '../../spec/pod-resources.ts';
import { resizeText } from '../../spec/resize.ts';
import { isStatic } from '../sources/static-pods.ts';
import { isTerminal } from '../status/pod-phase.ts';
import type { WorkerNode } from '../worker/action-performer.ts';
import type { EndRequest } from '../worker/pod-state.ts';
import type { PodWorker } from '../worker/pod-worker.ts';
import { createPodWorker } from '../worker/pod-worker.ts';
import { allocateDevices } from './device-admission.ts';
import { warnOfFeatures } from './feature-admission.ts';
import type { PodEntry } from './pod-closer.ts';
import { closePod, removeFromApi } from './pod-closer.ts';
import type { Rejection } from './rejection.ts';
import { byUrgency } from './resize-order.ts';

/** All pods of a node: one worker each, from the moment they are bound until nothing of them is left. */
export interface PodManager {
  /** A pod of the API (or a static one) as it is now. */
  changed(pod: Live<Pod>): void;
  /** Ends everything that runs of a pod that is no longer in the API. */
  vanished(pod: Live<Pod>): void;
  /** The runtime's state of a pod changed. */
  wake(podUid: string): void;
  find(key: ObjectKey): PodWorker | undefined;
  byUid(podUid: string): PodWorker | undefined;
  workers(): Iterable<PodWorker>;
  /** Whether what a pod holds of the node is not free: the pod is looked at, or has not ended, or is unknown and something of it is left. */
  isHolder(podUid: string): boolean;
  /** Pods that run, or are about to, and are not being ended. */
  active(): readonly Live<Pod>[];
  /** Whether nothing of the pod is left on the node but its record. */
  isOver(podUid: string): boolean;
  /** Ends a pod that is not being deleted, making it Failed. */
  evict(podUid: string, request: EndRequest): void;
  /** Ends timers and probes; containers go on. */
  stop(): void;
}

export interface PodManagerOptions {
  readonly node: WorkerNode & ApiAccess;
  /** Decides whether the node takes the pod, beside the `others` that it has. */
  readonly admit: (pod: Live<Pod>, others: readonly Pod[]) => Rejection | undefined;
  /** The resources that the node has for pods. */
  readonly allocatable: Readonly<Record<string, string>>;
  /** Reads the node anew: labels that the scheduler has seen already may not have come here yet. */
  readonly refreshNode: () => Promise<void>;
  /** Called for each pod that was ended for a critical one, with the resource that was short. */
  readonly onPreemption: (resource: string) => void;
  /** Called when a pod is over and out of the API: everything that the runtime keeps of it can be removed. */
  readonly onGone: (pod: Live<Pod>) => void;
  readonly signal: AbortSignal;
}

export function createPodManager({ node, admit, allocatable, refreshNode, onPreemption, onGone, signal }: PodManagerOptions): PodManager {
  const entries = new Map<string, PodEntry>();
  const byKey = new Map<string, string>();
  /** Refused pods, whose failure has been reported. */
  const refused = new Set<string>();
  /** Pods about which the node decides once something else is known. */
  const undecided = new Map<string, Live<Pod>>();
  /** Pods that came back under their UIDs before they had ended, and are to run again. */
  const returned = new Set<string>();
  /** A critical pod for which others are being ended. No other pod is admitted meanwhile, or it might take what becomes free. */
  let preemption: { readonly uid: string; readonly done: Promise<unknown> } | undefined;
  /** Called when nothing of a pod runs any more, by its UID. */
  const onEnds = new Map<string, () => void>();

  /** Decides about a pod after `work`, which may find why it is refused. */
  const addAfter = async (pod: Live<Pod>, work: Promise<Rejection | undefined>, known: Known): Promise<void> => {
    const { uid } = pod.metadata;
    undecided.set(uid, pod);
    const rejection = await work;
    const latest = undecided.get(uid);
    undecided.delete(uid);
    if (!latest || signal.aborted) return;
    if (rejection) refuse(latest, rejection);
    else add(latest, known);
  };

  const refreshed = (): Promise<undefined> =>
    refreshNode().then(nothing, (error: unknown) => void node.log.warn({ err: error }, 'the node could not be read anew'));

  const add = (pod: Live<Pod>, known: Known = { seenAt: node.clock.monotonic() }) => {
    const { uid } = pod.metadata;
    if (!isTerminal(pod.status?.phase) && !pod.metadata.deletionTimestamp) {
      const { sandboxes } = node.cache.of(uid);
      const isNew = sandboxes.length === 0;
      if (isNew && preemption) return void addAfter(pod, preemption.done.then(nothing), known);
      const rejection = isNew && !known.hasRoom ? admit(pod, holders(uid)) : undefined;
      if (rejection && DEPENDS_ON_NODE.has(rejection.reason) && !known.nodeIsFresh)
        return void addAfter(pod, refreshed(), { ...known, nodeIsFresh: true });
      if (rejection?.shortages) return void addAfter(pod, makeRoom(pod, rejection.shortages), { ...known, hasRoom: true });
      if (rejection) return refuse(pod, rejection);
      // A pod that runs has its devices.
      const mayLackDevices = !known.hasDevices && !sandboxes.some(({ ready }) => ready);
      if (mayLackDevices && node.pluginDevices.concerns(pod))
        return void addAfter(pod, allocateDevices(node.pluginDevices, pod), {
          seenAt: known.seenAt,
          nodeIsFresh: known.nodeIsFresh,
          hasDevices: true,
        });
    }
    const allocation = allocationFound(pod);
    const worker = createPodWorker(withAllocation(pod, allocation), node, (since) => {
      entry.finished = true;
      entry.endingSince = since;
      onEnds.get(uid)?.();
      void close(entry);
      retryDeferred('pod_terminated');
    });
    const entry = newEntry(worker, pod, allocation);
    entries.set(uid, entry);
    byKey.set(keyText(keyOf(pod)), uid);
    node.podMetrics.workerBegan(pod.spec?.containers.length ?? 0, (node.clock.monotonic() - known.seenAt) / 1000);
    if (returned.delete(uid)) node.podMetrics.podRestarted(isStatic(pod));
    if (worker.pod !== pod) give(entry, 'pod_updated');
    // Deleted before this agent began to look.
    if (pod.metadata.deletionTimestamp) give(entry, 'pod_updated');
  };

  /**
   * The pods beside this one that hold resources of the node. Those that the API has no longer do not, though they may be ending still: the scheduler
   * has given away what they had.
   */
  const holders = (uid: string): readonly Live<Pod>[] => {
    const admitted = [...entries.values()]
      .filter(({ finished, vanished, worker }) => !finished && !vanished && worker.pod.metadata.uid !== uid && !isTerminal(worker.pod.status?.phase))
      .map(({ worker }) => worker.pod);
    const awaited = preemption && preemption.uid !== uid ? undecided.get(preemption.uid) : undefined;
    return awaited ? [...admitted, awaited] : admitted;
  };

  /** Ends less important pods for a critical one; resolves with why it is refused, if it is. */
  const makeRoom = (pod: Live<Pod>, shortages: readonly Shortage[]): Promise<Rejection | undefined> => {
    const { uid } = pod.metadata;
    const end = ({ metadata }: Live<Pod>, request: EndRequest) =>
      new Promise<void>((resolve) => {
        const entry = entries.get(metadata.uid);
        // It may have ended while another one was.
        if (!entry || entry.finished) return resolve();
        onEnds.set(metadata.uid, resolve);
        entry.worker.end(request);
      }).finally(() => onEnds.delete(metadata.uid));
    const done = import('./preemption.ts')
      .then(({ preempt }) => preempt(pod, shortages, holders(uid), { node, end, onPreemption, signal }))
      .catch((error: unknown) => {
        node.log.error({ err: error, pod: pod.metadata.name }, 'no room could be made for a critical pod');
        return { reason: 'UnexpectedAdmissionError', message: `Unexpected error while attempting to recover from admission failure: ${error}` };
      })
      .finally(() => {
        preemption = undefined;
      });
    preemption = { uid, done };
    return done;
  };

  /** Hands the pod to its worker with the resources that it can be given now. */
  const give = (entry: PodEntry, trigger: ResizeTrigger) => {
    const { wanted, pending: before } = entry;
    const { pod, allocation, pending } = allocate(wanted, entry.allocation, () => holders(wanted.metadata.uid), allocatable);
    if (pending && pending.generation !== before?.generation) {
      const text = resizeText(`Pod resize ${pending.cause}`, wanted, pending.generation, pending.message);
      node.recorder.event(wanted, 'Warning', `Resize${pending.reason}`, text);
    }
    const hasChanged = allocation !== entry.allocation;
    if (before && hasChanged) node.podMetrics.deferredResizeAccepted(trigger);
    Object.assign(entry, { allocation, pending });
    entry.worker.update(wanted, { pod, pending });
    // Another may be waiting for what this one has given back.
    if (hasChanged) retryDeferred('pod_resized');
  };

  const retryDeferred = (trigger: ResizeTrigger) => {
    const waiting = [...entries.values()].filter(({ pending, finished }) => pending && !finished);
    for (const entry of waiting.sort(byUrgency)) give(entry, trigger);
  };

  const countResizes = (before: Live<Pod>, pod: Live<Pod>) => {
    if (pod.metadata.generation === before.metadata.generation) return;
    for (const change of amountChanges(before, pod)) node.podMetrics.resizeRequested(change);
  };

  const refuse = (pod: Live<Pod>, rejection: Rejection) => {
    refused.add(pod.metadata.uid);
    node.podMetrics.podRejected(rejection.reason);
    node.recorder.event(pod, 'Warning', rejection.reason, rejection.message);
    node.statusWriter.put(pod, rejectedStatus(pod, rejection, node.clock.now()));
  };

  const close = async (entry: PodEntry): Promise<void> => {
    if (entry.closing) return;
    await closePod(entry, node, signal);
    if (entry.vanished || entry.worker.pod.metadata.deletionTimestamp) forget(entry);
  };

  const forget = ({ worker, hasReturned }: PodEntry) => {
    const { uid } = worker.pod.metadata;
    if (!entries.delete(uid)) return;
    const key = keyText(keyOf(worker.pod));
    if (byKey.get(key) === uid) byKey.delete(key);
    node.statusWriter.forget(uid);
    node.images.forget(uid);
    if (hasReturned) returned.add(uid);
    onGone(worker.pod);
  };

  return {
    changed(pod) {
      const { uid } = pod.metadata;
      const entry = entries.get(uid);
      if (!entry && refused.has(uid)) {
        if (pod.metadata.deletionTimestamp)
          void removeFromApi(pod, node).catch((error: unknown) => node.log.warn({ err: error }, 'a refused pod could not be removed'));
      } else if (undecided.has(uid)) undecided.set(uid, pod);
      else if (!entry) add(pod);
      else {
        warnOfFeatures(node, pod, entry.wanted);
        entry.hasReturned = entry.vanished;
        countResizes(entry.wanted, pod);
        entry.wanted = pod;
        give(entry, 'pod_updated');
        if (entry.finished && pod.metadata.deletionTimestamp) void close(entry);
      }
    },
    vanished(pod) {
      refused.delete(pod.metadata.uid);
      undecided.delete(pod.metadata.uid);
      returned.delete(pod.metadata.uid);
      const entry = entries.get(pod.metadata.uid);
      if (!entry) return;
      entry.vanished = true;
      entry.hasReturned = false;
      if (entry.finished) void close(entry);
      else entry.worker.end({ graceSeconds: graceAfterVanishing(entry.worker.pod), vanished: true });
      retryDeferred('pods_removed');
    },
    wake: (uid) => entries.get(uid)?.worker.wake(),
    find: (key) => entries.get(byKey.get(keyText(key)) ?? '')?.worker,
    byUid: (uid) => entries.get(uid)?.worker,
    *workers() {
      for (const { worker } of entries.values()) yield worker;
    },
    isHolder(uid) {
      const entry = entries.get(uid);
      if (entry) return !entry.finished && !isTerminal(entry.worker.pod.status?.phase);
      return undecided.has(uid) || (!refused.has(uid) && node.cache.of(uid).sandboxes.length > 0);
    },
    active: () => [...entries.values()].filter(({ finished, worker }) => !finished && !worker.isEnding).map(({ worker }) => worker.pod),
    isOver: (uid) => entries.get(uid)?.cleaned ?? true,
    evict: (uid, request) => entries.get(uid)?.worker.end(request),
    stop() {
      for (const { worker } of entries.values()) worker.stop();
    },
  };
}

const newEntry = (worker: PodWorker, wanted: Live<Pod>, allocation: Allocation): PodEntry => ({
  worker,
  wanted,
  allocation,
  pending: undefined,
  finished: false,
  endingSince: 0,
  cleaned: false,
  vanished: false,
  hasReturned: false,
  closing: false,
});

/** Reasons that the node's object may no longer give, once it is read anew: others change its labels and taints. */
const DEPENDS_ON_NODE: ReadonlySet<string> = new Set(['NodeAffinity', 'TaintToleration']);
const nothing = () => undefined;

/** The moment that a pod was seen, and the steps of the decision about it that need not be taken again. */
interface Known {
  /** The monotonic time at which the node saw the pod first. */
  readonly seenAt: number;
  readonly nodeIsFresh?: boolean;
  readonly hasDevices?: boolean;
  /** Others were ended for it. */
  readonly hasRoom?: boolean;
}

/** The status of a pod that the node does not take. */
const rejectedStatus = (pod: Live<Pod>, { reason, message }: Rejection, now: number): PodStatus => ({
  ...(pod.metadata.generation ? { observedGeneration: pod.metadata.generation } : {}),
  phase: 'Failed',
  reason,
  message: `Pod was rejected: ${message}`,
  conditions: pod.status?.conditions ?? [],
  qosClass: pod.status?.qosClass ?? qosClass(pod.spec),
  startTime: timeText(now),
});

/** Seconds for a pod that was deleted by force: those of its spec, unless its containers have been asked to end already; at least one. */
const graceAfterVanishing = ({ metadata, spec }: Live<Pod>): number =>
  metadata.deletionTimestamp ? 1 : Math.max(1, Number(spec?.terminationGracePeriodSeconds ?? 30));
