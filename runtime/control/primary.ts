import type { Kind } from '../../api/definition/kind.ts';
import type { LabelSelector } from '../../api/meta/label-selector.ts';
import type { KubeObject, Live } from '../../api/meta/object.ts';
import { keyOf, keyText } from '../../api/meta/object.ts';
import type { Priority } from '../queue/lane.ts';
import type { Informer } from '../watch/informer.ts';
import { indexBySelector } from '../watch/selector-index.ts';
import { resolveController } from './controller-ref.ts';
import type { ControllerEnv } from './env.ts';
import type { When } from './events.ts';
import { eventHandler } from './events.ts';
import type { Expectations } from './expectations.ts';
import { LOW, NORMAL } from './priorities.ts';

export interface PrimaryOptions<T extends KubeObject> {
  /** The events that wake the controller. Default: all. */
  readonly when?: When<T>;
  /** Returns the selector by which an object adopts orphans of the kinds it owns; undefined if it selects nothing. */
  selects?(object: Live<T>): LabelSelector | undefined;
  /** Default: 'low' for the first list, 'normal' afterwards. */
  readonly priority?: Priority;
}

/** The kind whose objects a controller reconciles: their keys are the keys of its lane. */
export interface Primary {
  readonly kind: Kind;
  connect(env: ControllerEnv, expectations: Expectations | undefined): Owners;
}

/** The primary kind, seen from the kinds that it owns. */
export interface Owners {
  readonly informer: Pick<Informer, 'ready'>;
  /** Returns the object's controller if it is of the primary kind and has the UID that the reference names. */
  ownerOf(object: Live<KubeObject>): Live<KubeObject> | undefined;
  /** Returns the objects that select this orphan, and so might adopt it. */
  adoptersOf(object: Live<KubeObject>): readonly Live<KubeObject>[];
}

const NOBODY: readonly Live<KubeObject>[] = [];

/** Declares the kind that a controller is for: each event of an object wakes the object's own key. */
export function primary<T extends KubeObject>(kind: Kind<T>, options: PrimaryOptions<T> = {}): Primary {
  return {
    kind,
    connect(env, expectations) {
      const informer = env.informers.of(kind);
      const first = options.priority === 'normal' ? NORMAL : LOW;
      const later = options.priority === 'low' ? LOW : NORMAL;
      if (expectations) {
        informer.on({
          update(object, old) {
            if (object.metadata.uid !== old.metadata.uid) expectations.forget(keyText(keyOf(old)));
          },
          delete: (object) => expectations.forget(keyText(keyOf(object))),
        });
      }
      informer.on(
        eventHandler(options.when, {
          created: (object, initial) => env.enqueue(keyOf(object), initial ? first : later),
          updated: (object) => env.enqueue(keyOf(object), later),
          deleted: (object) => env.enqueue(keyOf(object), later),
        }),
      );
      const selectedBy = options.selects && indexBySelector(informer, options.selects);
      return {
        informer,
        ownerOf: (object) => resolveController(informer, object),
        adoptersOf: (object) => (selectedBy ? selectedBy(object.metadata.namespace ?? '', object.metadata.labels) : NOBODY),
      };
    },
  };
}
