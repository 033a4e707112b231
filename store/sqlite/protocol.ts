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
  | { readonly type: 'compact'; readonly revision: number }
  /** Deletes keys whose time to live is over at `now`, in milliseconds since the epoch: the thread has no clock of its own. */
  | { readonly type: 'expire'; readonly now: number }
  | { readonly type: 'close' };

export interface Replies {
  write: { readonly outcomes: readonly Outcome[] };
  get: { readonly row: Row | undefined };
  list: { readonly rows: readonly Row[]; readonly more: boolean; readonly revision: number };
  /** `compacted` is set if the requested history is gone. */
  history: { readonly changes: readonly Change[]; readonly revision: number; readonly compacted?: number };
  compact: Record<string, never>;
  /** The deleted keys with their last values and the revisions of the deletions. */
  expire: { readonly rows: readonly Row[] };
  close: Record<string, never>;
}

export type Reply = Replies[Request['type']];

/** A value of null is a deletion. */
export interface Change {
  readonly key: string;
  readonly value: string | null;
  readonly revision: number;
  readonly created: boolean;
}

export type ToWorker = { readonly id: number; readonly request: Request };

export type FromWorker =
  | { readonly type: 'opened'; readonly revision: number }
  | { readonly type: 'reply'; readonly id: number; readonly reply: Reply }
  | { readonly type: 'failed'; readonly id: number; readonly message: string };
