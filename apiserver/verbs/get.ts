import { errors } from '../../api/status-error.ts';
import type { CacheItem } from '../cache/cache-item.ts';
import type { Call, Result } from '../call.ts';
import { itemResult } from '../call.ts';
import type { Resource } from '../registry.ts';
import { revisionOf } from '../request/options.ts';
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
