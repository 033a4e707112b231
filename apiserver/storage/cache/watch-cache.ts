import type { KindDefinition } from '../../../api/definition/kind.ts';
import { apiVersionOf } from '../../../api/definition/kind.ts';
import type { KubeObject, Live } from '../../../api/meta/object.ts';
import { StatusError } from '../../../api/meta/status-error.ts';
import type { Clock } from '../../../base/clock.ts';
import type { Logger } from '../../../base/log.ts';
import type { Store, StoredValue, StoreEvent, WatchBatch } from '../../../store/store.ts';
import { CompactedError } from '../../../store/store.ts';
import type { FieldTerm, LabelTerm, Snapshot, Subscriber, WatchCache } from '../../contract/cache.ts';
import { atRevision, deepFreeze, ordered, StoredItem, textPrefixOf, typeOfStored, withRevision } from './cache-item.ts';
import type { StoredEvent } from './event-ring.ts';
import { EventRing } from './event-ring.ts';
import type { ExpectedWrite } from './expected-writes.ts';
import { ExpectedWrites } from './expected-writes.ts';
import { ItemIndex } from './item-index.ts';
import { KeptSnapshots } from './kept-snapshots.ts';
import { Progress } from './progress.ts';
import { readHistory, replayed } from './replay.ts';
import { objectIn, UnreadableError } from './stored-object.ts';
import { Subscriptions } from './subscriptions.ts';

export interface WatchCacheOptions {
  readonly store: Store;
  /** The kind whose form is stored. */
  readonly kind: KindDefinition;
  readonly clock: Clock;
  readonly log: Logger;
  /** Freeze every object: a reader that changes a shared one fails at once. For tests; costs time. */
  readonly freeze?: boolean;
}

const PAGE = 500;
const TRIM_MS = 15_000;
const ASK_AGAIN_MS = 100;
const CATCH_UP_MS = 5000;
/** Longer than any write takes. */
const RETIRED_MS = 60_000;

/**
 * All objects of one storage prefix, in memory, current, ordered and encoded, with the newest events to resume watches from.
 *
 * It is fed by the store's watch alone: own writes and those of other servers arrive the same way, in revision order.
 * A client that has been told of a write's success finds it here (`Storage` waits for `reached`).
 */
export class StoreWatchCache implements WatchCache {
  readonly kind: KindDefinition;
  readonly prefix: string;
  readonly textPrefix: string;
  private readonly options: WatchCacheOptions;
  private readonly items: ItemIndex;
  private readonly ring = new EventRing(0);
  private readonly chunks = new KeptSnapshots();
  private readonly subscriptions: Subscriptions;
  private readonly expected = new ExpectedWrites();
  private readonly progress: Progress;
  private readonly stop = new AbortController();
  private trimmedAt = 0;
  private requestProgress: (() => void) | undefined;

  constructor(options: WatchCacheOptions) {
    this.options = options;
    this.kind = options.kind;
    this.prefix = `/registry/${options.kind.storagePrefix}/`;
    this.textPrefix = textPrefixOf(options.kind);
    this.items = new ItemIndex(options.kind);
    this.subscriptions = new Subscriptions(this.items);
    this.progress = new Progress(options.clock);
  }

  get revision(): number {
    return this.progress.revision;
  }

  /** Fills the cache; resolves once it is complete and live. Rejects when the store is broken. */
  async start(): Promise<void> {
    await this.fill();
    const { done, requestProgress } = await this.options.store.watch(this.prefix, this.revision, (batch) => this.apply(batch), this.stop.signal);
    this.requestProgress = requestProgress;
    void done.then(
      () => this.refeed(undefined),
      (error: unknown) => this.refeed(error),
    );
  }

  /** Ends all watches now, and the feed later: writes under way find their results here. */
  retire(): void {
    this.subscriptions.end();
    this.options.clock.after(RETIRED_MS, () => this.close(), 'background');
  }

  close(): void {
    this.stop.abort();
    this.subscriptions.end();
  }

  get(key: string): StoredItem | undefined {
    return this.items.get(key);
  }

  get size(): number {
    return this.items.size;
  }

  get watchers(): number {
    return this.subscriptions.size;
  }

  /** The items of a namespace (all of them for an empty one) in key order, as of now. */
  snapshot(namespace: string): Snapshot {
    return { items: this.items.list(namespace), revision: this.revision };
  }

  /** Keeps a snapshot for a while, so that a list that comes in chunks is of one revision. */
  keep(namespace: string, snapshot: Snapshot): void {
    this.chunks.keep(namespace, snapshot, this.options.clock.monotonic());
  }

  kept(namespace: string, revision: number): Snapshot | undefined {
    return this.chunks.find(namespace, revision, this.options.clock.monotonic());
  }

  /** The items with this value of an indexed field; undefined where the field has no index. */
  indexed(field: string, value: string): readonly StoredItem[] | undefined {
    return this.items.byField(field, value);
  }

  /** The items of a namespace that can have all of these labels; undefined where looking at all of them is as good. */
  labelled(namespace: string, labels: readonly LabelTerm[]): readonly StoredItem[] | undefined {
    return this.items.byLabels(namespace, labels);
  }

  subscribe(revision: number, subscriber: Subscriber, index?: FieldTerm): (() => void) | undefined {
    if (revision < this.ring.floor) return undefined;
    return this.subscriptions.add(subscriber, this.ring.after(revision), index);
  }

  /**
   * Makes the events after `revision` available again, from the store's history: after a restart watches resume where they were.
   * Changes that the store has compacted stay forgotten.
   */
  async recall(revision: number): Promise<void> {
    const { store, clock } = this.options;
    const to = this.ring.floor;
    if (revision >= to) return;
    try {
      const history = await readHistory(store, this.prefix, revision, to);
      if (this.ring.floor !== to) return;
      this.ring.prepend(
        replayed(history, (stored) => this.parse(stored), this.textPrefix, clock.monotonic()),
        revision,
      );
    } catch (error) {
      if (!(error instanceof CompactedError)) throw error;
    }
  }

  /** Announces a write, so that its object is used when the feed brings it. Call before the store is asked. */
  expect(key: string, value: string, object: KubeObject): ExpectedWrite {
    return this.expected.add(key, value, object);
  }

  /** The write is settled, one way or the other. */
  forget(write: ExpectedWrite): void {
    this.expected.settle(write);
  }

  /** Returns undefined if everything up to `revision` is here, otherwise a promise that resolves when it is. */
  reached(revision: number): Promise<void> | undefined {
    return this.progress.reached(revision);
  }

  /**
   * Resolves when everything up to `revision` is here, asking the store for a sign of it: nothing under this prefix may have changed.
   * @throws StatusError Timeout when the store's watch is too far behind.
   */
  async catchUp(revision: number): Promise<void> {
    for (let waited = 0; waited < CATCH_UP_MS; waited += ASK_AGAIN_MS) {
      if (this.revision >= revision) return;
      this.requestProgress?.();
      if (await this.reachedWithin(revision, ASK_AGAIN_MS)) return;
    }
    throw new StatusError('Timeout', `the cache of ${this.kind.plural} did not reach resource version ${revision} in time`, { retryAfterSeconds: 1 });
  }

  reachedWithin(revision: number, ms: number): Promise<boolean> {
    return this.progress.reachedWithin(revision, ms);
  }

  private async fill(): Promise<void> {
    const seen = new Set<string>();
    const missed: Pick<StoredEvent, 'item' | 'previous' | 'deleted'>[] = [];
    let newest = 0;
    let after: string | undefined;
    let revision: number | undefined;
    for (;;) {
      const page = await this.options.store.list(this.prefix, { limit: PAGE, ...(after === undefined ? {} : { after }) });
      // Changes between the pages come again through the watch, which starts at the first page's revision.
      revision ??= page.revision;
      for (const stored of page.items) {
        const item = this.parse(stored);
        seen.add(item.key);
        newest = Math.max(newest, item.revision);
        const previous = this.items.get(item.key);
        if (previous?.revision === item.revision) continue;
        this.items.put(item);
        missed.push({ item, previous, deleted: false });
      }
      after = page.items.at(-1)?.key;
      if (!page.more || after === undefined) break;
    }
    for (const item of [...this.items.values()]) {
      if (seen.has(item.key)) continue;
      this.items.delete(item);
      missed.push({ item: atRevision(this.textPrefix, item, revision), previous: item, deleted: true });
    }
    this.ring.reset(Math.max(revision, newest));
    this.progress.advance(revision);
    const at = this.options.clock.monotonic();
    for (const change of missed) this.subscriptions.tellAll({ ...change, revision: change.item.revision, at, lines: new Map() });
  }

  /** Starts over, as every watcher must, after the feed has ended by itself: changes since then are unknown. */
  private async refeed(error: unknown): Promise<void> {
    if (this.stop.signal.aborted) return;
    this.options.log.warn({ err: error, prefix: this.prefix }, 'the watch on the store ended; reading everything anew');
    this.subscriptions.endAtGap();
    try {
      await this.start();
    } catch (failure) {
      this.options.clock.after(1000, () => void this.refeed(failure));
    }
  }

  private apply(batch: WatchBatch): void {
    for (const event of batch.events) this.take(event);
    this.progress.advance(batch.revision);
    // Progress of other kinds comes by here too, so that a quiet cache lets go of what it remembers.
    const now = this.options.clock.monotonic();
    if (now - this.trimmedAt < TRIM_MS) return;
    this.trimmedAt = now;
    this.ring.trim(now);
  }

  /** Applies a change. One that cannot be read is left out: the store's other watchers, and its writers, must not suffer from it. */
  private take(event: StoreEvent): void {
    try {
      this.applyEvent(event);
    } catch (error) {
      if (!(error instanceof UnreadableError)) throw error;
      this.options.log.error({ err: error, key: event.key, revision: event.revision }, 'a change was left out');
    }
  }

  private applyEvent(event: StoreEvent): void {
    const key = event.key.slice(this.prefix.length);
    const previous = this.items.get(key);
    if (previous && previous.revision >= event.revision) return;
    let item: StoredItem;
    if (event.type === 'delete') {
      if (!previous) return;
      item = atRevision(this.textPrefix, previous, event.revision);
      if (this.options.freeze) deepFreeze(item.object);
      this.items.delete(previous);
    } else {
      item = this.own(key, event) ?? this.parse(event);
      this.items.put(item);
    }
    this.progress.note(event.revision);
    this.publish({
      revision: event.revision,
      deleted: event.type === 'delete',
      item,
      previous,
      at: this.options.clock.monotonic(),
      lines: new Map(),
    });
  }

  private publish(event: StoredEvent): void {
    this.ring.push(event);
    this.subscriptions.publish(event);
    // The encoded lines have been delivered; a watch that resumes from the ring encodes anew the few that it asks for.
    event.lines.clear();
    event.previous?.supersede();
    if (event.deleted) event.item.supersede();
  }

  private own(key: string, event: StoredValue): StoredItem | undefined {
    const write = this.expected.find(key, event.value);
    if (!write?.written) return undefined;
    write.item = this.item(key, event, write.written.object);
    return write.item;
  }

  private parse(stored: StoredValue): StoredItem {
    const object = objectIn(stored);
    const key = stored.key.slice(this.prefix.length);
    const { converter, reading } = this.kind;
    if (converter) {
      const read = ordered(typeOfStored(this.kind, object), converter.read(object));
      return this.item(key, { ...stored, value: JSON.stringify(read) }, read);
    }
    if (reading) {
      const read = ordered(this.kind, reading.read(object));
      return this.item(key, { ...stored, value: JSON.stringify(read) }, read);
    }
    if (stored.value.startsWith(this.textPrefix)) return this.item(key, stored, object);
    // It was written by a server that orders fields otherwise, or in another version whose form is the same.
    const { kind: _kind, apiVersion: _apiVersion, metadata, ...rest } = object;
    const value = `${this.textPrefix}${JSON.stringify({ ...metadata }).slice(1)}${restText(rest)}`;
    return this.item(key, { ...stored, value }, { ...rest, kind: this.kind.kind, apiVersion: apiVersionOf(this.kind), metadata });
  }

  private item(key: string, stored: StoredValue, object: KubeObject): StoredItem {
    object.metadata ??= {};
    object.metadata.resourceVersion = String(stored.revision);
    if (this.options.freeze) deepFreeze(object);
    const prefix = this.kind.converter ? textPrefixOf(typeOfStored(this.kind, object)) : this.textPrefix;
    return new StoredItem(key, object as Live, stored.revision, withRevision(prefix, stored.value, stored.revision));
  }
}

const restText = (rest: object): string => {
  const text = JSON.stringify(rest);
  return text === '{}' ? '}' : `,${text.slice(1)}`;
};
