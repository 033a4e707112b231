import type { Kind } from '../../api/definition/kind.ts';
import type { KubeObject } from '../../api/meta/object.ts';
import type { Informer } from '../watch/informer.ts';
import type { ControllerEnv } from './env.ts';
import type { Expectations } from './expectations.ts';
import type { Owned } from './owned.ts';
import { owned } from './owned.ts';
import type { Primary } from './primary.ts';
import { primary } from './primary.ts';
import type { Watched } from './watched.ts';

/** Declares an index of a kind, or several; called once, before the informer starts. */
export interface Indexed {
  readonly kind: Kind;
  connect(env: ControllerEnv): Pick<Informer, 'ready'>;
}

/** Declares the indexes that a controller reads: `indexed(pods, indexByController)`. */
export function indexed<T extends KubeObject>(kind: Kind<T>, declare: (informer: Informer<T>) => void): Indexed {
  return {
    kind,
    connect(env) {
      const informer = env.informers.of(kind);
      declare(informer);
      return informer;
    },
  };
}

/** The events that wake a controller, and the indexes it reads. Every kind named here must be in its informer before the first reconcile. */
export interface Wiring {
  /** The kind whose objects are reconciled. */
  readonly for?: Kind | Primary;
  /** Kinds that have objects of the primary kind as their controllers. */
  readonly owns?: readonly (Kind | Owned)[];
  /** Kinds whose objects wake keys in other ways. */
  readonly watches?: readonly Watched[];
  readonly indexes?: readonly Indexed[];
}

/**
 * Attaches indexes and handlers. Must run before the informers start.
 * @returns the informers of all kinds that the wiring names
 * @throws Error if a kind is owned and none is primary
 */
export function connect(wiring: Wiring, env: ControllerEnv, expectations?: Expectations): Pick<Informer, 'ready'>[] {
  const { owns = [], watches = [], indexes = [] } = wiring;
  const informers = indexes.map((index) => index.connect(env));
  const owners = wiring.for && ('connect' in wiring.for ? wiring.for : primary(wiring.for)).connect(env, expectations);
  if (owners) informers.push(owners.informer);
  for (const kind of owns) {
    if (!owners) throw new Error(`a controller owns ${kind.kind} but is for no kind`);
    informers.push(('connect' in kind ? kind : owned(kind)).connect(env, owners, expectations));
  }
  for (const source of watches) informers.push(source.connect(env));
  return informers;
}
