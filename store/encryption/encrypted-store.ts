import type { Store, StoredValue, StoreEvent, WriteResult } from '../store.ts';
import { StoreError } from '../store-error.ts';
import type { ValueCodec } from './providers.ts';

export interface EncryptedStoreOptions {
  /** Returns how the value of a key is stored; undefined if it is stored as it is. */
  readonly codecFor: (key: string) => ValueCodec | undefined;
  /** Told of each change that could not be decrypted; watchers are not. */
  readonly failed: (error: StoreError) => void;
}

/**
 * A store that keeps chosen values encrypted in another one.
 *
 * A value that cannot be decrypted fails its reader with a StoreError (Damaged) that names the object and the key. In a watch it is left
 * out, and `probe` fails until it has been read, or is gone: one bad value does not end the watch of all others.
 * Values that a write would store otherwise are remembered (`isStale`), in proportion to their number.
 */
export function encryptedStore(store: Store, { codecFor, failed }: EncryptedStoreOptions): Store {
  /** Keys whose newest known value is stored in another form than the first provider's, with its revision. */
  const stale = new Map<string, number>();
  const faults = new Map<string, StoreError>();

  function decrypted({ key, value, revision }: StoredValue): string {
    const codec = codecFor(key);
    if (!codec) return value;
    try {
      const plain = codec.decrypt(value, key);
      if (plain.stale) stale.set(key, revision);
      else if ((stale.get(key) ?? Number.POSITIVE_INFINITY) <= revision) stale.delete(key);
      if (faults.size > 0) faults.delete(key);
      return plain.value;
    } catch (error) {
      throw new StoreError('Damaged', error instanceof Error ? error.message : String(error), { cause: error });
    }
  }
  const opened = (stored: StoredValue): StoredValue => ({ ...stored, value: decrypted(stored) });
  const encrypted = (key: string, value: string): string => codecFor(key)?.encrypt(value, key) ?? value;
  const result = (outcome: WriteResult): WriteResult => (outcome.ok || !outcome.current ? outcome : { ok: false, current: opened(outcome.current) });

  function openedEvent(event: StoreEvent): StoreEvent {
    if (event.type === 'put') {
      // The previous value first: the newest one decides what is stale.
      const previous = event.previous && opened(event.previous);
      return { ...event, value: decrypted(event), ...(previous && { previous }) };
    }
    const { key, value, revision } = event;
    return { ...event, value: value === undefined ? undefined : decrypted({ key, value, revision }) };
  }

  function openedOrNone(event: StoreEvent): readonly StoreEvent[] {
    if (!codecFor(event.key)) return [event];
    try {
      return [openedEvent(event)];
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      // A deletion is told without the value: the object is gone all the same.
      if (event.type === 'delete') return [{ ...event, value: undefined }];
      faults.set(event.key, error);
      failed(error);
      return [];
    } finally {
      if (event.type === 'delete') {
        stale.delete(event.key);
        faults.delete(event.key);
      }
    }
  }

  return {
    async get(key) {
      const stored = await store.get(key);
      return stored && opened(stored);
    },
    async list(prefix, options) {
      const list = await store.list(prefix, options);
      return { ...list, items: list.items.map(opened) };
    },
    create: async (key, value, options) => result(await store.create(key, encrypted(key, value), options)),
    update: async (key, value, revision, options) => result(await store.update(key, encrypted(key, value), revision, options)),
    delete: async (key, revision) => result(await store.delete(key, revision)),
    watch: (prefix, after, sink, signal) =>
      store.watch(prefix, after, ({ events, revision }) => sink({ events: events.flatMap(openedOrNone), revision }), signal),
    compact: (revision) => store.compact(revision),
    revision: () => store.revision(),
    async probe() {
      const [fault] = faults.values();
      if (fault) throw fault;
      await store.probe();
    },
    isStale: (key, revision) => stale.get(key) === revision,
    close: () => store.close(),
  };
}
