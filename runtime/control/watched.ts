import type { Kind } from '../../api/definition/kind.ts';
import type { KubeObject, Live, ObjectKey } from '../../api/meta/object.ts';
import type { Priority } from '../queue/lane.ts';
import type { EnqueueOptions } from '../queue/work-queue.ts';
import type { Informer } from '../watch/informer.ts';
import type { ControllerEnv } from './env.ts';
import type { When } from './events.ts';
import { eventHandler } from './events.ts';
import { LOW, NORMAL } from './priorities.ts';

/** The keys that an object leads to: one, several, or none. */
export type Keys = ObjectKey | readonly ObjectKey[] | undefined;

export interface WatchedOptions<T extends KubeObject> {
  /** The events that wake the controller. Default: all. */
  readonly when?: When<T>;
  /** Returns the keys that an object leads to. Runs at each event that passes: it reads indexes, and lists nothing. */
  map(object: Live<T>, env: ControllerEnv): Keys;
  /** Whether after an update the keys of the old object are woken too, those it no longer leads to. Default: always. */
  moved?(object: Live<T>, old: Live<T>): boolean;
  /** Default: 'low' for the first list, 'normal' afterwards. */
  readonly priority?: Priority;
  /** Delays a key, so that a burst of events becomes one reconcile. Milliseconds. */
  readonly afterMs?: number | ((key: ObjectKey) => number);
}

/** A kind whose objects wake keys of the primary kind. */
export interface Watched {
  readonly kind: Kind;
  connect(env: ControllerEnv): Pick<Informer, 'ready'>;
}

/** Declares a kind that the controller watches: each event of an object wakes the keys that `map` returns for it. */
export function watched<T extends KubeObject>(kind: Kind<T>, options: WatchedOptions<T>): Watched {
  return {
    kind,
    connect(env) {
      const informer = env.informers.of(kind);
      const enqueue = enqueueAs(env, options);
      informer.on(
        eventHandler(options.when, {
          created: (object, initial) => eachKey(options.map(object, env), enqueue, initial),
          updated(object, old) {
            const keys = options.map(object, env);
            eachKey(keys, enqueue, false);
            if (options.moved && !options.moved(object, old)) return;
            eachKey(options.map(old, env), enqueue, false, keys);
          },
          deleted: (object) => eachKey(options.map(object, env), enqueue, false),
        }),
      );
      return informer;
    },
  };
}

type Enqueue = (key: ObjectKey, initial: boolean) => void;

function enqueueAs<T extends KubeObject>(env: ControllerEnv, { priority, afterMs }: WatchedOptions<T>): Enqueue {
  const first: EnqueueOptions = priority === 'normal' ? NORMAL : LOW;
  const later: EnqueueOptions = priority === 'low' ? LOW : NORMAL;
  if (afterMs === undefined) return (key, initial) => env.enqueue(key, initial ? first : later);
  return (key, initial) => env.enqueue(key, { ...(initial ? first : later), afterMs: typeof afterMs === 'number' ? afterMs : afterMs(key) });
}

/** Enqueues the keys but those that are in `done`. */
function eachKey(keys: Keys, enqueue: Enqueue, initial: boolean, done?: Keys): void {
  if (keys === undefined) return;
  if ('name' in keys) {
    if (!contains(done, keys)) enqueue(keys, initial);
    return;
  }
  for (const key of keys) if (!contains(done, key)) enqueue(key, initial);
}

const same = (a: ObjectKey, b: ObjectKey): boolean => a.name === b.name && a.namespace === b.namespace;

function contains(keys: Keys, key: ObjectKey): boolean {
  if (keys === undefined) return false;
  return 'name' in keys ? same(keys, key) : keys.some((other) => same(other, key));
}
