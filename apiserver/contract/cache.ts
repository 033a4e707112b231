import type { KindDefinition } from '../../api/definition/kind.ts';
import type { Live } from '../../api/meta/object.ts';

/** An object in the cache: immutable, and encoded once. */
export interface CacheItem {
  /** `namespace/name`, or `name`. */
  readonly key: string;
  readonly namespace: string;
  readonly object: Live;
  readonly revision: number;
  /** The object's JSON, resourceVersion included. */
  readonly text: string;
  /** `text` if it has been made already. */
  readonly encodedText: string | undefined;
  /** Length of `text` as UTF-8, in bytes. */
  readonly size: number;
}

/** A change as the cache's subscribers see it. */
export interface CacheEvent {
  readonly revision: number;
  readonly deleted: boolean;
  /** The object after the change; for a deletion its last state, with the deletion's resourceVersion. */
  readonly item: CacheItem;
  /** The object before the change; undefined for a creation. */
  readonly previous: CacheItem | undefined;
  /** The time at which the cache took it, in milliseconds on the clock's monotonic scale. */
  readonly at: number;
  /** Encoded forms, shared by all watchers that want the same. */
  readonly lines: Map<string, Buffer>;
}

/** Objects listed at one revision. */
export interface Snapshot {
  readonly items: readonly CacheItem[];
  readonly revision: number;
}

export interface Subscriber {
  /** Called in revision order, as the cache applies a change; must not block or throw. */
  readonly deliver: (event: CacheEvent) => void;
  /** Called if the feed had a gap: the subscriber may have missed changes. It is unsubscribed and should end. */
  readonly broken: () => void;
  /**
   * Set for a subscriber that wants the newest states, not every change: after a gap it stays, and gets one event for each object that changed
   * or was deleted meanwhile.
   */
  readonly survivesGaps?: true;
}

/** A field by whose value a list or watch may be narrowed. */
export interface FieldTerm {
  readonly field: string;
  readonly value: string;
}

export interface LabelTerm {
  readonly key: string;
  readonly value: string;
}

/** All objects of one storage prefix, in memory, current, ordered and encoded, with the newest events to resume watches from. */
export interface WatchCache {
  /** The kind whose form is stored. */
  readonly kind: KindDefinition;
  /** The beginning of each item's text, up to metadata's fields. */
  readonly textPrefix: string;
  /** Everything up to this revision of the store is here. */
  readonly revision: number;
  readonly size: number;
  /** The subscriptions that are told of every change; those narrowed to one value of a field do not count. */
  readonly watchers: number;
  get(key: string): CacheItem | undefined;
  /** Lists the items of a namespace (all of them for an empty one) in key order, as of now. */
  snapshot(namespace: string): Snapshot;
  /** Keeps a snapshot for a while, so that a list that comes in chunks is of one revision. */
  keep(namespace: string, snapshot: Snapshot): void;
  kept(namespace: string, revision: number): Snapshot | undefined;
  /** Lists the items with this value of an indexed field; returns undefined if the field has no index. */
  indexed(field: string, value: string): readonly CacheItem[] | undefined;
  /** Lists the items of a namespace that can have all of these labels; returns undefined if looking at all of them is as good. */
  labelled(namespace: string, labels: readonly LabelTerm[]): readonly CacheItem[] | undefined;
  /**
   * Delivers every change after `revision`: past ones at once, the others as they come. With `index` only changes of objects that have the
   * value, or had it, are delivered. Returns a function that ends the subscription, or undefined if `revision` is older than the cache remembers.
   */
  subscribe(revision: number, subscriber: Subscriber, index?: FieldTerm): (() => void) | undefined;
  /**
   * Makes the events after `revision` available again, from the store's history: after a restart watches resume where they were.
   * Events that the store has forgotten too stay forgotten.
   */
  recall(revision: number): Promise<void>;
  /**
   * Resolves when everything up to `revision` is here, asking the store for a sign of it: nothing under this prefix may have changed.
   * @throws StatusError Timeout if the store's watch is too far behind.
   */
  catchUp(revision: number): Promise<void>;
  /** Whether the revision was reached within so many milliseconds. */
  reachedWithin(revision: number, ms: number): Promise<boolean>;
  /** Ends all subscriptions, and the feed once no write can be under way any more: another cache takes its place. */
  retire(): void;
  /** Ends all subscriptions and the feed. */
  close(): void;
}
