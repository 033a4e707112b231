import type { StatusError } from '../../api/meta/status-error.ts';
import { errors } from '../../api/meta/status-error.ts';
import type { CacheEvent, CacheItem } from '../contract/cache.ts';
import type { Call, Result, WatchListener } from '../contract/call.ts';
import { listParametersOf, revisionOf } from '../request/options.ts';
import type { Selection } from '../request/selection.ts';
import { selectionOf } from '../request/selection.ts';
import { listItems } from './list.ts';
import { TOO_LARGE_WAIT_MS, tooLarge } from './revision-wait.ts';
import type { ConvertedChanges, WatchScope } from './watch-view.ts';
import { convertedChanges, viewOf } from './watch-view.ts';

const MIN_TIMEOUT_MS = 30 * 60_000;

/**
 * Plans a watch. A missing resourceVersion or "0" begins with the current state; any other with the event after it.
 * An expired one, and one of the future, is reported in the stream, as upstream does.
 */
export async function watch(call: Call): Promise<Result> {
  const { resource, info, request, core } = call;
  const parameters = listParametersOf(request.query, true);
  const selection = selectionOf(resource, parameters.labelSelector, parameters.fieldSelector);
  const revision = revisionOf(parameters.resourceVersion);
  // Watching one object by its path is watching the collection for that name.
  const named = info.name === '' ? selection : nameSelection(selection, info.name);
  const withInitial = parameters.sendInitialEvents ?? (revision === undefined || revision === 0);
  const { cache } = resource.storage;
  await resource.storage.fresh();
  let initial: readonly CacheItem[] = [];
  let after = revision ?? 0;
  const timeoutMs = (parameters.timeoutSeconds ?? 0) * 1000;
  let late: StatusError | undefined;
  if (withInitial && !(await cache.reachedWithin(after, Math.min(timeoutMs || TOO_LARGE_WAIT_MS, TOO_LARGE_WAIT_MS)))) {
    late = tooLarge(cache, after);
    after = cache.revision;
  } else if (withInitial) {
    const wanted = { ...parameters, limit: 0, continue: '', resourceVersionMatch: '' };
    const listed = await listItems(call, wanted);
    initial = info.name === '' ? listed.items : listed.items.filter((item) => item.object.metadata.name === info.name);
    after = listed.revision;
  } else if (after === 0) after = cache.revision;
  else await cache.recall(after);
  const scope: WatchScope = { resource, namespace: info.namespace, selection: named };
  let converted: ConvertedChanges | undefined;
  return {
    type: 'watch',
    plan: {
      resource,
      initial,
      served: resource.conversion.made,
      after,
      announceInitial: parameters.sendInitialEvents === true && parameters.allowWatchBookmarks && !late,
      bookmarks: parameters.allowWatchBookmarks,
      // Spread over a range, so that not all clients come back at once.
      timeoutMs: timeoutMs > 0 ? timeoutMs : MIN_TIMEOUT_MS * (1 + (core.clock.now() % 1000) / 1000),
      delivered: () => converted?.delivered() ?? cache.revision,
      subscribe(listener) {
        if (late) throw late;
        if (!resource.isStoredForm) converted = convertedChanges(scope, listener);
        return subscribe(scope, after, listener, converted);
      },
    },
  };
}

function nameSelection(selection: Selection, name: string): Selection {
  const { matches } = selection;
  return { ...selection, name, matches: (item) => item.object.metadata.name === name && (matches?.(item) ?? true) };
}

/** Subscribes to the changes after a revision. @throws StatusError Expired if it is no longer remembered. */
function subscribe(scope: WatchScope, after: number, listener: WatchListener, converted: ConvertedChanges | undefined): () => void {
  const { cache } = scope.resource.storage;
  const index = scope.selection.fields.find(({ field }) => cache.indexed(field, '') !== undefined);
  const deliver =
    converted?.deliver ??
    ((event: CacheEvent) => {
      const view = viewOf(scope, event);
      if (view) listener.change(view.type, view.item, event);
    });
  const end = cache.subscribe(after, { deliver, broken: listener.broken }, index);
  if (!end) throw errors.expired(`too old resource version: ${after} (${cache.revision})`);
  if (!converted) return end;
  return () => {
    converted.end();
    end();
  };
}
