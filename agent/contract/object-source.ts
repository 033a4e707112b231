import type { Kind } from '../../api/definition/kind.ts';
import type { KubeObject, Live, ObjectKey } from '../../api/meta/object.ts';

/** Reads single objects of the API (ConfigMaps, Secrets): from a cache that follows those in use, or straight from the server. */
export interface ObjectSource {
  /** The object as it is now. Resolves with undefined if there is none; rejects on other failures. */
  get<T extends KubeObject>(kind: Kind<T>, key: ObjectKey): Promise<Live<T> | undefined>;
}
