import type { Kind } from '../../api/definition/kind.ts';
import type { KubeObject, Live } from '../../api/meta/object.ts';
import type { Reconcile } from '../../runtime/control/controller.ts';
import { isDeleting } from '../../runtime/control/deletion.ts';
import type { ControllerEnv } from '../../runtime/control/env.ts';
import type { Primary } from '../../runtime/control/primary.ts';
import { primary } from '../../runtime/control/primary.ts';
import type { Result } from '../../runtime/queue/result.ts';
import { DONE } from '../../runtime/queue/result.ts';
import { unlessGone } from './refusals.ts';

/** A finalizer that keeps objects of a kind while others use them. */
export interface Protection<T extends KubeObject> {
  readonly kind: Kind<T>;
  readonly finalizer: string;
}

const carries = ({ metadata }: KubeObject, finalizer: string): boolean => metadata?.finalizers?.includes(finalizer) ?? false;

/** Whether the finalizer is due to be added (the object is not terminating and lacks it) or might be removed (it is terminating and has it). */
const isDue = (object: KubeObject, finalizer: string): boolean => isDeleting(object) === carries(object, finalizer);

/** Declares that protected objects wake a controller when their finalizer is due to be added or removed. */
export function protectedObjects<T extends KubeObject>({ kind, finalizer }: Protection<T>): Primary {
  const due = (object: Live<T>) => isDue(object, finalizer);
  return primary(kind, { when: { create: due, update: due }, priority: 'normal' });
}

/**
 * Removes the finalizer of a terminating object that is not used, and adds it to objects that were created without it.
 * @param use returns undefined for an object that is not used; otherwise the result that the reconcile ends with. Only asked about terminating ones.
 */
export function reconcileProtection<T extends KubeObject>(
  { client, informers }: Pick<ControllerEnv, 'client' | 'informers'>,
  { kind, finalizer }: Protection<T>,
  use: (object: Live<T>) => Result | undefined | Promise<Result | undefined>,
): Reconcile {
  const objects = informers.of(kind);
  return async (key) => {
    const object = objects.get(key);
    if (!object || !isDue(object, finalizer)) return DONE;
    const { finalizers = [] } = object.metadata;
    const deleting = isDeleting(object);
    const inUse = deleting ? await use(object) : undefined;
    if (inUse) return inUse;
    const changed = deleting ? finalizers.filter((name) => name !== finalizer) : [...finalizers, finalizer];
    // The resource version is a precondition: after a change by others the key is retried. Upstream's roles permit no patch.
    await unlessGone(client.update(kind, { ...object, metadata: { ...object.metadata, finalizers: changed } }));
    return DONE;
  };
}
