import type { Store, StoredValue, StoreEvent, WriteResult } from './store.ts';
import { CompactedError } from './store.ts';
import { createWatchHub } from './watch-hub.ts';

/** A store for tests: all guarantees of `Store`, durable for the life of the process. */
export function createMemoryStore(): Store {
  const values = new Map<string, StoredValue>();
  const expiries = new Map<string, NodeJS.Timeout>();
  const hub = createWatchHub();
  let history: StoreEvent[] = [];
  let revision = 1;
  let compacted = 0;

  function commit(event: StoreEvent, ttlSeconds?: number): WriteResult {
    history.push(event);
    clearTimeout(expiries.get(event.key));
    expiries.delete(event.key);
    if (event.type === 'delete') values.delete(event.key);
    else values.set(event.key, { key: event.key, value: event.value, revision: event.revision });
    if (ttlSeconds !== undefined) expiries.set(event.key, setTimeout(() => expire(event.key), ttlSeconds * 1000).unref());
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
      return commit({ type: 'put', key, value, revision: ++revision, created: true }, options.ttlSeconds);
    },
    async update(key, value, expectedRevision, options = {}) {
      const current = values.get(key);
      if (current?.revision !== expectedRevision) return { ok: false, current };
      return commit({ type: 'put', key, value, revision: ++revision, created: false }, options.ttlSeconds);
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
    async close() {
      hub.clear();
      for (const timer of expiries.values()) clearTimeout(timer);
    },
  };
}
