import type { KubeObject, Live, ObjectKey } from '../../api/meta/object.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Client } from '../client/client.ts';
import type { Informer, Informers } from '../watch/informer.ts';

/** What became of a key. A throw backs off and retries; a TerminalError is logged and not retried. */
export type Result = { readonly done: true } | { readonly requeueAfterMs: number };
export const DONE: Result = { done: true };

export interface ReconcileContext {
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/** Brings the world closer to what the object under `key` asks for. It is handed a key, never an event, and reads the informers. */
export type Reconcile = (key: ObjectKey, context: ReconcileContext) => Promise<Result>;

/** Retrying cannot help. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError';
}

export interface EnqueueOptions {
  /** Not before this long from now; the earliest due time wins. */
  readonly afterMs?: number;
  /** Keys of first lists and resyncs are 'low'. Default 'normal'. */
  readonly priority?: 'normal' | 'low';
  /** Why, for the logs of the reconcile; it does not tell keys apart. */
  readonly reason?: string;
}

/** What a controller is built from. It is the same in both homes. */
export interface ControllerEnv {
  readonly client: Client;
  readonly informers: Informers;
  readonly clock: Clock;
  readonly log: Logger;
  /** Records events on objects under the controller's component name. */
  readonly recorder: EventRecorder;
  /** Puts a key into this controller's lane of the shared work queue. */
  readonly enqueue: (key: ObjectKey, options?: EnqueueOptions) => void;
}

export interface EventRecorder {
  /**
   * Records an event on `object`; repeats are aggregated as upstream's correlator does. Never throws, never waits.
   * `fieldPath` names the part of the object that it is about: `spec.containers{web}`.
   */
  event(object: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string, fieldPath?: string): void;
}

/** A controller, set up: its handlers are attached, its lane is ready. */
export interface Controller {
  /** Runs once its informers are ready, for each key of its lane. */
  readonly reconcile: Reconcile;
  /** Informers that must be ready before the first reconcile. */
  readonly needs: readonly Pick<Informer, 'ready'>[];
  /** Work beside the keys (a monitor that ticks, a graph that is built); ends when the signal aborts. */
  readonly run?: (signal: AbortSignal) => Promise<void>;
}

/** A controller as listed in controllers/index.ts: its name is its lane, its flag and its metrics label. */
export interface ControllerDefinition {
  /** As kube-controller-manager names it: `replicaset-controller`. */
  readonly name: string;
  /** Keys reconciled at once. */
  readonly concurrency: number;
  /** The source that its events show: `replicaset-controller`. */
  readonly component: string;
  readonly setup: (env: ControllerEnv) => Controller;
}

/** Something with a life: `ready` once it serves, `run` until the signal aborts. */
export interface Runnable {
  readonly ready: Promise<void>;
  run(signal: AbortSignal): Promise<void>;
}

/** The object's controller, if it has one. */
export function controllerOf(object: Live<KubeObject>) {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true);
}
