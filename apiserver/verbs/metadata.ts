import type { KubeObject } from '../../api/meta/object.ts';
import type { ObjectMeta } from '../../api/meta/object-meta.ts';

/** An object's metadata, made where there is none. */
export function metadataOf(object: KubeObject): ObjectMeta {
  object.metadata ??= {};
  return object.metadata;
}
