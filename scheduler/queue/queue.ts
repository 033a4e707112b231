import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { exponentialDelay } from '../../base/backoff.ts';
import type { Clock } from '../../base/clock.ts';
import type { ClusterEvent } from '../plugins/cluster-event.ts';
import type { PodInfo } from '../state/pod-info.ts';
import { podInfoOf } from '../state/pod-info.ts';
import { byBackoff, byPriority, createEntryHeap } from './entry-heap.ts';
import { createBackoffTimer, createFlushTimer } from './queue-timers.ts';
import type { Entry, QueuedPod, QueueName, RejectionCount } from './queued-pod.ts';
import { newEntry } from './queued-pod.ts';
import type { QueueingHints } from './queueing-hints.ts';
import { createUnschedulablePods } from './unschedulable-pods.ts';

/**
 * Pods that wait for a node: ready to be tried (by priority, then time), backing off, waiting for an event that could help, or gated.
 * A pod that failed is tried again after such an event, not before its back-off (1 s … 10 s by default) is over, unless there is nothing else to do,
 * and at the latest after five minutes.
 */
export interface SchedulingQueue {
  /** Adds a pod without a node, or takes note of its change. */
  set(pod: Live<Pod>): void;
  /** Removes a pod that has a node or is deleted. */
  remove(uid: string): void;
  get(uid: string): QueuedPod | undefined;
  /** Looks again whether a gated pod may be tried. */
  recheck(uid: string): void;
  /** Puts back a pod whose decision was broken off: it is tried again when its turn comes, and the attempt does not count. */
  again(uid: string): void;
  /** The next pod to try; it is in flight until `failed` or `remove`. */
  pop(): QueuedPod | undefined;
  /** Keeps a pod in flight that found no node and preempts others. Events are remembered until `failed`. */
  preempting(uid: string, rejectedBy: ReadonlySet<string>): void;
  /** Puts back a pod that found no node (`rejectedBy` names the filters) or met an error (`error`). */
  failed(uid: string, outcome: { readonly rejectedBy: ReadonlySet<string>; readonly error?: boolean }): void;
  /** Puts the pods that a change in the cluster could help into back-off or among the ready ones. @param uids the only pods that it could help */
  wake(event: ClusterEvent, uids?: readonly string[]): void;
  sizes(): Readonly<Record<QueueName, number>>;
  /** The number of unschedulable pods per filter that rejected them. */
  rejections(): readonly RejectionCount[];
}

export interface PodBackoff {
  readonly initialMs: number;
  readonly maxMs: number;
}

export interface SchedulingQueueOptions {
  readonly clock: Clock;
  /** Called when a pod may be ready to be tried. */
  readonly onReady: () => void;
  /** Called at every arrival in a queue, with the event that caused it. */
  readonly onIncoming: (queue: QueueName, event: string) => void;
  readonly signal: AbortSignal;
  readonly hints: QueueingHints;
  /** Whether a pod may not be tried yet (SchedulingGates). */
  readonly isGated: (pod: PodInfo) => boolean;
  readonly podBackoff: PodBackoff;
}

const MAX_UNSCHEDULABLE_MS = 300_000;

/** One closure over the four queues: a move touches the queue that is left, the one that is entered and the timers. */
export function createSchedulingQueue(options: SchedulingQueueOptions): SchedulingQueue {
  const { clock, onReady, onIncoming, signal, hints, isGated, podBackoff } = options;
  const entries = new Map<string, Entry>();
  const gatedOrActive = ({ info }: Entry): QueueName => (isGated(info) ? 'gated' : 'active');
  const unschedulable = createUnschedulablePods();
  /** Those that are preempting others. */
  const preemptors = new Set<Entry>();
  const active = createEntryHeap(byPriority);
  const backoff = createEntryHeap(byBackoff);
  const errorBackoff = createEntryHeap(byBackoff);
  const sizes: Record<Entry['queue'], number> = { active: 0, backoff: 0, unschedulable: 0, gated: 0, 'in flight': 0 };

  const leave = (entry: Entry) => {
    sizes[entry.queue]--;
    entry.ticket++;
    if (entry.queue === 'unschedulable') unschedulable.remove(entry);
  };
  const enter = (entry: Entry, queue: Entry['queue'], event: string) => {
    leave(entry);
    entry.queue = queue;
    entry.since = clock.monotonic();
    sizes[queue]++;
    if (queue === 'in flight') return;
    onIncoming(queue, event);
    if (queue === 'active') {
      active.push(entry);
      onReady();
    } else if (queue === 'backoff') {
      (entry.errored ? errorBackoff : backoff).push(entry);
      backoffTimer.arm();
      onReady();
    } else if (queue === 'unschedulable') {
      unschedulable.add(entry);
      flushTimer.arm();
    }
  };
  /** Moves into back-off, or straight to the active ones if that is over. */
  const awaken = (entry: Entry, event: string) => {
    if (isGated(entry.info)) return enter(entry, 'gated', event);
    enter(entry, clock.monotonic() < entry.backoffUntil ? 'backoff' : 'active', event);
  };
  const backoffTimer = createBackoffTimer(clock, [backoff, errorBackoff], signal, (entry) => enter(entry, 'active', 'BackoffComplete'));
  const flushTimer = createFlushTimer(clock, signal, () => {
    const now = clock.monotonic();
    for (const entry of entries.values()) {
      if (entry.queue !== 'unschedulable' || now - entry.since < MAX_UNSCHEDULABLE_MS) continue;
      entry.wasFlushed = true;
      awaken(entry, 'UnschedulableTimeout');
    }
    return sizes.unschedulable > 0;
  });

  return {
    set(pod) {
      const known = entries.get(pod.metadata.uid);
      if (!known) {
        const entry = newEntry(pod, clock.now());
        entries.set(entry.info.uid, entry);
        sizes['in flight']++;
        enter(entry, gatedOrActive(entry), 'PodAdd');
        return;
      }
      const changed = specChanged(known.info.pod, pod);
      known.info = podInfoOf(pod);
      if (known.queue === 'gated' && gatedOrActive(known) === 'active') enter(known, 'active', 'PodUpdate');
      else if (known.queue === 'unschedulable' && changed) awaken(known, 'PodUpdate');
    },
    remove(uid) {
      const entry = entries.get(uid);
      if (!entry) return;
      leave(entry);
      entries.delete(uid);
      preemptors.delete(entry);
    },
    get: (uid) => entries.get(uid),
    recheck(uid) {
      const entry = entries.get(uid);
      if (entry?.queue === 'gated' && !isGated(entry.info)) enter(entry, 'active', 'PodUpdate');
    },
    again(uid) {
      const entry = entries.get(uid);
      if (entry?.queue !== 'in flight') return;
      entry.attempts--;
      enter(entry, gatedOrActive(entry), 'ScheduleAttemptFailure');
    },
    pop() {
      const entry = active.peek() ?? backoff.peek();
      if (!entry) return undefined;
      enter(entry, 'in flight', '');
      entry.attempts++;
      return entry;
    },
    preempting(uid, rejectedBy) {
      const entry = entries.get(uid);
      if (entry?.queue !== 'in flight') return;
      entry.rejectedBy = rejectedBy;
      entry.missed = undefined;
      preemptors.add(entry);
    },
    failed(uid, { rejectedBy, error = false }) {
      const entry = entries.get(uid);
      if (entry?.queue !== 'in flight') return;
      entry.rejectedBy = rejectedBy;
      entry.errored = error;
      entry.wasFlushed = false;
      entry.backoffUntil = clock.monotonic() + exponentialDelay(entry.attempts - 1, podBackoff.initialMs, podBackoff.maxMs);
      const missed = preemptors.delete(entry) ? entry.missed : undefined;
      if (missed !== undefined) awaken(entry, missed);
      else enter(entry, error ? 'backoff' : 'unschedulable', 'ScheduleAttemptFailure');
    },
    wake(event, uids) {
      const asked = uids?.flatMap((uid) => entries.get(uid) ?? []);
      for (const filter of hints.concerns(event)) {
        const waiting = asked?.filter(({ queue, rejectedBy }) => queue === 'unschedulable' && rejectedBy.has(filter));
        for (const entry of waiting ?? unschedulable.rejectedBy(filter)) if (hints.couldHelp(event, filter, entry.info)) awaken(entry, event.name);
        for (const entry of preemptors) if (entry.rejectedBy.has(filter) && hints.couldHelp(event, filter, entry.info)) entry.missed ??= event.name;
      }
    },
    rejections: () => unschedulable.counts(),
    sizes: () => ({ active: sizes.active, backoff: sizes.backoff, unschedulable: sizes.unschedulable, gated: sizes.gated }),
  };
}

/** Whether something that decides on nodes changed: the scheduler's own status writes do not. */
function specChanged(old: Live<Pod>, now: Live<Pod>): boolean {
  const deciding = ({ metadata, spec, status }: Live<Pod>) => JSON.stringify([metadata.labels, spec, status?.resourceClaimStatuses]);
  return deciding(old) !== deciding(now);
}
