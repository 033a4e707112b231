import type { Live } from '../../api/meta/object.ts';
import { errors } from '../../api/meta/status-error.ts';
import type { Call, Result } from '../contract/call.ts';
import { listParametersOf, revisionOf } from '../request/options.ts';
import type { Selection } from '../request/selection.ts';
import { selectionOf } from '../request/selection.ts';
import type { CacheItem } from '../storage/cache/cache-item.ts';
import { atRevision } from '../storage/cache/cache-item.ts';
import type { CacheEvent } from '../storage/cache/event-ring.ts';
import type { Resource } from '../storage/registry.ts';
import { listItems } from './list.ts';

export type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** What a watch was asked to deliver; `run` by whoever encodes it. */
export interface WatchPlan {
  readonly resource: Resource;
  /** The state to begin with, as ADDED events. */
  readonly initial: readonly CacheItem[];
  /** Events after this revision follow. */
  readonly after: number;
  /** Announce the end of the initial state by a bookmark (streaming lists). */
  readonly announceInitial: boolean;
  readonly bookmarks: boolean;
  readonly timeoutMs: number;
  readonly namespace: string;
  readonly selection: Selection;
}

const MIN_TIMEOUT_MS = 30 * 60_000;

/**
 * Reads what is to be watched. A missing resourceVersion or "0" begins with the current state; any other with the event after it.
 * An expired one is reported in the stream (`run`), as upstream does.
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
  return {
    type: 'watch',
    plan: {
      resource,
      initial,
      after,
      announceInitial: parameters.sendInitialEvents === true && parameters.allowWatchBookmarks,
      bookmarks: parameters.allowWatchBookmarks,
      // Spread over a range, so that not all clients come back at once.
      timeoutMs: seconds !== undefined && seconds > 0 ? seconds * 1000 : MIN_TIMEOUT_MS * (1 + (core.clock.now() % 1000) / 1000),
      namespace: info.namespace,
      selection: named,
    },
  };
}

function nameSelection(selection: Selection, name: string): Selection {
  const { matches } = selection;
  return { ...selection, name, matches: (item) => item.object.metadata.name === name && (matches?.(item) ?? true) };
}

/** A change as one watcher sees it: what leaves its selection is DELETED to it, what enters ADDED. Undefined: none of its business. */
export function viewOf(plan: WatchPlan, event: CacheEvent): { readonly type: ChangeType; readonly item: CacheItem } | undefined {
  if (plan.namespace !== '' && event.item.namespace !== plan.namespace) return undefined;
  const { matches } = plan.selection;
  const { item, previous, deleted } = event;
  if (!matches) return { type: deleted ? 'DELETED' : previous ? 'MODIFIED' : 'ADDED', item };
  const now = !deleted && matches(item);
  const before = previous !== undefined && matches(previous);
  if (now) return { type: before ? 'MODIFIED' : 'ADDED', item };
  // Of what was deleted before a restart, nobody knows any more whether it was in view.
  if (!before && !(deleted && previous === undefined)) return undefined;
  return { type: 'DELETED', item: deleted ? item : departed(plan.resource, event) };
}

/** The last state that matched, with the revision of the change that took it out of view. */
const departed = ({ storage }: Resource, { previous, item }: CacheEvent): CacheItem =>
  previous ? atRevision(storage.cache.textPrefix, previous, item.revision) : item;

export interface WatchListener {
  readonly change: (type: ChangeType, item: CacheItem, event: CacheEvent) => void;
  /** The watch cannot go on. */
  readonly broken: () => void;
}

/** Subscribes to what comes after the initial state. @throws StatusError Expired when the start is no longer remembered. */
export function subscribe(plan: WatchPlan, listener: WatchListener): () => void {
  const { cache } = plan.resource.storage;
  const index = plan.selection.fields.find(({ field }) => cache.indexed(field, '') !== undefined);
  const end = cache.subscribe(
    plan.after,
    {
      deliver(event) {
        const view = viewOf(plan, event);
        if (view) listener.change(view.type, view.item, event);
      },
      broken: listener.broken,
    },
    index,
  );
  if (!end) throw errors.expired(`too old resource version: ${plan.after} (${cache.revision})`);
  return end;
}

/** A bookmark's object: a kind and a resourceVersion, nothing else. */
export function bookmarkOf(plan: WatchPlan, revision: number, initialEnd: boolean): Live | object {
  const { kind } = plan.resource;
  const apiVersion = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
  const annotations = initialEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {};
  return { kind: kind.kind, apiVersion, metadata: { resourceVersion: String(revision), creationTimestamp: null, ...annotations } };
}
