import type { ObjectKey } from '../../api/meta/object.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Client } from '../client/client.ts';
import type { EventRecorder } from '../observe/event-recorder.ts';
import type { Result } from '../queue/result.ts';
import type { EnqueueOptions } from '../queue/work-queue.ts';
import type { Informer, Informers } from '../watch/informer.ts';

export interface ReconcileContext {
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/** Brings the cluster closer to the desired state of the object under `key`. It gets a key, never an event, and reads the informers. */
export type Reconcile = (key: ObjectKey, context: ReconcileContext) => Promise<Result>;

/** The parts that a controller is built from. They are the same in both homes. */
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
