import type { KubeObject } from '../../api/meta/object.ts';
import { equalJson } from '../../base/json.ts';
import type { Store } from '../../store/store.ts';
import type { CacheItem } from '../contract/cache.ts';
import type { Storage, WriteOutcome } from '../contract/resource.ts';
import { atRevision, ordered } from './cache/cache-item.ts';
import type { StoreWatchCache } from './cache/watch-cache.ts';

export interface StorageOptions {
  readonly store: Store;
  readonly cache: StoreWatchCache;
  /** Other processes write to the store too: reads ask it how far it is. */
  readonly shared: boolean;
}

export function createStorage({ store, cache, shared }: StorageOptions): Storage {
  async function put(key: string, object: KubeObject, expected: CacheItem | undefined, ttlSeconds: number | undefined): Promise<WriteOutcome> {
    const inOrder = ordered(cache.kind, object);
    const value = JSON.stringify(inOrder);
    const write = cache.expect(key, value, inOrder);
    const options = ttlSeconds === undefined ? undefined : { ttlSeconds };
    try {
      const storeKey = cache.prefix + key;
      const result = expected ? await store.update(storeKey, value, expected.revision, options) : await store.create(storeKey, value, options);
      if (!result.ok) return await lost(key, result.current?.revision);
      const wait = cache.reached(result.revision);
      if (wait) await wait;
      const item = write.item ?? cache.get(key);
      if (!item) throw new Error(`${storeKey} was written at revision ${result.revision} but never came through the watch`);
      return { ok: true, item };
    } finally {
      cache.forget(write);
    }
  }

  async function lost(key: string, revision: number | undefined): Promise<WriteOutcome> {
    await cache.catchUp(revision ?? (await store.revision()));
    return { ok: false, current: cache.get(key) };
  }

  return {
    cache,
    fresh: () => (shared ? store.revision().then((revision) => cache.catchUp(revision)) : undefined),
    create: (key, object, ttlSeconds) => put(key, object, undefined, ttlSeconds),
    update: (current, object, ttlSeconds) => put(current.key, object, current, ttlSeconds),
    async delete(current) {
      const text = current.encodedText;
      const result = await store.delete(cache.prefix + current.key, current.revision);
      if (!result.ok) return lost(current.key, result.current?.revision);
      await cache.reached(result.revision);
      return { ok: true, item: atRevision(cache.textPrefix, current, result.revision, text) };
    },
    same(current, object) {
      const { metadata, kind: _kind, apiVersion: _apiVersion, ...rest } = object;
      const { metadata: currentMeta, kind: _currentKind, apiVersion: _currentVersion, ...currentRest } = current.object;
      const version = { resourceVersion: undefined };
      return equalJson({ ...metadata, ...version }, { ...currentMeta, ...version }) && equalJson(rest, currentRest);
    },
  };
}
