/** What the SQLite store and its worker thread say to each other. Rows are tuples: they are cloned between threads in bulk. */

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
  | { readonly type: 'close' };

export interface Replies {
  write: { readonly outcomes: readonly Outcome[] };
  get: { readonly row: Row | undefined };
  list: { readonly rows: readonly Row[]; readonly more: boolean; readonly revision: number };
  /** `compacted` is set where the history asked for is gone. */
  history: { readonly changes: readonly Change[]; readonly revision: number; readonly compacted?: number };
  compact: Record<string, never>;
  close: Record<string, never>;
}

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
  | { readonly type: 'reply'; readonly id: number; readonly reply: Replies[Request['type']] }
  | { readonly type: 'failed'; readonly id: number; readonly message: string }
  /** Keys whose time to live is over have been deleted. */
  | { readonly type: 'expired'; readonly rows: readonly Row[] };
