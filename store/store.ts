/**
 * The one interface between skiff and what keeps its state.
 *
 * Guarantees of every implementation (the contract suite in test/contract checks them):
 * - One global revision, strictly increasing; every committed write takes exactly one.
 * - A write is conditional on the revision it expects; a lost race is a value, never an exception. Only broken infrastructure throws, and
 *   objects that are too large: a StoreError that names the fault.
 * - A write that returned `ok` is durable (for `memory`: for the life of the process).
 * - Watch is ordered by revision, delivers every write exactly once, and can resume from any revision not yet compacted.
 *
 * Values are JSON text without metadata.resourceVersion: the revision that last changed a key is its resource version.
 */
export interface Store {
  get(key: string): Promise<StoredValue | undefined>;
  /** All keys under `prefix` in key order, as of one revision. */
  list(prefix: string, options?: ListOptions): Promise<StoreList>;
  /** Fails with `current` when the key exists. */
  create(key: string, value: string, options?: WriteOptions): Promise<WriteResult>;
  /** Fails unless the key's revision is `expectedRevision`. */
  update(key: string, value: string, expectedRevision: number, options?: WriteOptions): Promise<WriteResult>;
  /** Fails unless the key's revision is `expectedRevision`; on success `revision` is that of the deletion. */
  delete(key: string, expectedRevision: number): Promise<WriteResult>;
  /**
   * Calls `sink` with every change under `prefix` after `afterRevision`, in order, in batches; ends when `signal` aborts.
   * The returned promise resolves once the watch is established (live), with a `done` promise inside that settles when it ends.
   * @throws CompactedError when `afterRevision` is older than the last compaction.
   */
  watch(prefix: string, afterRevision: number, sink: (batch: WatchBatch) => void, signal: AbortSignal): Promise<StoreWatch>;
  /** Forgets history up to and including `revision`; watches and lists from before it fail from then on. */
  compact(revision: number): Promise<void>;
  /** The newest committed revision. */
  revision(): Promise<number>;
  /** Resolves if the store answers and takes writes. Rejects with the reason otherwise, which may take as long as a request. */
  probe(): Promise<void>;
  /**
   * Whether the value that the key has at this revision is stored in another form than a write would give it now (encrypted with another
   * key, or not at all): writing it again changes something. Left out if there is one form only.
   */
  isStale?(key: string, revision: number): boolean;
  close(): Promise<void>;
}

export interface StoreWatch {
  readonly done: Promise<void>;
  /**
   * Asks for a batch (an empty one, if need be) that says how far the watch is: where other processes write to the store too, silence
   * says nothing. Left out where every watch hears of every revision at once.
   */
  requestProgress?(): void;
}

export interface StoredValue {
  readonly key: string;
  readonly value: string;
  /** The revision that last changed the key. */
  readonly revision: number;
}

export interface ListOptions {
  readonly limit?: number;
  /** Start after this key (exclusive): continues a limited list. */
  readonly after?: string;
}

export interface StoreList {
  readonly items: readonly StoredValue[];
  /** The revision the list is of. */
  readonly revision: number;
  readonly more: boolean;
}

export interface WriteOptions {
  /** The key is deleted by the store this long after the write. */
  readonly ttlSeconds?: number;
}

export type WriteResult = { readonly ok: true; readonly revision: number } | { readonly ok: false; readonly current: StoredValue | undefined };

export type StoreEvent =
  | {
      readonly type: 'put';
      readonly key: string;
      readonly value: string;
      readonly revision: number;
      readonly created: boolean;
      /** The key's state before the change. Every change that a watch reads from the history has it; it may be left out of live ones. */
      readonly previous?: StoredValue;
    }
  /** `value` is the last one before the deletion, unless the store has lost it. */
  | { readonly type: 'delete'; readonly key: string; readonly value: string | undefined; readonly revision: number };

export interface WatchBatch {
  readonly events: readonly StoreEvent[];
  /** Everything under the prefix up to this revision has been delivered (a bookmark when `events` is empty). */
  readonly revision: number;
}

/** The history asked for is gone. */
export class CompactedError extends Error {
  override readonly name = 'CompactedError';
  readonly compactedRevision: number;
  constructor(compactedRevision: number) {
    super(`required revision has been compacted; the oldest available is after ${compactedRevision}`);
    this.compactedRevision = compactedRevision;
  }
}
