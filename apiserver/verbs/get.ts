import { errors } from '../../api/meta/status-error.ts';
import type { Call, Result } from '../contract/call.ts';
import { itemResult } from '../contract/call.ts';
import { revisionOf } from '../request/options.ts';
import type { CacheItem } from '../storage/cache/cache-item.ts';
import type { Resource } from '../storage/registry.ts';
import { reachRevision } from './revision-wait.ts';

/** The key of a request's object in its cache. */
export const cacheKey = (namespace: string, name: string): string => (namespace === '' ? name : `${namespace}/${name}`);

/** The item, if it is there, as fresh as the store. */
export async function findItem(resource: Resource, namespace: string, name: string): Promise<CacheItem | undefined> {
  const wait = resource.storage.fresh();
  if (wait) await wait;
  return resource.storage.cache.get(cacheKey(namespace, name));
}

/** @throws StatusError NotFound. */
export async function requireItem(resource: Resource, namespace: string, name: string): Promise<CacheItem> {
  const item = await findItem(resource, namespace, name);
  if (!item) throw errors.notFound(resource.name, name);
  return item;
}

/** A GET may name the oldest version it takes. */
export async function get(call: Call): Promise<Result> {
  const { namespace, name } = call.info;
  const wanted = revisionOf(call.request.query.get('resourceVersion') ?? '');
  if (wanted !== undefined) await reachRevision(call.resource.storage.cache, wanted);
  return itemResult(call.resource, await requireItem(call.resource, namespace, name));
}
