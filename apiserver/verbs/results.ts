import type { KindDefinition } from '../../api/definition/kind.ts';
import type { KubeObject, Live } from '../../api/meta/object.ts';
import { isLong, markAs } from '../../base/json/long-values.ts';
import { stringifySteps } from '../../base/json/stringify-steps.ts';
import { inTurns } from '../../base/steps.ts';
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
  if (current) inOrder.metadata = markAs({ ...inOrder.metadata, resourceVersion: String(current.revision) }, inOrder.metadata);
  if (isLong(inOrder)) return longResult(resource, inOrder, current?.revision ?? 0, status);
  return itemResult(resource, new StoredItem('', inOrder as Live, current?.revision ?? 0), status);
}

/** Makes the text of a long object with pauses: those who ask for it expect it at once. */
async function longResult(resource: Resource, object: KubeObject, revision: number, status: number): Promise<ObjectResult> {
  const text = await inTurns(stringifySteps(object));
  return itemResult(resource, new StoredItem('', object as Live, revision, text), status);
}
