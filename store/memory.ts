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

/** A store in memory, which can be copied. */
export interface MemoryStore extends Store {
  /** Returns a store of its own with the same content, history and expiries. Values are shared, as texts cannot change. */
  fork(options?: MemoryOptions): MemoryStore;
}

interface Expiry {
  /** On the store's clock, in milliseconds since the epoch. */
  readonly due: number;
  readonly cancel: () => void;
}

interface State {
  readonly values: Map<string, StoredValue>;
  readonly expiries: ReadonlyMap<string, Pick<Expiry, 'due'>>;
  readonly history: StoreEvent[];
  readonly revision: number;
  readonly compacted: number;
}

const EMPTY: State = { values: new Map(), expiries: new Map(), history: [], revision: 1, compacted: 0 };

/** Makes a store for tests: all guarantees of `Store`, durable for the life of the process. */
export const createMemoryStore = (options: MemoryOptions = {}): MemoryStore => storeOf(EMPTY, options);

function storeOf(start: State, { clock = systemClock }: MemoryOptions): MemoryStore {
  const values = new Map(start.values);
  const expiries = new Map<string, Expiry>();
  const hub = createWatchHub();
  let history = [...start.history];
  let { revision, compacted } = start;
  /** All keys in order; undefined after one has come or gone, until they are asked for. */
  let keys: string[] | undefined;

  const setExpiry = (key: string, due: number) => {
    expiries.set(key, { due, cancel: clock.after(due - clock.now(), () => expire(key), 'background') });
  };
  for (const [key, { due }] of start.expiries) setExpiry(key, due);

  function commit(event: StoreEvent, ttlSeconds?: number): WriteResult {
    history.push(event);
    expiries.get(event.key)?.cancel();
    expiries.delete(event.key);
    if (event.type === 'delete' || event.created) keys = undefined;
    if (event.type === 'delete') values.delete(event.key);
    else values.set(event.key, { key: event.key, value: event.value, revision: event.revision });
    if (ttlSeconds !== undefined) setExpiry(event.key, clock.now() + ttlSeconds * 1000);
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
      keys ??= [...values.keys()].sort();
      const items: StoredValue[] = [];
      for (let at = firstAfter(keys, prefix, after); at < keys.length; at++) {
        const key = keys[at] ?? '';
        if (!key.startsWith(prefix)) break;
        if (items.length >= limit) return { items, revision, more: true };
        const value = values.get(key);
        if (value) items.push(value);
      }
      return { items, revision, more: false };
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
        return { events: eventsAfter(history, afterRevision), revision };
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
      for (const { cancel } of expiries.values()) cancel();
    },
    fork: (options = { clock }) => storeOf({ values, expiries, history, revision, compacted }, options),
  };
}

/** Returns the newest events of a history, which is in the order of their revisions. Most watches begin at its end. */
function eventsAfter(history: readonly StoreEvent[], revision: number): readonly StoreEvent[] {
  let at = history.length;
  while (at > 0 && (history[at - 1]?.revision ?? 0) > revision) at--;
  return history.slice(at);
}

/** Returns the index of the first of the sorted keys that is not before `prefix`, and comes after `after`. */
function firstAfter(keys: readonly string[], prefix: string, after: string): number {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const key = keys[middle] ?? '';
    if (key < prefix || key <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}
