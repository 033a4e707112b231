import type { Kind } from '../../api/definition/kind.ts';
import type { KubeObject, Live } from '../../api/meta/object.ts';
import { keyOf } from '../../api/meta/object.ts';
import type { Client, JsonPatchOperation } from '../client/client.ts';
import type { Result } from '../queue/result.ts';
import { DONE } from '../queue/result.ts';
import { isDeleting } from './deletion.ts';

export interface FinalizerSteps<T extends KubeObject> {
  /** Runs while the object is not terminating and carries the finalizer. */
  readonly apply: (object: Live<T>) => Promise<Result>;
  /** Runs while the object is terminating; the finalizer is removed once this resolves. It runs again after a failure, so it must be repeatable. */
  readonly cleanup: (object: Live<T>) => Promise<void>;
}

/**
 * Runs `apply` only once the object carries the finalizer, and removes the finalizer only after `cleanup`.
 * Every change of the finalizers is tested against the list that was read: a lost race throws (409 or 422), and the key is retried.
 */
export async function withFinalizer<T extends KubeObject>(
  client: Client,
  kind: Kind<T>,
  object: Live<T>,
  finalizer: string,
  steps: FinalizerSteps<T>,
): Promise<Result> {
  const has = object.metadata.finalizers?.includes(finalizer) ?? false;
  const deleting = isDeleting(object);
  if (!deleting && has) return steps.apply(object);
  if (!deleting) {
    // The update event of this patch brings the key back.
    await client.patch(kind, keyOf(object), { type: 'json', operations: addition(object, finalizer) });
    return DONE;
  }
  if (!has) return DONE;
  await steps.cleanup(object);
  await client.patch(kind, keyOf(object), { type: 'json', operations: removal(object, finalizer) });
  return DONE;
}

function addition(object: Live<KubeObject>, finalizer: string): JsonPatchOperation[] {
  const { finalizers, resourceVersion } = object.metadata;
  if (finalizers && finalizers.length > 0) {
    return [
      { op: 'test', path: '/metadata/finalizers', value: finalizers },
      { op: 'add', path: '/metadata/finalizers/-', value: finalizer },
    ];
  }
  return [
    { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
    { op: 'add', path: '/metadata/finalizers', value: [finalizer] },
  ];
}

function removal(object: Live<KubeObject>, finalizer: string): JsonPatchOperation[] {
  const index = object.metadata.finalizers?.indexOf(finalizer) ?? -1;
  const path = `/metadata/finalizers/${index}`;
  return [
    { op: 'test', path, value: finalizer },
    { op: 'remove', path },
  ];
}
