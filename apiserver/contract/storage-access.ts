import type { Kind } from '../../api/definition/kind.ts';
import type { KubeObject, Live, ObjectKey } from '../../api/meta/object.ts';

/**
 * The stored objects, past authorisation, admission and validation: for the server's own parts.
 * Objects are shared and must not be changed; kinds are given in the form that is stored.
 */
export interface StorageAccess {
  get<T extends KubeObject>(kind: Kind<T>, key: ObjectKey): Live<T> | undefined;
  /** Resolves when `get` and `list` are as new as the store; returns undefined if this is the only server, where they always are. */
  fresh(kind: Kind): Promise<void> | undefined;
  /** Lists all objects of a kind, or those of a namespace, in key order. */
  list<T extends KubeObject>(kind: Kind<T>, namespace?: string): readonly Live<T>[];
  /** Creates; uid and creationTimestamp are filled in. @throws StatusError AlreadyExists. */
  create<T extends KubeObject>(kind: Kind<T>, object: T): Promise<Live<T>>;
  /**
   * Changes an object, trying anew after a lost race: `change` gets the current state and returns the next one (a new object).
   * Returning the same object writes nothing. The generation is the caller's: a pod's binding, as upstream, raises none.
   * @throws StatusError NotFound.
   */
  modify<T extends KubeObject>(kind: Kind<T>, key: ObjectKey, change: (current: Live<T>) => T): Promise<Live<T>>;
  /**
   * Deletes at once, whatever grace period or finalizers there are; returns false if there was nothing. `only` looks at the state that would
   * be deleted, again after each lost race: nothing is deleted if it returns false.
   */
  remove<T extends KubeObject>(kind: Kind<T>, key: ObjectKey, only?: (current: Live<T>) => boolean): Promise<boolean>;
  /**
   * Calls `changed` for every change of a kind from now on, in order, synchronously; after a gap in the store's feed once for each object that
   * changed meanwhile. Returns a function that ends it.
   */
  follow<T extends KubeObject>(kind: Kind<T>, changed: (object: Live<T>, deleted: boolean) => void): () => void;
}
