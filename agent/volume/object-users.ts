import type { Kind } from '../../api/definition/kind.ts';
import type { ObjectKey } from '../../api/meta/object.ts';
import { keyText } from '../../api/meta/object.ts';
import type { ObjectCache } from './object-cache.ts';

export interface ObjectReference {
  readonly kind: Kind;
  readonly key: ObjectKey;
}

/** Which pods use which objects: each object is followed while a pod uses it. */
export interface ObjectUsers {
  retain(podUid: string, references: readonly ObjectReference[]): void;
  release(podUid: string): void;
  /** UIDs of the pods that use an object. */
  of(kind: Kind, key: ObjectKey): Iterable<string>;
}

export function createObjectUsers(objects: Pick<ObjectCache, 'retain' | 'release'>): ObjectUsers {
  const users = new Map<string, Set<string>>();
  const retained = new Map<string, readonly ObjectReference[]>();
  const idOf = (kind: Kind, key: ObjectKey) => `${kind.plural}/${keyText(key)}`;
  return {
    retain(podUid, references) {
      retained.set(podUid, references);
      for (const { kind, key } of references) {
        objects.retain(kind, key);
        const id = idOf(kind, key);
        users.set(id, (users.get(id) ?? new Set()).add(podUid));
      }
    },
    release(podUid) {
      for (const { kind, key } of retained.get(podUid) ?? []) {
        objects.release(kind, key);
        const id = idOf(kind, key);
        users.get(id)?.delete(podUid);
        if (users.get(id)?.size === 0) users.delete(id);
      }
      retained.delete(podUid);
    },
    of: (kind, key) => users.get(idOf(kind, key)) ?? [],
  };
}
