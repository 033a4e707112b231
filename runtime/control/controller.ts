import type { ObjectKey } from '../../api/meta/object.ts';
import type { Logger } from '../../base/log.ts';
import type { Result } from '../queue/result.ts';
import type { Informer } from '../watch/informer.ts';
import type { ControllerEnv } from './env.ts';
import type { Expectations } from './expectations.ts';
import type { Wiring } from './wiring.ts';
import { connect } from './wiring.ts';

export interface ReconcileContext {
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/** Brings the cluster closer to the desired state of the object under `key`. It gets a key, never an event, and reads the informers. */
export type Reconcile = (key: ObjectKey, context: ReconcileContext) => Promise<Result>;

interface Identity {
  /** The lane, the flag and the metrics label of the controller, as kube-controller-manager names it: `replicaset-controller`. */
  readonly name: string;
  /** Limits the keys that are reconciled at once. */
  readonly concurrency: number;
  /** The source that its events show: `replicaset-controller`. */
  readonly component: string;
}

/** A controller whose wiring needs no state: it is declared whole. */
export interface DeclaredController extends Identity, Wiring {
  /** Builds the reconcile function, once per run. */
  readonly reconcile: (env: ControllerEnv) => Reconcile;
}

/** A controller that builds state of its own for each run. It may declare its wiring from there, or attach handlers itself. */
export interface SetUpController extends Identity {
  readonly setup: (env: ControllerEnv) => Controller;
}

/** A controller as it is listed and run. */
export type ControllerDefinition = DeclaredController | SetUpController;

/** A controller, built for one run. */
export interface Controller extends Wiring {
  /** Runs for each key of the lane, once all informers are ready. */
  readonly reconcile: Reconcile;
  /** Settled by the owned objects that are observed, and forgotten with their owner. */
  readonly expectations?: Expectations;
  /** Informers that must be ready before the first reconcile, beside those of the wiring. */
  readonly needs?: readonly Pick<Informer, 'ready'>[];
  /** Works beside the keys (a monitor that ticks, a graph that is built) until the signal aborts. */
  readonly run?: (signal: AbortSignal) => Promise<void>;
}

/** A controller whose handlers are attached. */
export interface ConnectedController extends Pick<Controller, 'reconcile' | 'run'> {
  readonly needs: readonly Pick<Informer, 'ready'>[];
}

/** Builds a controller and attaches its handlers. */
export function setUpController(definition: ControllerDefinition, env: ControllerEnv): ConnectedController {
  const controller: Controller = 'setup' in definition ? definition.setup(env) : { ...definition, reconcile: definition.reconcile(env) };
  const { reconcile, run, needs = [], expectations } = controller;
  return { reconcile, run, needs: [...connect(controller, env, expectations), ...needs] };
}
