import type { StoreEvent, WatchBatch } from './store.ts';

interface Watcher {
  readonly prefix: string;
  /** Events up to this revision have been delivered. */
  revision: number;
  /** While the backlog is being read, live events wait here. */
  held: { events: readonly StoreEvent[]; revision: number }[] | undefined;
  readonly sink: (batch: WatchBatch) => void;
}

const NOTHING: readonly StoreEvent[] = [];

/** Most events concern one watcher of dozens: the others cost no list. */
function freshOf({ prefix, revision }: Watcher, events: readonly StoreEvent[]): readonly StoreEvent[] {
  let fresh: StoreEvent[] | undefined;
  for (const event of events) {
    if (event.revision <= revision || !event.key.startsWith(prefix)) continue;
    fresh ??= [];
    fresh.push(event);
  }
  return fresh ?? NOTHING;
}

/**
 * Hands committed events to watchers, in revision order.
 *
 * A watcher is registered before its backlog is read, so that nothing committed in between is missed;
 * what the backlog and the live events share is delivered once.
 */
export function createWatchHub() {
  const watchers = new Set<Watcher>();

  function deliver(watcher: Watcher, events: readonly StoreEvent[], revision: number): void {
    const fresh = freshOf(watcher, events);
    watcher.revision = Math.max(watcher.revision, revision);
    watcher.sink({ events: fresh, revision: watcher.revision });
  }

  return {
    /** Committed events, ascending; `revision` is the newest committed one. */
    publish(events: readonly StoreEvent[], revision: number): void {
      for (const watcher of watchers) {
        if (watcher.held) watcher.held.push({ events, revision });
        else deliver(watcher, events, revision);
      }
    },

    /** Reads the backlog after `afterRevision` through `readBacklog`, then goes live. Rejects as `readBacklog` does. */
    async watch(
      prefix: string,
      afterRevision: number,
      sink: (batch: WatchBatch) => void,
      signal: AbortSignal,
      readBacklog: () => Promise<WatchBatch>,
    ): Promise<{ readonly done: Promise<void> }> {
      const watcher: Watcher = { prefix, revision: afterRevision, held: [], sink };
      watchers.add(watcher);
      try {
        const backlog = await readBacklog();
        deliver(watcher, backlog.events, backlog.revision);
      } catch (error) {
        watchers.delete(watcher);
        throw error;
      }
      for (const { events, revision } of watcher.held ?? []) deliver(watcher, events, revision);
      watcher.held = undefined;
      const done = new Promise<void>((resolve) => {
        const stop = () => {
          watchers.delete(watcher);
          resolve();
        };
        if (signal.aborted) stop();
        else signal.addEventListener('abort', stop, { once: true });
      });
      return { done };
    },

    clear(): void {
      watchers.clear();
    },
  };
}

export type WatchHub = ReturnType<typeof createWatchHub>;
