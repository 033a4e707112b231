import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import type { PodInfo } from '../state/pod-info.ts';
import { podInfoOf } from '../state/pod-info.ts';

export type QueueName = 'active' | 'backoff' | 'unschedulable' | 'gated';

/** A pod that waits for a node. */
export interface QueuedPod {
  info: PodInfo;
  /** Attempts so far. */
  attempts: number;
  /** Milliseconds since the epoch of its first arrival. */
  readonly addedAt: number;
  /** The filters that rejected nodes in the last attempt: an event that one of them hints at wakes the pod. */
  rejectedBy: ReadonlySet<string>;
  /** The last event written about it, and when (monotonic milliseconds). */
  said: { readonly message: string; readonly at: number } | undefined;
  /** The current attempt was caused by the time that the pod had waited, not by an event. */
  wasFlushed: boolean;
}

/** The number of pods of a profile that a plugin has rejected. */
export interface RejectionCount {
  readonly plugin: string;
  readonly profile: string;
  readonly count: number;
}

/** The queue's own record of a pod. */
export interface Entry extends QueuedPod {
  queue: QueueName | 'in flight';
  /** Raised on every move: heap slots with an older one are stale. */
  ticket: number;
  /** Monotonic milliseconds of the last move: the order among equals. */
  since: number;
  /** Monotonic milliseconds. */
  backoffUntil: number;
  /** It failed because the server was in trouble: it is not taken before its back-off is over, even if nothing else is ready. */
  errored: boolean;
  /** During preemption: the event that could have woken it. */
  missed: string | undefined;
}

/** `now` is in milliseconds since the epoch. */
export const newEntry = (pod: Live<Pod>, now: number): Entry => ({
  info: podInfoOf(pod),
  attempts: 0,
  addedAt: now,
  rejectedBy: new Set(),
  said: undefined,
  wasFlushed: false,
  queue: 'in flight',
  ticket: 0,
  since: 0,
  backoffUntil: 0,
  errored: false,
  missed: undefined,
});
