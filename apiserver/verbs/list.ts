import { errors } from '../../api/meta/status-error.ts';
import type { CacheItem, WatchCache } from '../contract/cache.ts';
import type { Call, ListResult, Result } from '../contract/call.ts';
import type { ListParameters } from '../request/options.ts';
import { listParametersOf, revisionOf } from '../request/options.ts';
import type { Selection } from '../request/selection.ts';
import { selectionOf } from '../request/selection.ts';
import { cacheKey } from '../storage/cache/cache-item.ts';
import { whenServed } from '../storage/conversion.ts';
import type { ContinueToken } from './continue-token.ts';
import { ANY_REVISION, decodeContinue, encodeContinue } from './continue-token.ts';
import { reachRevision } from './revision-wait.ts';

const TOO_OLD_TO_CONTINUE =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use ' +
  'the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent ' +
  'list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';

/** Lists from the cache: consistent over all chunks of one list, in key order. */
export async function list(call: Call): Promise<Result> {
  const parameters = listParametersOf(call.request.query, false);
  return listItems(call, parameters);
}

export interface StoredListResult extends ListResult {
  readonly revision: number;
}

/** Lists the items that the parameters select; for list and deletecollection. */
export async function listItems(call: Pick<Call, 'resource' | 'info'>, parameters: ListParameters): Promise<StoredListResult> {
  const { resource, info } = call;
  const { cache } = resource.storage;
  const selection = selectionOf(resource, parameters.labelSelector, parameters.fieldSelector);
  const wanted = revisionOf(parameters.resourceVersion, true);
  if (wanted && parameters.continue !== '') throw errors.badRequest('specifying resource version is not allowed when using continue');
  if (wanted === undefined || parameters.continue !== '') await resource.storage.fresh();
  else await reachRevision(cache, wanted);

  const token = parameters.continue === '' ? undefined : decodeContinue(parameters.continue);
  // The state at hand comes at once, whichever version it is.
  const limit = parameters.resourceVersion === '0' && !token ? 0 : parameters.limit;
  const below = info.namespace === '' ? '' : `${info.namespace}/`;
  const at = snapshotFor(cache, info.namespace, selection, parameters, token, wanted);
  // The next chunk is looked for in everything: the request that continues from this revision may select otherwise.
  const whole = at.narrowed && limit > 0 ? cache.snapshot(info.namespace) : at;
  if (selection.matches && !resource.isStoredForm) await whenServed(resource.conversion, at.items);
  const matching = select(at.items, selection, token ? below + token.start : '', limit);
  if (!selection.matches && !resource.isStoredForm) await whenServed(resource.conversion, matching.items);
  const last = matching.items.at(-1);
  const more = matching.more && last !== undefined;
  if (more) cache.keep(info.namespace, whole);
  return {
    type: 'list',
    resource,
    items: matching.items,
    served: resource.conversion.made,
    revision: at.revision,
    continue: more ? encodeContinue({ revision: at.revision, start: last.key.slice(below.length) }) : '',
    remaining: more && selection.matches === undefined ? at.items.length - matching.end : undefined,
  };
}

interface Listed {
  readonly items: readonly CacheItem[];
  readonly revision: number;
  /** The items are those of an index, not all there are. */
  readonly narrowed?: boolean;
}

function snapshotFor(
  cache: WatchCache,
  namespace: string,
  selection: Selection,
  parameters: ListParameters,
  token: ContinueToken | undefined,
  wanted: number | undefined,
): Listed {
  if (token && token.revision !== ANY_REVISION) {
    const kept = token.revision === cache.revision ? cache.snapshot(namespace) : cache.kept(namespace, token.revision);
    if (kept) return kept;
    throw errors.expired(TOO_OLD_TO_CONTINUE, encodeContinue({ ...token, revision: ANY_REVISION }));
  }
  if (parameters.resourceVersionMatch === 'Exact' && wanted && wanted !== cache.revision) {
    const kept = cache.kept(namespace, wanted);
    if (kept) return kept;
    throw errors.expired(`the state at resource version ${wanted} is no longer kept`);
  }
  const narrowed = narrow(cache, namespace, selection);
  return narrowed ? { items: narrowed, revision: cache.revision, narrowed: true } : cache.snapshot(namespace);
}

/** Returns the few items that can match at all, if a name or an index tells them. */
function narrow(cache: WatchCache, namespace: string, selection: Selection): readonly CacheItem[] | undefined {
  if (selection.name !== undefined && (namespace !== '' || !cache.kind.namespaced)) {
    const item = cache.get(cacheKey(namespace, selection.name));
    return item ? [item] : [];
  }
  for (const { field, value } of selection.fields) {
    const items = cache.indexed(field, value);
    if (items) return namespace === '' ? items : items.filter((item) => item.namespace === namespace);
  }
  return selection.labels.length === 0 ? undefined : cache.labelled(namespace, selection.labels);
}

function select(
  items: readonly CacheItem[],
  { matches }: Selection,
  after: string,
  limit: number,
): { items: readonly CacheItem[]; more: boolean; end: number } {
  const from = after === '' ? 0 : firstBehind(items, after);
  if (!matches) {
    const end = limit > 0 ? Math.min(items.length, from + limit) : items.length;
    return { items: from === 0 && end === items.length ? items : items.slice(from, end), more: end < items.length, end };
  }
  const chosen: CacheItem[] = [];
  for (let i = from; i < items.length; i++) {
    const item = items[i];
    if (!item || !matches(item)) continue;
    if (limit > 0 && chosen.length === limit) return { items: chosen, more: true, end: i };
    chosen.push(item);
  }
  return { items: chosen, more: false, end: items.length };
}

/** Returns the index of the first item behind a key, in items that are in the order of their keys. */
function firstBehind(items: readonly CacheItem[], key: string): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((items[middle]?.key ?? '') <= key) low = middle + 1;
    else high = middle;
  }
  return low;
}
