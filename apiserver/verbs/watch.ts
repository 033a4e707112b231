import { errors } from '../../api/meta/status-error.ts';
import type { CacheEvent, CacheItem } from '../contract/cache.ts';
import type { Call, ChangeType, Result, WatchListener } from '../contract/call.ts';
import type { Resource } from '../contract/resource.ts';
import { listParametersOf, revisionOf } from '../request/options.ts';
import type { Selection } from '../request/selection.ts';
import { selectionOf } from '../request/selection.ts';
import { atRevision } from '../storage/cache/cache-item.ts';
import { listItems } from './list.ts';

const MIN_TIMEOUT_MS = 30 * 60_000;

/**
 * Plans a watch. A missing resourceVersion or "0" begins with the current state; any other with the event after it.
 * An expired one is reported in the stream, as upstream does.
 */
export async function watch(call: Call): Promise<Result> {
  const { resource, info, request, core } = call;
  const parameters = listParametersOf(request.query, true);
  const selection = selectionOf(resource, parameters.labelSelector, parameters.fieldSelector);
  const revision = revisionOf(parameters.resourceVersion);
  // Watching one object by its path is watching the collection for that name.
  const named = info.name === '' ? selection : nameSelection(selection, info.name);
  const withInitial = parameters.sendInitialEvents ?? (revision === undefined || revision === 0);
  await resource.storage.fresh();
  let initial: readonly CacheItem[] = [];
  let after = revision ?? 0;
  if (withInitial) {
    const wanted = { ...parameters, limit: 0, continue: '', resourceVersionMatch: '' };
    const listed = await listItems(call, wanted);
    initial = info.name === '' ? listed.items : listed.items.filter((item) => item.object.metadata.name === info.name);
    after = listed.revision;
  } else if (after === 0) after = resource.storage.cache.revision;
  else await resource.storage.cache.recall(after);
  const seconds = parameters.timeoutSeconds;
  const scope: WatchScope = { resource, namespace: info.namespace, selection: named };
  return {
    type: 'watch',
    plan: {
      resource,
      initial,
      served: resource.conversion.served,
      after,
      announceInitial: parameters.sendInitialEvents === true && parameters.allowWatchBookmarks,
      bookmarks: parameters.allowWatchBookmarks,
      // Spread over a range, so that not all clients come back at once.
      timeoutMs: seconds !== undefined && seconds > 0 ? seconds * 1000 : MIN_TIMEOUT_MS * (1 + (core.clock.now() % 1000) / 1000),
      subscribe: (listener) => subscribe(scope, after, listener),
    },
  };
}

function nameSelection(selection: Selection, name: string): Selection {
  const { matches } = selection;
  return { ...selection, name, matches: (item) => item.object.metadata.name === name && (matches?.(item) ?? true) };
}

/** The changes that a watch is about. */
export interface WatchScope {
  readonly resource: Resource;
  readonly namespace: string;
  readonly selection: Selection;
}

/**
 * Returns a change as one watcher sees it: an object that leaves its selection is DELETED to it, one that enters is ADDED. Returns undefined
 * if the change does not concern it.
 */
export function viewOf(scope: WatchScope, event: CacheEvent): { readonly type: ChangeType; readonly item: CacheItem } | undefined {
  if (scope.namespace !== '' && event.item.namespace !== scope.namespace) return undefined;
  const { matches } = scope.selection;
  const { item, previous, deleted } = event;
  if (!matches) return { type: deleted ? 'DELETED' : previous ? 'MODIFIED' : 'ADDED', item };
  const now = !deleted && matches(item);
  const before = previous !== undefined && matches(previous);
  if (now) return { type: before ? 'MODIFIED' : 'ADDED', item };
  // Of an object that was deleted before a restart, it is no longer known whether it was in view.
  if (!before && !(deleted && previous === undefined)) return undefined;
  return { type: 'DELETED', item: deleted ? item : departed(scope.resource, event) };
}

/** The last state that matched, with the revision of the change that took it out of view. */
const departed = ({ storage }: Resource, { previous, item }: CacheEvent): CacheItem =>
  previous ? atRevision(storage.cache.textPrefix, previous, item.revision) : item;

/** Subscribes to the changes after a revision. @throws StatusError Expired if it is no longer remembered. */
function subscribe(scope: WatchScope, after: number, listener: WatchListener): () => void {
  const { cache } = scope.resource.storage;
  const index = scope.selection.fields.find(({ field }) => cache.indexed(field, '') !== undefined);
  const end = cache.subscribe(
    after,
    {
      deliver(event) {
        const view = viewOf(scope, event);
        if (view) listener.change(view.type, view.item, event);
      },
      broken: listener.broken,
    },
    index,
  );
  if (!end) throw errors.expired(`too old resource version: ${after} (${cache.revision})`);
  return end;
}
