import type { KubeObject, Live } from '../../api/meta/object.ts';
import type { InformerHandler } from '../watch/informer.ts';

/** The events that wake a controller. `true` lets each one pass; an event that is left out never wakes. */
export interface Events<T extends KubeObject> {
  /** `initial`: the object is part of the first list. */
  readonly create?: true | ((object: Live<T>, initial: boolean) => boolean);
  readonly update?: true | ((object: Live<T>, old: Live<T>) => boolean);
  readonly delete?: true | ((object: Live<T>) => boolean);
}

/** A predicate on the object, for all of its events, or the events themselves. */
export type When<T extends KubeObject> = ((object: Live<T>) => boolean) | Events<T>;

/** The actions that events lead to once their predicates have let them pass. */
export interface Wake<T extends KubeObject> {
  created(object: Live<T>, initial: boolean): void;
  updated(object: Live<T>, old: Live<T>): void;
  deleted(object: Live<T>): void;
}

/** Returns the informer's handler for these events; without `when` every event passes. */
export function eventHandler<T extends KubeObject>(when: When<T> | undefined, wake: Wake<T>): InformerHandler<T> {
  const { create, update, delete: remove } = eventsOf(when);
  return {
    ...(create && {
      add: (object, initial) => {
        if (create === true || create(object, initial)) wake.created(object, initial);
      },
    }),
    ...(update && {
      update: (object, old) => {
        if (update === true || update(object, old)) wake.updated(object, old);
      },
    }),
    ...(remove && {
      delete: (object) => {
        if (remove === true || remove(object)) wake.deleted(object);
      },
    }),
  };
}

function eventsOf<T extends KubeObject>(when: When<T> | undefined): Events<T> {
  if (when === undefined) return { create: true, update: true, delete: true };
  return typeof when === 'function' ? { create: (object) => when(object), update: (object) => when(object), delete: when } : when;
}
