import type { KubeObject, Live } from '../../api/meta/object.ts';
import { keyOf, keyText } from '../../api/meta/object.ts';
import type { Call, Result } from '../contract/call.ts';
import type { ComputedCollection } from '../contract/computed-collection.ts';
import { listParametersOf } from '../request/options.ts';
import { selectionOf } from '../request/selection.ts';
import { ordered, StoredItem } from '../storage/cache/cache-item.ts';
import { objectResult } from './results.ts';

/**
 * Gets or lists from a collection that is not stored. Lists are whole and have no resourceVersion: limits and revisions do not matter to them.
 * @throws StatusError 400 for selectors that cannot be read, and whatever the collection throws.
 */
export async function readComputed({ resource, info, request }: Call, collection: ComputedCollection): Promise<Result> {
  const { kind } = resource;
  const formed = (object: KubeObject) => ordered(kind, object);
  if (info.verb === 'get') return objectResult(formed(await collection.get(info.name, info.namespace)), 200, kind);
  const parameters = listParametersOf(request.query, false);
  const { matches } = selectionOf(resource, parameters.labelSelector, parameters.fieldSelector);
  const item = (object: KubeObject) => new StoredItem(keyText(keyOf(object)), formed(object) as Live, 0);
  const selection = { namespace: info.namespace, matches: matches && ((object: KubeObject) => matches(item(object))) };
  const items = (await collection.list(selection)).map(item);
  return {
    type: 'list',
    resource,
    items: matches ? items.filter(matches) : items,
    served: resource.conversion.made,
    revision: undefined,
    continue: '',
    remaining: undefined,
  };
}
