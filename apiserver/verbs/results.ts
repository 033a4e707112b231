import type { KindDefinition } from '../../api/definition/kind.ts';
import type { KubeObject, Live } from '../../api/meta/object.ts';
import type { CacheItem } from '../contract/cache.ts';
import type { ObjectResult } from '../contract/call.ts';
import type { Resource, ServedForm } from '../contract/resource.ts';
import { ordered, StoredItem } from '../storage/cache/cache-item.ts';

/** Answers an item of the cache, in the form that was asked for. */
export function itemResult(resource: Resource, item: CacheItem, status = 200): ObjectResult | Promise<ObjectResult> {
  const served = resource.conversion.served(item);
  return served instanceof Promise ? served.then((form) => formResult(resource, form, status)) : formResult(resource, served, status);
}

const formResult = (resource: Resource, form: ServedForm, status: number): ObjectResult => ({
  type: 'object',
  status,
  object: form.object,
  text: () => form.text,
  kind: resource.kind,
});

export const objectResult = (object: KubeObject, status = 200, kind?: KindDefinition): ObjectResult => ({
  type: 'object',
  status,
  object,
  text: () => JSON.stringify(object),
  kind,
});

/** Answers an object that is not in the cache as if it were: the result of a dry run, or the last state of a deleted object. */
export function unstoredResult(
  resource: Resource,
  object: KubeObject,
  current: CacheItem | undefined,
  status: number,
): ObjectResult | Promise<ObjectResult> {
  const inOrder = ordered(resource.stored, object);
  if (current) inOrder.metadata = { ...inOrder.metadata, resourceVersion: String(current.revision) };
  return itemResult(resource, new StoredItem('', inOrder as Live, current?.revision ?? 0), status);
}
