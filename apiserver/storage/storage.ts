import type { KubeObject } from '../../api/meta/object.ts';
import { isLong } from '../../base/json/long-values.ts';
import { stringifySteps } from '../../base/json/stringify-steps.ts';
import { equalJson } from '../../base/json.ts';
import type { Logger } from '../../base/log.ts';
import { inTurns } from '../../base/steps.ts';
import type { Store, WriteResult } from '../../store/store.ts';
import type { CacheItem } from '../contract/cache.ts';
import type { Storage, WriteOutcome } from '../contract/resource.ts';
import { atRevision, ordered, typeOfStored } from './cache/cache-item.ts';
import type { StoreWatchCache } from './cache/watch-cache.ts';
import { storeStatus } from './store-status.ts';

export interface StorageOptions {
  readonly store: Store;
  readonly cache: StoreWatchCache;
  /** Other processes write to the store too: reads ask it how far it is. */
  readonly shared: boolean;
  readonly log: Logger;
}

export function createStorage({ store, cache, shared, log }: StorageOptions): Storage {
  async function put(key: string, object: KubeObject, expected: CacheItem | undefined, ttlSeconds: number | undefined): Promise<WriteOutcome> {
    const inOrder = ordered(typeOfStored(cache.kind, object), object);
    const value = isLong(inOrder) ? await inTurns(stringifySteps(inOrder)) : JSON.stringify(inOrder);
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
    } catch (error) {
      throw told(error, cache.prefix + key);
    } finally {
      cache.forget(write);
    }
  }

  /** Logs what the client is not told of a store's error. */
  function told(error: unknown, key: string): unknown {
    const status = storeStatus(error);
    if (status !== error) log.warn({ err: error, key }, 'the store refused a request');
    return status;
  }

  const newest = () =>
    store.revision().catch((error: unknown) => {
      throw told(error, cache.prefix);
    });

  async function remove(current: CacheItem): Promise<WriteResult> {
    const key = cache.prefix + current.key;
    try {
      return await store.delete(key, current.revision);
    } catch (error) {
      throw told(error, key);
    }
  }

  async function lost(key: string, revision: number | undefined): Promise<WriteOutcome> {
    await cache.catchUp(revision ?? (await newest()));
    return { ok: false, current: cache.get(key) };
  }

  return {
    cache,
    fresh: () => (shared ? newest().then((revision) => cache.catchUp(revision)) : undefined),
    create: (key, object, ttlSeconds) => put(key, object, undefined, ttlSeconds),
    update: (current, object, ttlSeconds) => put(current.key, object, current, ttlSeconds),
    async delete(current) {
      const text = current.encodedText;
      const result = await remove(current);
      if (!result.ok) return lost(current.key, result.current?.revision);
      await cache.reached(result.revision);
      return { ok: true, item: atRevision(cache.textPrefix, current, result.revision, text) };
    },
    same(current, object) {
      if (store.isStale?.(cache.prefix + current.key, current.revision)) return false;
      const { metadata, kind: _kind, apiVersion: _apiVersion, ...rest } = object;
      const { metadata: currentMeta, kind: _currentKind, apiVersion: _currentVersion, ...currentRest } = current.object;
      const version = { resourceVersion: undefined };
      return equalJson({ ...metadata, ...version }, { ...currentMeta, ...version }) && equalJson(rest, currentRest);
    },
  };
}
