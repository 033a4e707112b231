import type { Kind } from '../../api/definition/kind.ts';
import type { KubeObject, Live, ObjectKey } from '../../api/meta/object.ts';

/**
 * The stored objects, past authorisation, admission and validation: for the server's own parts.
 * Objects are shared and must not be changed; kinds are given in the form that is stored.
 */
export interface StorageAccess {
  get<T extends KubeObject>(kind: Kind<T>, key: ObjectKey): Live<T> | undefined;
  /** Resolves when `get` and `list` are as new as the store: only where several servers share it is there anything to wait for. */
  fresh(kind: Kind): Promise<void> | undefined;
  /** All objects of a kind, or those of a namespace, in key order. */
  list<T extends KubeObject>(kind: Kind<T>, namespace?: string): readonly Live<T>[];
  /** Creates; uid and creationTimestamp are filled in. Throws AlreadyExists. */
  create<T extends KubeObject>(kind: Kind<T>, object: T): Promise<Live<T>>;
  /**
   * Changes an object, trying anew after a lost race: `change` gets the current state and returns the next one (a new object).
   * Returning the same object writes nothing. The generation is the caller's: a pod's binding, as upstream, raises none. Throws NotFound.
   */
  modify<T extends KubeObject>(kind: Kind<T>, key: ObjectKey, change: (current: Live<T>) => T): Promise<Live<T>>;
  /** Deletes at once, whatever grace period or finalizers there are; false where there was nothing. */
  remove(kind: Kind, key: ObjectKey): Promise<boolean>;
  /** Hears of every change of a kind from now on, in order, synchronously. Returns the end of it. */
  follow<T extends KubeObject>(kind: Kind<T>, changed: (object: Live<T>, deleted: boolean) => void): () => void;
}
