import type { KubeObject, Live } from '../meta/object.ts';

/** The departures of a kind from the plain rules of deletion: an object without finalizers is deleted at once, and a Status answered. */
export interface DeletionRules {
  /**
   * Returns the seconds that an object gets to end; `asked` is what the client asked for. Default: none, it is deleted at once
   * (upstream's RESTGracefulDeleteStrategy).
   */
  gracePeriodSeconds?(object: Live, asked: number | undefined): number;
  /** Whether something else than finalizers in its metadata holds a deleted object: spec.finalizers of a namespace. */
  isHeld?(object: KubeObject): boolean;
  /** Returns an object that is held, marked as terminating, in the kind's own way; the given one has its deletionTimestamp. */
  terminating?(object: KubeObject): KubeObject;
  /** Dependents are orphaned unless the client says otherwise (upstream's DefaultGarbageCollectionPolicy: OrphanDependents). */
  readonly orphansDependents?: true;
  /** The answer is the object, even if it is gone (upstream's ReturnDeletedObject). */
  readonly returnsObject?: true;
}
