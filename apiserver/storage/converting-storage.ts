import type { VersionConverter } from '../../api/definition/kind.ts';
import type { KubeObject } from '../../api/meta/object.ts';
import type { Conversion, Storage } from '../contract/resource.ts';
import { StoredItem } from './cache/cache-item.ts';

/** The storage as one version of a kind with a converter writes to it: objects are converted on their way to the store. */
export function convertingStorage(storage: Storage, converter: VersionConverter, conversion: Conversion): Storage {
  const stored = (object: KubeObject) => converter.convert(object, converter.storedAs);
  return {
    cache: storage.cache,
    fresh: () => storage.fresh(),
    create: async (key, object, ttlSeconds) => storage.create(key, await stored(object), ttlSeconds),
    update: async (current, object, ttlSeconds) => storage.update(current, await stored(object), ttlSeconds),
    delete: (current) => storage.delete(current),
    // An object that is stored in another version is written anew, though it does not change.
    same: (current, object) =>
      current.object.apiVersion === converter.storedAs &&
      storage.same(new StoredItem(current.key, conversion.base(current), current.revision), object),
  };
}
