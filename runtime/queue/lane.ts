import type { ObjectKey } from '../../api/meta/object.ts';
import { keyText } from '../../api/meta/object.ts';
import { exponentialDelay } from '../../base/backoff.ts';
import { createFifo } from '../../base/fifo.ts';
import { createHeap } from '../../base/heap.ts';

export type Priority = 'normal' | 'low';

/** The request that adds a key. */
export interface Request {
  /** The earliest start, in monotonic milliseconds. */
  readonly due: number;
  readonly priority: Priority;
  /** The reason, for logs: no part of the key's identity. */
  readonly reason?: string | undefined;
}

/** A key taken to be worked on. */
export interface Taken {
  readonly key: ObjectKey;
  readonly reason: string | undefined;
  /** Monotonic milliseconds at which it became ready. */
  readonly readySince: number;
  readonly startedAt: number;
  /** The failures in a row so far; those of early retries do not count. */
  readonly failures: number;
}

export type Outcome = { readonly kind: 'done' } | { readonly kind: 'requeue'; readonly afterMs: number } | { readonly kind: 'failed' };

/**
 * The keys of one lane, each in exactly one state: waiting for its due time, ready, or in flight.
 * Pure bookkeeping: times are arguments, and it starts nothing.
 */
export interface LaneKeys {
  add(key: ObjectKey, request: Request, now: number): void;
  /** Makes the keys ready that are due. */
  wake(now: number): void;
  /** Takes the next ready key, normal ones first; it is in flight until `finish`. */
  take(now: number): Taken | undefined;
  /** Ends the flight: a key that was added meanwhile, or whose outcome requeues it, comes back at the earliest of its due times. Returns the back-off of a failure, in milliseconds. */
  finish(taken: Taken, outcome: Outcome, now: number): number | undefined;
  nextDue(): number | undefined;
  readonly ready: number;
  readonly waiting: number;
  readonly inFlight: number;
  /** Returns the start times of the keys in flight. */
  starts(): number[];
}

interface Entry {
  readonly key: ObjectKey;
  readonly text: string;
  phase: 'idle' | 'waiting' | 'ready' | 'running';
  /** Incremented by every move: a slot of a line or heap with an older ticket is stale. */
  ticket: number;
  due: number;
  priority: Priority;
  reason: string | undefined;
  readySince: number;
  startedAt: number;
  failures: number;
  /** The time of the retry after the last failure. */
  retryAt: number;
  /** The requests that arrived while the key was in flight, merged. */
  again: Request | undefined;
}

interface Slot {
  readonly entry: Entry;
  readonly due: number;
  readonly ticket: number;
}

const BASE_DELAY_MS = 5;
const MAX_DELAY_MS = 1_000_000;

/** Creates an empty lane. The delays are client-go's defaults (workqueue.DefaultTypedControllerRateLimiter): 5 ms doubling up to 1000 s. */
export function createLaneKeys(): LaneKeys {
  const entries = new Map<string, Entry>();
  const lines = { normal: createFifo<Slot>(), low: createFifo<Slot>() };
  const waiting = createHeap<Slot>((a, b) => a.due < b.due);
  const counts = { ready: 0, waiting: 0, running: 0, idle: 0 };

  const move = (entry: Entry, phase: Entry['phase']) => {
    counts[entry.phase]--;
    counts[phase]++;
    entry.phase = phase;
    entry.ticket++;
  };
  const makeReady = (entry: Entry, now: number) => {
    if (entry.phase !== 'ready') entry.readySince = now;
    move(entry, 'ready');
    lines[entry.priority].push({ entry, due: now, ticket: entry.ticket });
  };
  const schedule = (entry: Entry, request: Request, now: number) => {
    entry.due = request.due;
    entry.priority = request.priority;
    entry.reason = request.reason;
    if (request.due <= now) return makeReady(entry, now);
    move(entry, 'waiting');
    waiting.push({ entry, due: entry.due, ticket: entry.ticket });
  };
  const fresh = (slot: Slot) => slot.ticket === slot.entry.ticket;
  const takeFrom = (line: Priority): Entry | undefined => {
    for (let slot = lines[line].shift(); slot; slot = lines[line].shift()) if (fresh(slot)) return slot.entry;
    return undefined;
  };
  /** Returns the next slot to be due. Stale ones below it surface later. */
  const nextWaiting = (): Slot | undefined => {
    for (let slot = waiting.peek(); slot; slot = waiting.peek()) {
      if (fresh(slot)) return slot;
      waiting.pop();
    }
    return undefined;
  };

  /**
   * Returns the delay of a failure. An early retry, triggered by an event, does not extend the back-off: otherwise a dozen events within
   * the lag of a cache, each a conflict, would delay the key by half a minute.
   */
  const backOff = (entry: Entry, now: number): number => {
    if (now >= entry.retryAt) entry.retryAt = now + exponentialDelay(entry.failures++, BASE_DELAY_MS, MAX_DELAY_MS);
    return entry.retryAt - now;
  };

  return {
    add(key, request, now) {
      const text = keyText(key);
      let entry = entries.get(text);
      if (!entry) {
        entry = {
          key,
          text,
          phase: 'idle',
          ticket: 0,
          due: 0,
          priority: 'low',
          reason: undefined,
          readySince: now,
          startedAt: 0,
          failures: 0,
          retryAt: 0,
          again: undefined,
        };
        entries.set(text, entry);
        counts.idle++;
      }
      if (entry.phase === 'running') entry.again = entry.again ? merge(entry.again, request) : request;
      else if (entry.phase === 'idle') schedule(entry, request, now);
      else if (entry.phase === 'waiting') schedule(entry, merge(entry, request), now);
      else if (entry.priority === 'low' && request.priority === 'normal' && request.due <= now) {
        entry.priority = 'normal';
        makeReady(entry, now);
      }
    },
    wake(now) {
      for (let slot = nextWaiting(); slot && slot.due <= now; slot = nextWaiting()) {
        waiting.pop();
        makeReady(slot.entry, now);
      }
    },
    take(now) {
      const entry = takeFrom('normal') ?? takeFrom('low');
      if (!entry) return undefined;
      move(entry, 'running');
      entry.startedAt = now;
      return entry;
    },
    finish(taken, outcome, now) {
      const entry = entries.get(keyText(taken.key));
      if (entry?.phase !== 'running') return undefined;
      const { again } = entry;
      entry.again = undefined;
      const delay = outcome.kind === 'failed' ? backOff(entry, now) : outcome.kind === 'requeue' ? outcome.afterMs : undefined;
      if (outcome.kind !== 'failed') entry.failures = entry.retryAt = 0;
      const retry: Request | undefined = delay === undefined ? undefined : { due: now + delay, priority: entry.priority, reason: entry.reason };
      const next = again && retry ? merge(again, retry) : (again ?? retry);
      if (next) schedule(entry, next, now);
      else {
        counts.running--;
        entries.delete(entry.text);
      }
      return outcome.kind === 'failed' ? delay : undefined;
    },
    nextDue: () => nextWaiting()?.due,
    get ready() {
      return counts.ready;
    },
    get waiting() {
      return counts.waiting;
    },
    get inFlight() {
      return counts.running;
    },
    starts: () => [...entries.values()].filter((entry) => entry.phase === 'running').map((entry) => entry.startedAt),
  };
}

/** Combines two requests: the earlier due time with its reason, and the higher priority. */
function merge(a: Request, b: Request): Request {
  const first = b.due < a.due ? b : a;
  return { due: first.due, priority: a.priority === 'normal' || b.priority === 'normal' ? 'normal' : 'low', reason: first.reason };
}
