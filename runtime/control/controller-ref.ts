import type { Kind } from '../../api/definition/kind.ts';
import { apiVersionOf } from '../../api/definition/kind.ts';
import type { KubeObject, Live } from '../../api/meta/object.ts';
import type { OwnerReference } from '../../api/meta/object-meta.ts';
import type { Informer } from '../watch/informer.ts';

/** Returns the reference to the object's controller; undefined if it has none. */
export function controllerOf(object: Live<KubeObject>): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true);
}

/** Returns the reference by which `owner` controls an object. It names the kind that the controller was given, not upstream's. */
export const controllerRefTo = (kind: Kind, owner: Live<KubeObject>): OwnerReference => ({
  apiVersion: apiVersionOf(kind),
  kind: kind.kind,
  name: owner.metadata.name,
  uid: owner.metadata.uid,
  controller: true,
  blockOwnerDeletion: true,
});

const BY_CONTROLLER = 'controller-uid';
const ORPHANS = 'orphans-by-namespace';

/** Declares the indexes that `controlledBy` and `orphansIn` read. */
export function indexByController<T extends KubeObject>(informer: Informer<T>): void {
  informer.addIndex(BY_CONTROLLER, (object) => {
    const owner = controllerOf(object);
    return owner ? [owner.uid] : [];
  });
  informer.addIndex(ORPHANS, (object) => (controllerOf(object) ? [] : [object.metadata.namespace ?? '']));
}

/** Returns the objects whose controller has this UID. */
export const controlledBy = <T extends KubeObject>(informer: Informer<T>, uid: string): readonly Live<T>[] => informer.byIndex(BY_CONTROLLER, uid);

/** Returns the objects of a namespace that have no controller. */
export const orphansIn = <T extends KubeObject>(informer: Informer<T>, namespace: string): readonly Live<T>[] => informer.byIndex(ORPHANS, namespace);

/** Returns the object that the controller reference names; undefined if that is of another kind, or has another UID by now. */
export function resolveController<T extends KubeObject>(owners: Informer<T>, object: Live<KubeObject>): Live<T> | undefined {
  const ref = controllerOf(object);
  if (ref?.kind !== owners.kind.kind) return undefined;
  const owner = owners.get({ namespace: object.metadata.namespace ?? '', name: ref.name });
  return owner?.metadata.uid === ref.uid ? owner : undefined;
}
