import type { KindDefinition } from '../../api/definition/kind.ts';
import type { Strategy } from '../../api/definition/strategy.ts';
import type { KubeObject, Live } from '../../api/meta/object.ts';
import type { ResourceName } from '../../api/meta/status-error.ts';
import type { CacheItem, WatchCache } from './cache.ts';

/** The outcome of a write. A lost race is a value: `current` is the object that is there instead, undefined if there is none. */
export type WriteOutcome = { readonly ok: true; readonly item: CacheItem } | { readonly ok: false; readonly current: CacheItem | undefined };

/** The objects of one storage prefix: reads come from the cache; a write is done once the cache shows it. */
export interface Storage {
  readonly cache: WatchCache;
  /** Resolves when the cache is as new as the store is now; returns undefined if this is the only server, where it always is. */
  fresh(): Promise<void> | undefined;
  create(key: string, object: KubeObject, ttlSeconds?: number): Promise<WriteOutcome>;
  update(current: CacheItem, object: KubeObject, ttlSeconds?: number): Promise<WriteOutcome>;
  /** The item of the outcome is the last state, with the deletion's resourceVersion. */
  delete(current: CacheItem): Promise<WriteOutcome>;
  /** Whether writing the object over the item would change nothing. */
  same(current: CacheItem, object: KubeObject): boolean;
}

/** An item of the cache in the form of a served kind. */
export interface ServedForm {
  readonly object: KubeObject;
  /** The object's JSON. */
  readonly text: string;
}

/**
 * Converts between the form of a served kind and the form that is stored. A conversion that takes time returns promises; others return
 * their results, and callers await nothing. Functions do not need `this`.
 */
export interface Conversion {
  /** Converts an object to the stored form. It may be changed or returned as it is. */
  readonly toStored: (object: KubeObject) => KubeObject | Promise<KubeObject>;
  /** Converts an object in the stored form, which stays as it is. */
  readonly fromStored: (object: KubeObject) => KubeObject | Promise<KubeObject>;
  /** Returns the served form of an item. It is made once an item; from then on it is returned at once. */
  readonly served: (item: CacheItem) => ServedForm | Promise<ServedForm>;
  /**
   * Returns an item in the form that writes over it are prepared and validated in: the stored one, and the served one, which must be made, of
   * kinds with a converter.
   */
  readonly base: (item: CacheItem) => Live;
  /** Returns the served form of an item that `served` has made, or makes at once. @throws Error if it is not made yet. */
  readonly made: (item: CacheItem) => ServedForm;
}

/** A served kind with all that the pipeline needs to serve it. */
export interface Resource {
  readonly kind: KindDefinition;
  readonly name: ResourceName;
  /** The kind in whose form objects are kept; the same as `kind` for most. */
  readonly stored: KindDefinition;
  readonly isStoredForm: boolean;
  readonly conversion: Conversion;
  /** The rules for objects that come by this version; they go by the stored form. */
  readonly rules: Strategy<KubeObject>;
  readonly storage: Storage;
  /** Counts the events that its watches have sent. */
  readonly watched: { events: number };
}

/** The kinds a server serves, each with its storage; custom resources come and go as it runs. */
export interface Registry {
  find(group: string, version: string, plural: string): Resource | undefined;
  /** Finds the first resource of a kind of object, as an owner reference or a body names it. */
  findKind(group: string, version: string, kind: string): Resource | undefined;
  readonly kinds: readonly KindDefinition[];
  /** Serves a kind; resolves once its objects are in the cache. Replaces a kind of the same group, version and plural. */
  add(kind: KindDefinition): Promise<void>;
  /** Serves a kind no longer; its watches end. Stored objects stay. */
  remove(kind: KindDefinition): void;
  /** Calls the listener after every change of the set of kinds. */
  onChange(listener: () => void): void;
  storageOf(prefix: string): Storage | undefined;
  close(): void;
}
