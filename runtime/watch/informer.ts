import type { Kind } from '../../api/definition/kind.ts';
import type { LabelSelector } from '../../api/meta/label-selector.ts';
import type { KubeObject, Live, ObjectKey } from '../../api/meta/object.ts';

/** A local, current copy of all objects of one kind, shared by everyone in the process. */
export interface Informer<T extends KubeObject = KubeObject> {
  readonly kind: Kind<T>;
  /** Resolves after the first list has been delivered to every handler. */
  readonly ready: Promise<void>;
  get(key: ObjectKey): Live<T> | undefined;
  /** All objects, or those of a namespace. */
  list(namespace?: string): readonly Live<T>[];
  /** Objects of a namespace that a selector matches; one that asks for labels costs as much as the rarest of them has objects. */
  select(namespace: string, selector: LabelSelector): readonly Live<T>[];
  /** Declares an index before the informer starts (idempotent by name); an object may stand under several values. */
  addIndex(name: string, valuesOf: (object: Live<T>) => readonly string[]): void;
  byIndex(name: string, value: string): readonly Live<T>[];
  /** Handlers run synchronously, in order; a handler added late first gets every object there is as `add`. Returns the removal. */
  on(handler: InformerHandler<T>): () => void;
}

export interface InformerHandler<T extends KubeObject> {
  /** `initial`: the object was there when the informer (or the handler) started: low priority. */
  add?(object: Live<T>, initial: boolean): void;
  /** Also called for a replaced object (same name, other UID) seen over a gap: compare UIDs where it matters. */
  update?(object: Live<T>, old: Live<T>): void;
  delete?(object: Live<T>): void;
}

/** The informers of a process: one a kind, started on first use. */
export interface Informers {
  of<T extends KubeObject>(kind: Kind<T>): Informer<T>;
}
