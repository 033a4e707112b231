import type { KubeObject, Live } from '../../api/meta/object.ts';
import type { OwnerReference } from '../../api/meta/object-meta.ts';

/** Returns the reference to the object's controller; undefined if it has none. */
export function controllerOf(object: Live<KubeObject>): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true);
}
