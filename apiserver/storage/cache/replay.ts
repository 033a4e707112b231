import type { Live } from '../../../api/meta/object.ts';
import type { Store, StoreEvent } from '../../../store/store.ts';
import { atRevision, StoredItem } from './cache-item.ts';
import type { StoredEvent } from './event-ring.ts';

/** Reads the store's history after `from` up to and including `to`. @throws CompactedError when it is gone. */
export async function readHistory(store: Store, prefix: string, from: number, to: number): Promise<readonly StoreEvent[]> {
  const events: StoreEvent[] = [];
  const stop = new AbortController();
  try {
    await new Promise<void>((resolve, reject) => {
      store
        .watch(
          prefix,
          from,
          (batch) => {
            for (const event of batch.events) if (event.revision <= to) events.push(event);
            if (batch.revision >= to) resolve();
          },
          stop.signal,
        )
        .then(({ done }) => done.then(resolve, reject), reject);
    });
  } finally {
    stop.abort();
  }
  return events;
}

/**
 * Turns history into the events that subscribers were sent when it happened, as far as it tells: the state before a change is known
 * where the history holds it. Where it does not, a change counts as one of an object that looked the same, and of what was deleted
 * only the name is left.
 */
export function replayed(
  history: readonly StoreEvent[],
  parse: (event: StoreEvent & { readonly type: 'put' }) => StoredItem,
  textPrefix: string,
  storePrefix: string,
  at: number,
): StoredEvent[] {
  const known = new Map<string, StoredItem>();
  return history.map((event): StoredEvent => {
    const key = event.key.slice(storePrefix.length);
    const before = known.get(key);
    if (event.type === 'put') {
      const item = parse(event);
      item.supersede();
      known.set(key, item);
      return { revision: event.revision, deleted: false, item, previous: before ?? (event.created ? undefined : item), at, lines: new Map() };
    }
    known.delete(key);
    const last =
      before ??
      (event.value === undefined ? tombstone(key, event.revision, textPrefix) : parse({ ...event, type: 'put', value: event.value, created: false }));
    return { revision: event.revision, deleted: true, item: atRevision(textPrefix, last, event.revision), previous: before, at, lines: new Map() };
  });
}

function tombstone(key: string, revision: number, textPrefix: string): StoredItem {
  const slash = key.indexOf('/');
  const namespace = slash < 0 ? '' : key.slice(0, slash);
  const meta = { resourceVersion: String(revision), name: key.slice(slash + 1), ...(namespace === '' ? {} : { namespace }) };
  const text = `${textPrefix}${JSON.stringify(meta).slice(1)}}`;
  return new StoredItem(key, JSON.parse(text) as Live, revision);
}
