import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import type { Clock } from '../../base/clock.ts';
import { createHeap } from '../../base/heap.ts';
import type { PodInfo } from '../state/pod-info.ts';
import { podInfoOf } from '../state/pod-info.ts';
import type { ClusterEvent } from './wake-up.ts';
import { ANYONE, concerns, couldHelp } from './wake-up.ts';

export type QueueName = 'active' | 'backoff' | 'unschedulable' | 'gated';

/** A pod that waits for a node. */
export interface QueuedPod {
  info: PodInfo;
  /** Tries so far. */
  attempts: number;
  /** Milliseconds since the epoch, when it first came. */
  readonly addedAt: number;
  /** Filters that rejected nodes in the last try: what could wake it. */
  rejectedBy: ReadonlySet<string>;
  /** What was last said of it in an event, and when (monotonic milliseconds). */
  said: { readonly message: string; readonly at: number } | undefined;
}

interface Entry extends QueuedPod {
  queue: QueueName | 'in flight';
  /** Raised on every move: heap slots with an older one are stale. */
  ticket: number;
  /** Monotonic milliseconds of the last move: the order among equals. */
  since: number;
  backoffUntil: number;
  /** Not to be taken before the back-off is over even when nothing else is to be done: the server was in trouble. */
  errored: boolean;
  /** While it makes room: the event that could have woken it. */
  missed: string | undefined;
}

interface Slot {
  readonly entry: Entry;
  readonly ticket: number;
  readonly order: number;
}

/**
 * Pods that wait for a node: ready to be tried (by priority, then time), backing off, waiting for an event that could help, or gated.
 * A pod that failed is tried again after such an event, not before its back-off of 1 s … 10 s is over (unless there is nothing else to do),
 * and at the latest after five minutes.
 */
export interface SchedulingQueue {
  /** A pod without a node appeared or changed. */
  set(pod: Live<Pod>): void;
  /** It has a node, or is gone. */
  remove(uid: string): void;
  get(uid: string): QueuedPod | undefined;
  /** The next pod to try; it is in flight until `failed` or `remove`. */
  pop(): QueuedPod | undefined;
  /** It found no node and makes room for itself; until `failed` it stays in flight, and what happens meanwhile is kept in mind. */
  preempting(uid: string, rejectedBy: ReadonlySet<string>): void;
  /** It found no node (`rejectedBy` says who said no), or something went wrong (`error`). */
  failed(uid: string, outcome: { readonly rejectedBy: ReadonlySet<string>; readonly error?: boolean }): void;
  /** Something changed in the cluster: pods that it could help are tried again. */
  wake(event: ClusterEvent): void;
  sizes(): Readonly<Record<QueueName, number>>;
  /** How many unschedulable pods each filter rejected. */
  rejections(): ReadonlyMap<string, number>;
}

export interface SchedulingQueueOptions {
  readonly clock: Clock;
  /** Called when a pod may be ready to be tried. */
  readonly onReady: () => void;
  /** Told of every arrival in a queue, with the event that caused it. */
  readonly onIncoming: (queue: QueueName, event: string) => void;
  readonly signal: AbortSignal;
}

const INITIAL_BACKOFF_MS = 1000;
const MAX_BACKOFF_MS = 10_000;
/** The filters under which a waiting pod is found. */
const filtersOf = ({ rejectedBy }: QueuedPod): Iterable<string> => (rejectedBy.size === 0 ? [ANYONE] : rejectedBy);

const MAX_UNSCHEDULABLE_MS = 300_000;
const FLUSH_MS = 30_000;

export function createSchedulingQueue({ clock, onReady, onIncoming, signal }: SchedulingQueueOptions): SchedulingQueue {
  const entries = new Map<string, Entry>();
  /** By the filters that rejected them. */
  const unschedulable = new Map<string, Set<Entry>>();
  /** Those that make room for themselves. */
  const preemptors = new Set<Entry>();
  const active = createHeap<Slot>((a, b) => {
    const byPriority = b.entry.info.priority - a.entry.info.priority;
    return byPriority < 0 || (byPriority === 0 && (a.entry.since < b.entry.since || (a.entry.since === b.entry.since && a.order < b.order)));
  });
  const byBackoff = (a: Slot, b: Slot) => a.entry.backoffUntil < b.entry.backoffUntil;
  const backoff = createHeap<Slot>(byBackoff);
  const errorBackoff = createHeap<Slot>(byBackoff);
  const sizes: Record<Entry['queue'], number> = { active: 0, backoff: 0, unschedulable: 0, gated: 0, 'in flight': 0 };
  let order = 0;
  let cancelAlarm = () => {};
  let cancelFlush = () => {};

  const leave = (entry: Entry) => {
    sizes[entry.queue]--;
    entry.ticket++;
    if (entry.queue === 'unschedulable') for (const filter of filtersOf(entry)) unschedulable.get(filter)?.delete(entry);
  };
  const enter = (entry: Entry, queue: Entry['queue'], event: string) => {
    leave(entry);
    entry.queue = queue;
    entry.since = clock.monotonic();
    sizes[queue]++;
    if (queue === 'in flight') return;
    onIncoming(queue, event);
    const slot = { entry, ticket: entry.ticket, order: order++ };
    if (queue === 'active') {
      active.push(slot);
      onReady();
    } else if (queue === 'backoff') {
      (entry.errored ? errorBackoff : backoff).push(slot);
      setAlarm();
      onReady();
    } else if (queue === 'unschedulable') {
      for (const filter of filtersOf(entry)) {
        const waiting = unschedulable.get(filter);
        if (waiting) waiting.add(entry);
        else unschedulable.set(filter, new Set([entry]));
      }
      armFlush();
    }
  };
  const top = (heap: typeof active): Entry | undefined => {
    for (let slot = heap.peek(); slot; slot = heap.peek()) {
      if (slot.ticket === slot.entry.ticket) return slot.entry;
      heap.pop();
    }
    return undefined;
  };
  const setAlarm = () => {
    cancelAlarm();
    const due = Math.min(...[backoff, errorBackoff].map((heap) => top(heap)?.backoffUntil ?? Number.POSITIVE_INFINITY));
    if (due === Number.POSITIVE_INFINITY || signal.aborted) return;
    cancelAlarm = clock.after(Math.max(0, due - clock.monotonic()), () => {
      const now = clock.monotonic();
      for (const heap of [backoff, errorBackoff]) {
        for (let entry = top(heap); entry && entry.backoffUntil <= now; entry = top(heap)) enter(entry, 'active', 'BackoffComplete');
      }
      setAlarm();
    });
  };
  let flushArmed = false;
  const armFlush = () => {
    if (flushArmed || signal.aborted) return;
    flushArmed = true;
    cancelFlush = clock.after(FLUSH_MS, () => {
      flushArmed = false;
      const now = clock.monotonic();
      for (const entry of entries.values()) {
        if (entry.queue === 'unschedulable' && now - entry.since >= MAX_UNSCHEDULABLE_MS) awaken(entry, 'UnschedulableTimeout');
      }
      if (sizes.unschedulable > 0) armFlush();
    });
  };
  /** Into back-off, or straight to the active ones where that is over. */
  const awaken = (entry: Entry, event: string) => enter(entry, clock.monotonic() < entry.backoffUntil ? 'backoff' : 'active', event);
  const gatedOrActive = (entry: Entry): QueueName => (entry.info.pod.spec?.schedulingGates?.length ? 'gated' : 'active');
  signal.addEventListener(
    'abort',
    () => {
      cancelAlarm();
      cancelFlush();
    },
    { once: true },
  );

  return {
    set(pod) {
      const known = entries.get(pod.metadata.uid);
      if (!known) {
        const entry: Entry = {
          info: podInfoOf(pod),
          attempts: 0,
          addedAt: clock.now(),
          rejectedBy: new Set(),
          said: undefined,
          queue: 'in flight',
          ticket: 0,
          since: 0,
          backoffUntil: 0,
          errored: false,
          missed: undefined,
        };
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
    pop() {
      const entry = top(active) ?? top(backoff);
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
      entry.backoffUntil = clock.monotonic() + Math.min(MAX_BACKOFF_MS, INITIAL_BACKOFF_MS * 2 ** Math.min(entry.attempts - 1, 10));
      const missed = preemptors.delete(entry) ? entry.missed : undefined;
      if (missed !== undefined) awaken(entry, missed);
      else enter(entry, error ? 'backoff' : 'unschedulable', 'ScheduleAttemptFailure');
    },
    wake(event) {
      for (const filter of concerns(event)) {
        for (const entry of [...(unschedulable.get(filter) ?? [])]) if (couldHelp(event, filter, entry.info)) awaken(entry, event.name);
        for (const entry of preemptors) if (entry.rejectedBy.has(filter) && couldHelp(event, filter, entry.info)) entry.missed ??= event.name;
      }
    },
    rejections: () => new Map([...unschedulable].flatMap(([filter, { size }]) => (filter === ANYONE ? [] : [[filter, size] as const]))),
    sizes: () => ({ active: sizes.active, backoff: sizes.backoff, unschedulable: sizes.unschedulable, gated: sizes.gated }),
  };
}

/** Whether something that decides on nodes changed: the scheduler's own status writes do not. */
function specChanged(old: Live<Pod>, now: Live<Pod>): boolean {
  return JSON.stringify([old.metadata.labels, old.spec]) !== JSON.stringify([now.metadata.labels, now.spec]);
}
