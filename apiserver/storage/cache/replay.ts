import type { Store, StoredValue, StoreEvent } from '../../../store/store.ts';
import { CompactedError } from '../../../store/store.ts';
import type { StoredItem } from './cache-item.ts';
import { atRevision } from './cache-item.ts';
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
 * Turns history into the events that subscribers were sent when it happened.
 * @throws CompactedError if the state before a change is not known any more: it decides who is told of the change.
 */
export function replayed(history: readonly StoreEvent[], parse: (stored: StoredValue) => StoredItem, textPrefix: string, at: number): StoredEvent[] {
  const known = new Map<string, StoredItem>();
  const before = (event: StoreEvent): StoredItem | undefined => {
    const item = known.get(event.key);
    if (item) return item;
    if (event.type === 'put' && event.created) return undefined;
    const previous = event.type === 'put' ? event.previous : lastOf(event);
    if (!previous) throw new CompactedError(event.revision);
    return pastItem(parse, previous);
  };
  return history.map((event): StoredEvent => {
    const previous = before(event);
    const rest = { revision: event.revision, at, lines: new Map<string, Buffer>() };
    if (event.type === 'put') {
      const item = pastItem(parse, event);
      known.set(event.key, item);
      return { ...rest, deleted: false, item, previous };
    }
    known.delete(event.key);
    if (!previous) throw new CompactedError(event.revision);
    return { ...rest, deleted: true, item: atRevision(textPrefix, previous, event.revision), previous };
  });
}

const lastOf = ({ key, value, revision }: StoreEvent & { readonly type: 'delete' }): StoredValue | undefined =>
  value === undefined ? undefined : { key, value, revision };

function pastItem(parse: (stored: StoredValue) => StoredItem, stored: StoredValue): StoredItem {
  const item = parse(stored);
  item.supersede();
  return item;
}
