import type { Failure } from './faults.ts';

/** The messages between the SQLite store and its worker thread. Rows are tuples: they are cloned between threads in bulk. */

/** [key, value, revision] */
export type Row = readonly [key: string, value: string, revision: number];

export type Write =
  /** `expected` 0: the key must not exist. `expiresAt` in milliseconds since the epoch. */
  | { readonly op: 'put'; readonly key: string; readonly value: string; readonly expected: number; readonly expiresAt?: number }
  | { readonly op: 'delete'; readonly key: string; readonly expected: number };

export type Outcome =
  | { readonly ok: true; readonly revision: number /** The value before a deletion. */; readonly old?: string }
  | { readonly ok: false; readonly current: Row | undefined };

export type Request =
  | { readonly type: 'write'; readonly writes: readonly Write[] }
  | { readonly type: 'get'; readonly key: string }
  | { readonly type: 'list'; readonly prefix: string; readonly after: string; readonly limit: number }
  | { readonly type: 'history'; readonly prefix: string; readonly after: number }
  /** Forgets a part of the history up to the revision; asked again until the reply says that it is done. */
  | { readonly type: 'compact'; readonly revision: number }
  /** Deletes keys whose time to live is over at `now`, in milliseconds since the epoch: the thread has no clock of its own. */
  | { readonly type: 'expire'; readonly now: number }
  /** Fails if writes cannot be made. Writes only if the last write failed, or the disk is nearly full. */
  | { readonly type: 'probe' }
  | { readonly type: 'close' };

export interface Replies {
  write: { readonly outcomes: readonly Outcome[] };
  get: { readonly row: Row | undefined };
  list: { readonly rows: readonly Row[]; readonly more: boolean; readonly revision: number };
  /** `compacted` is set if the requested history is gone. */
  history: { readonly changes: readonly Change[]; readonly revision: number; readonly compacted?: number };
  compact: { readonly done: boolean };
  /** The deleted keys with their last values and the revisions of the deletions. */
  expire: { readonly rows: readonly Row[] };
  probe: Record<string, never>;
  close: Record<string, never>;
}

export type Reply = Replies[Request['type']];

/** A value of null is a deletion. */
export interface Change {
  readonly key: string;
  readonly value: string | null;
  readonly revision: number;
  /** The revision that the change superseded; 0 if it created the key. */
  readonly previous: number;
  /** The value before the change. */
  readonly old: string | null;
}

/** Each request is answered by one `reply` or `failed`, in the order of the requests. */
export type FromWorker =
  | { readonly type: 'opened'; readonly revision: number }
  | { readonly type: 'reply'; readonly reply: Reply }
  /** The file could not be opened. */
  | { readonly type: 'unopened'; readonly failure: Failure }
  | { readonly type: 'failed'; readonly failure: Failure };
