import type { CacheEvent, CacheItem } from '../contract/cache.ts';
import type { ChangeType, WatchListener } from '../contract/call.ts';
import type { Resource } from '../contract/resource.ts';
import type { Selection } from '../request/selection.ts';
import { atRevision } from '../storage/cache/cache-item.ts';
import { whenServed } from '../storage/conversion.ts';

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
  if (!before) return undefined;
  return { type: 'DELETED', item: deleted ? item : departed(scope.resource, event) };
}

/** The last state that matched, with the revision of the change that took it out of view. */
const departed = ({ storage }: Resource, { previous, item }: CacheEvent): CacheItem =>
  previous ? atRevision(storage.cache.textPrefix, previous, item.revision) : item;

/** Changes that wait for a conversion; a watcher with more is ended. */
const MAX_WAITING = 1000;

/** The changes of a watch whose objects are converted. */
export interface ConvertedChanges {
  deliver(event: CacheEvent): void;
  /** Returns the revision up to which all changes have been delivered; undefined if that is as far as the cache is. */
  delivered(): number | undefined;
  end(): void;
}

/**
 * Delivers changes in order, each once its objects are in the served form: at once if the conversion takes no time, otherwise later.
 * A conversion that fails ends the watch.
 */
export function convertedChanges(scope: WatchScope, listener: WatchListener): ConvertedChanges {
  const { conversion } = scope.resource;
  const waiting: CacheEvent[] = [];
  /** The revision of the change whose conversion is pending. */
  let pendingAt: number | undefined;
  let isEnded = false;

  const change = (type: ChangeType, item: CacheItem, event: CacheEvent) => {
    if (!isEnded) listener.change(type, item, event);
  };

  function view(event: CacheEvent): Promise<void> | undefined {
    const seen = viewOf(scope, event);
    if (!seen) return undefined;
    const pending = seen.item === event.item ? undefined : whenServed(conversion, [seen.item]);
    if (pending) return pending.then(() => change(seen.type, seen.item, event));
    change(seen.type, seen.item, event);
    return undefined;
  }

  function step(event: CacheEvent): Promise<void> | undefined {
    const pending = whenServed(conversion, event.previous ? [event.item, event.previous] : [event.item]);
    // The cache forgets the encoded lines of an event once it has been delivered: a late one keeps none.
    return pending ? pending.then(() => view({ ...event, lines: new Map() })) : view(event);
  }

  function fail(): void {
    waiting.length = 0;
    if (isEnded) return;
    isEnded = true;
    listener.broken();
  }

  async function work(first: Promise<void>): Promise<void> {
    try {
      await first;
      for (let event = waiting.shift(); event && !isEnded; event = waiting.shift()) {
        pendingAt = event.revision;
        await step(event);
      }
    } catch {
      fail();
    }
    pendingAt = undefined;
  }

  return {
    deliver(event) {
      if (isEnded) return;
      if (pendingAt !== undefined) {
        if (waiting.length === MAX_WAITING) return fail();
        waiting.push(event);
        return;
      }
      const pending = step(event);
      if (!pending) return;
      pendingAt = event.revision;
      void work(pending);
    },
    delivered: () => (pendingAt === undefined ? undefined : pendingAt - 1),
    end() {
      isEnded = true;
    },
  };
}
