import type { Clock } from '../base/clock.ts';
import { systemClock } from '../base/clock.ts';
import type { Store, StoredValue, StoreEvent, WriteResult } from './store.ts';
import { CompactedError } from './store.ts';
import { requireSize } from './store-error.ts';
import { createWatchHub } from './watch-hub.ts';

export interface MemoryOptions {
  /** Tells when keys expire. Default: the machine's. */
  readonly clock?: Clock;
}

/** Makes a store for tests: all guarantees of `Store`, durable for the life of the process. */
export function createMemoryStore({ clock = systemClock }: MemoryOptions = {}): Store {
  const values = new Map<string, StoredValue>();
  /** Cancels the expiry of a key. */
  const expiries = new Map<string, () => void>();
  const hub = createWatchHub();
  let history: StoreEvent[] = [];
  let revision = 1;
  let compacted = 0;

  function commit(event: StoreEvent, ttlSeconds?: number): WriteResult {
    history.push(event);
    expiries.get(event.key)?.();
    expiries.delete(event.key);
    if (event.type === 'delete') values.delete(event.key);
    else values.set(event.key, { key: event.key, value: event.value, revision: event.revision });
    if (ttlSeconds !== undefined)
      expiries.set(
        event.key,
        clock.after(ttlSeconds * 1000, () => expire(event.key), 'background'),
      );
    hub.publish([event], event.revision);
    return { ok: true, revision: event.revision };
  }

  function expire(key: string): void {
    const current = values.get(key);
    if (current) commit({ type: 'delete', key, value: current.value, revision: ++revision });
  }

  return {
    async get(key) {
      return values.get(key);
    },
    async list(prefix, { limit = Number.POSITIVE_INFINITY, after = '' } = {}) {
      const matching = [...values.values()].filter((v) => v.key.startsWith(prefix) && v.key > after).sort((a, b) => (a.key < b.key ? -1 : 1));
      return { items: matching.slice(0, limit), revision, more: matching.length > limit };
    },
    async create(key, value, options = {}) {
      const current = values.get(key);
      if (current) return { ok: false, current };
      requireSize(key, value);
      return commit({ type: 'put', key, value, revision: ++revision, created: true }, options.ttlSeconds);
    },
    async update(key, value, expectedRevision, options = {}) {
      const current = values.get(key);
      if (current?.revision !== expectedRevision) return { ok: false, current };
      requireSize(key, value);
      return commit({ type: 'put', key, value, revision: ++revision, created: false, previous: current }, options.ttlSeconds);
    },
    async delete(key, expectedRevision) {
      const current = values.get(key);
      if (current?.revision !== expectedRevision) return { ok: false, current };
      return commit({ type: 'delete', key, value: current.value, revision: ++revision });
    },
    watch(prefix, afterRevision, sink, signal) {
      return hub.watch(prefix, afterRevision, sink, signal, async () => {
        if (afterRevision < compacted) throw new CompactedError(compacted);
        return { events: history.filter((event) => event.revision > afterRevision), revision };
      });
    },
    async compact(upTo) {
      compacted = Math.max(compacted, Math.min(upTo, revision));
      history = history.filter((event) => event.revision > compacted);
    },
    async revision() {
      return revision;
    },
    async probe() {},
    async close() {
      hub.clear();
      for (const cancel of expiries.values()) cancel();
    },
  };
}
