import type { Kind } from '../../api/definition/kind.ts';
import type { LabelSelector } from '../../api/meta/label-selector.ts';
import type { KubeObject, Live, ObjectKey } from '../../api/meta/object.ts';

/** A local, current copy of all objects of one kind, shared by everyone in the process. */
export interface Informer<T extends KubeObject = KubeObject> {
  readonly kind: Kind<T>;
  /** Resolves after the first list has been delivered to every handler. */
  readonly ready: Promise<void>;
  get(key: ObjectKey): Live<T> | undefined;
  /** Returns all objects, or those of a namespace. */
  list(namespace?: string): readonly Live<T>[];
  /** Returns the objects of a namespace that a selector matches. A selector of labels costs as much as the rarest of them has objects. */
  select(namespace: string, selector: LabelSelector): readonly Live<T>[];
  /** Declares an index; an object may have several values in it. A second declaration under the same name is ignored. */
  addIndex(name: string, valuesOf: (object: Live<T>) => readonly string[]): void;
  byIndex(name: string, value: string): readonly Live<T>[];
  /** Attaches a handler; a late one first receives every object as `add`. Handlers run synchronously, in order. Returns the removal. */
  on(handler: InformerHandler<T>): () => void;
}

export interface InformerHandler<T extends KubeObject> {
  /** `initial`: the object existed when the informer, or the handler, started. */
  add?(object: Live<T>, initial: boolean): void;
  /** Also called for an object that was replaced (same name, other UID) during a gap of the watch: compare UIDs if that matters. */
  update?(object: Live<T>, old: Live<T>): void;
  delete?(object: Live<T>): void;
}

/** The informers of a process: one per kind, started on first use. */
export interface Informers {
  of<T extends KubeObject>(kind: Kind<T>): Informer<T>;
  /**
   * Returns an informer for those who need the metadata alone: its objects may have nothing else, so that a kind that nobody else follows
   * costs little. It is that of `of` if there is one already, or if this process reads no metadata alone.
   */
  metadataOf(kind: Kind): Informer;
  /** Ends the informers of a kind that is not served any more. If it is served again, the next call makes another one. */
  drop(kind: Kind): void;
}
