import type { Registry } from 'prom-client';
import type { ObjectKey } from '../../api/meta/object.ts';
import type { Clock } from '../../base/clock.ts';
import type { LaneKeys, Outcome, Priority, Taken } from './lane.ts';
import { createLaneKeys } from './lane.ts';
import type { Result } from './result.ts';
import { TerminalError } from './result.ts';
import type { LaneMetrics } from './work-queue-metrics.ts';
import { workQueueMetrics } from './work-queue-metrics.ts';

export interface EnqueueOptions {
  /** Delays the key by this long from now; of several due times the earliest wins. */
  readonly afterMs?: number;
  /** 'low' for the keys of first lists and resyncs. Default 'normal'. */
  readonly priority?: Priority;
  /** Appears in the logs of the reconcile; it is no part of the key's identity. */
  readonly reason?: string;
}

export interface LaneOptions {
  /** The lane's label in the metrics. */
  readonly name: string;
  /** Limits the keys that are worked on at once. */
  readonly concurrency: number;
  /** Works on one key; never called twice at once for the same key. A throw backs off and retries, a TerminalError does not. */
  readonly process: (item: WorkItem) => Promise<Result>;
  /** Receives every throw; `retryInMs` is undefined for a TerminalError. */
  readonly onError: (item: WorkItem, error: unknown, retryInMs: number | undefined) => void;
}

export interface WorkItem {
  readonly key: ObjectKey;
  /** The reason given when the key was added, if any. */
  readonly reason: string | undefined;
  /** The failures in a row before this try; those of early retries do not count. */
  readonly failures: number;
}

/** The part of the queue that belongs to one reconciler. */
export interface Lane {
  add(key: ObjectKey, options?: EnqueueOptions): void;
  /** Lets the queue work on the lane's keys. */
  open(): void;
  readonly ready: number;
  readonly waiting: number;
  readonly inFlight: number;
}

/**
 * The work queue that all reconcilers of a manager share: one lane per reconciler, served in turn.
 *
 * - A key is never worked on twice at once. A key that is added while in flight is worked on once more afterwards.
 * - Of several due times the earliest wins.
 * - A failure backs off per key (5 ms doubling to 1000 s), without limit, until a success. A key that is added meanwhile is tried at once;
 *   a failure of that early retry does not extend the back-off.
 * - Within a lane low-priority keys wait until no normal one is ready. Adding a key again as normal raises its priority.
 * - It hands the event loop back at least every few milliseconds.
 */
export interface WorkQueue {
  lane(options: LaneOptions): Lane;
  /** Works until `signal` aborts; resolves when the last key in flight has ended. */
  run(signal: AbortSignal): Promise<void>;
}

interface OpenLane {
  readonly options: LaneOptions;
  readonly keys: LaneKeys;
  readonly metrics: LaneMetrics;
  open: boolean;
}

const SLICE_MS = 5;
const hasRoom = (lane: OpenLane) => lane.open && lane.keys.inFlight < lane.options.concurrency;

export function createWorkQueue({ clock, registry }: { readonly clock: Clock; readonly registry: Registry }): WorkQueue {
  const metricsOf = workQueueMetrics(registry);
  const lanes: OpenLane[] = [];
  let running = false;
  let turn = 0;
  let sliceStart = Number.NEGATIVE_INFINITY;
  let pumpScheduled = false;
  let inFlight = 0;
  let drained: (() => void) | undefined;
  let alarm: { readonly due: number; readonly cancel: () => void } | undefined;

  const schedulePump = () => {
    if (pumpScheduled || !running) return;
    pumpScheduled = true;
    if (clock.monotonic() - sliceStart < SLICE_MS) return queueMicrotask(pump);
    setImmediate(() => {
      sliceStart = clock.monotonic();
      pump();
    });
  };

  const setAlarm = () => {
    let due = Number.POSITIVE_INFINITY;
    for (const lane of lanes) if (hasRoom(lane)) due = Math.min(due, lane.keys.nextDue() ?? due);
    if (due === (alarm?.due ?? Number.POSITIVE_INFINITY)) return;
    alarm?.cancel();
    alarm = undefined;
    if (due === Number.POSITIVE_INFINITY || !running) return;
    const cancel = clock.after(Math.max(0, due - clock.monotonic()), () => {
      alarm = undefined;
      schedulePump();
    });
    alarm = { due, cancel };
  };

  /** Returns the next key of the next lane that has one and has room for it. */
  const takeNext = (now: number): [OpenLane, Taken] | undefined => {
    for (let step = 0; step < lanes.length; step++) {
      const lane = lanes[(turn + step) % lanes.length];
      if (!lane || !hasRoom(lane)) continue;
      lane.keys.wake(now);
      const taken = lane.keys.take(now);
      if (!taken) continue;
      turn = (turn + step + 1) % lanes.length;
      return [lane, taken];
    }
    return undefined;
  };

  const pump = () => {
    pumpScheduled = false;
    while (running) {
      const now = clock.monotonic();
      if (now - sliceStart >= SLICE_MS) return schedulePump();
      const next = takeNext(now);
      if (!next) break;
      void work(...next);
    }
    setAlarm();
  };

  const work = async (lane: OpenLane, taken: Taken) => {
    inFlight++;
    const { options, keys, metrics } = lane;
    const item: WorkItem = { key: taken.key, reason: taken.reason, failures: taken.failures };
    const { startedAt } = taken;
    metrics.queued((startedAt - taken.readySince) / 1000);
    let outcome: Outcome;
    let failure: { readonly error: unknown } | undefined;
    try {
      const result = await options.process(item);
      outcome = 'requeueAfterMs' in result ? { kind: 'requeue', afterMs: result.requeueAfterMs } : { kind: 'done' };
    } catch (error) {
      failure = { error };
      outcome = error instanceof TerminalError ? { kind: 'done' } : { kind: 'failed' };
    }
    const now = clock.monotonic();
    metrics.worked((now - startedAt) / 1000);
    if (outcome.kind === 'failed') metrics.retried();
    const retryInMs = keys.finish(taken, outcome, now);
    if (failure) options.onError(item, failure.error, retryInMs);
    inFlight--;
    if (inFlight === 0) drained?.();
    schedulePump();
  };

  return {
    lane(options) {
      const keys = createLaneKeys();
      const metrics = metricsOf({
        name: options.name,
        depth: () => keys.ready,
        inFlightSeconds: () => keys.starts().map((start) => (clock.monotonic() - start) / 1000),
      });
      const lane: OpenLane = { options, keys, metrics, open: false };
      lanes.push(lane);
      return {
        add(key, { afterMs = 0, priority = 'normal', reason } = {}) {
          const now = clock.monotonic();
          metrics.added();
          keys.add(key, { due: now + Math.max(0, afterMs), priority, reason }, now);
          if (lane.open) schedulePump();
        },
        open() {
          lane.open = true;
          schedulePump();
        },
        get ready() {
          return keys.ready;
        },
        get waiting() {
          return keys.waiting;
        },
        get inFlight() {
          return keys.inFlight;
        },
      };
    },
    async run(signal) {
      if (signal.aborted) return;
      running = true;
      schedulePump();
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      running = false;
      alarm?.cancel();
      alarm = undefined;
      if (inFlight > 0) {
        await new Promise<void>((resolve) => {
          drained = resolve;
        });
      }
    },
  };
}
