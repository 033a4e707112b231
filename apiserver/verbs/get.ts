import { errors } from '../../api/meta/status-error.ts';
import type { CacheItem } from '../contract/cache.ts';
import type { Call, Result } from '../contract/call.ts';
import type { Resource } from '../contract/resource.ts';
import { revisionOf } from '../request/options.ts';
import { cacheKey } from '../storage/cache/cache-item.ts';
import { itemResult } from './results.ts';
import { reachRevision } from './revision-wait.ts';

/** Finds an item, as fresh as the store; its served form is made. */
export async function findItem(resource: Resource, namespace: string, name: string): Promise<CacheItem | undefined> {
  const wait = resource.storage.fresh();
  if (wait) await wait;
  const item = resource.storage.cache.get(cacheKey(namespace, name));
  if (item === undefined || resource.isStoredForm) return item;
  const form = resource.conversion.served(item);
  if (form instanceof Promise) await form;
  return item;
}

/** @throws StatusError NotFound. */
export async function requireItem(resource: Resource, namespace: string, name: string): Promise<CacheItem> {
  const item = await findItem(resource, namespace, name);
  if (!item) throw errors.notFound(resource.name, name);
  return item;
}

/** Answers an object; the request may name the oldest version that it takes. */
export async function get(call: Call): Promise<Result> {
  const { namespace, name } = call.info;
  const wanted = revisionOf(call.request.query.get('resourceVersion') ?? '');
  if (wanted !== undefined) await reachRevision(call.resource.storage.cache, wanted);
  return itemResult(call.resource, await requireItem(call.resource, namespace, name));
}
