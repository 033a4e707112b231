import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type { FromWorker, Outcome, Reply, Request, Row, ToWorker, Write } from './protocol.ts';

/**
 * The thread that owns the database file. A commit waits for the disk (1–100 ms): here it blocks only the writes that wait for it.
 * Time comes with the messages.
 *
 * `log` holds every change, by revision, with the revision it superseded (0: it created the key; a null value is a deletion);
 * `current` points to the newest change of each live key.
 */
const { file } = workerData as { file: string };
const COMPACT_WINDOW = 1_000;

const db = new DatabaseSync(file);
db.exec(`
  PRAGMA auto_vacuum = INCREMENTAL;
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA cache_size = -4000;
  CREATE TABLE IF NOT EXISTS log (revision INTEGER PRIMARY KEY, key TEXT NOT NULL, value TEXT, previous INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS current (key TEXT PRIMARY KEY, revision INTEGER NOT NULL, expires INTEGER) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS current_expires ON current (expires) WHERE expires IS NOT NULL;
  CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`);

const select = {
  row: db.prepare('SELECT current.key, value, current.revision FROM current JOIN log ON log.revision = current.revision WHERE current.key = ?'),
  pointer: db.prepare('SELECT revision FROM current WHERE key = ?'),
  range: db.prepare(
    'SELECT current.key, value, current.revision FROM current JOIN log ON log.revision = current.revision WHERE current.key > ? AND current.key < ? ORDER BY current.key LIMIT ?',
  ),
  history: db.prepare('SELECT key, value, revision, previous FROM log WHERE revision > ? AND key >= ? AND key < ? ORDER BY revision'),
  expired: db.prepare('SELECT key, revision FROM current WHERE expires IS NOT NULL AND expires <= ? LIMIT 500'),
  newest: db.prepare('SELECT max(revision) AS revision FROM log'),
  meta: db.prepare('SELECT value FROM meta WHERE name = ?'),
};
const write = {
  log: db.prepare('INSERT INTO log (revision, key, value, previous) VALUES (?, ?, ?, ?)'),
  point: db.prepare(
    'INSERT INTO current (key, revision, expires) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET revision = excluded.revision, expires = excluded.expires',
  ),
  unpoint: db.prepare('DELETE FROM current WHERE key = ?'),
  meta: db.prepare('INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value'),
  forgetSuperseded: db.prepare('DELETE FROM log WHERE revision IN (SELECT previous FROM log WHERE revision > ? AND revision <= ? AND previous > 0)'),
  forgetDeletions: db.prepare('DELETE FROM log WHERE revision > ? AND revision <= ? AND value IS NULL'),
};
for (const statement of [select.row, select.range]) statement.setReturnArrays(true);

/** Revisions start above 1, as in etcd: revision 1 is the empty store. */
let revision = Math.max(1, Number(select.newest.get()?.revision ?? 0));
let compacted = Number(select.meta.get('compacted')?.value ?? 0);

/** The key right after all keys that begin with `prefix`. */
const endOf = (prefix: string): string => `${prefix}\u{10ffff}`;
/** The result of a statement that returns arrays: its columns are those of a row. */
const rowIn = (result: unknown): Row | undefined => result as Row | undefined;
const rowsIn = (result: unknown): readonly Row[] => result as readonly Row[];
const rowOf = (key: string): Row | undefined => rowIn(select.row.get(key));

function apply(change: Write): Outcome {
  const at = Number(select.pointer.get(change.key)?.revision ?? 0);
  if (at !== change.expected) return { ok: false, current: rowOf(change.key) };
  if (change.op === 'delete') {
    const old = rowOf(change.key)?.[1];
    if (old === undefined) return { ok: false, current: undefined };
    write.log.run(++revision, change.key, null, at);
    write.unpoint.run(change.key);
    return { ok: true, revision, old };
  }
  write.log.run(++revision, change.key, change.value, at);
  write.point.run(change.key, revision, change.expiresAt ?? null);
  return { ok: true, revision };
}

/** One transaction, one sync to disk, however many writes. */
function commit(writes: readonly Write[]): Outcome[] {
  const before = revision;
  db.exec('BEGIN IMMEDIATE');
  try {
    const outcomes = writes.map(apply);
    db.exec('COMMIT');
    return outcomes;
  } catch (error) {
    revision = before;
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

/** Works through the history a window at a time, so that writes get their turn in between. */
function compact(upTo: number): void {
  // The newest change stays: the next start learns the revision from it.
  const target = Math.min(upTo, revision - 1);
  if (target <= compacted) return;
  let from = compacted;
  compacted = target;
  const next = () => {
    const to = Math.min(from + COMPACT_WINDOW, target);
    db.exec('BEGIN IMMEDIATE');
    write.forgetSuperseded.run(from, to);
    write.forgetDeletions.run(from, to);
    write.meta.run('compacted', to);
    db.exec('COMMIT');
    from = to;
    if (from < target) setImmediate(next);
    else db.exec('PRAGMA incremental_vacuum(4000)');
  };
  next();
}

function answer(request: Request): Reply {
  switch (request.type) {
    case 'write':
      return { outcomes: commit(request.writes) };
    case 'get':
      return { row: rowOf(request.key) };
    case 'list': {
      const after = request.after > request.prefix ? request.after : request.prefix;
      const rows = rowsIn(select.range.all(after, endOf(request.prefix), Math.min(request.limit + 1, Number.MAX_SAFE_INTEGER)));
      const more = rows.length > request.limit;
      return { rows: more ? rows.slice(0, request.limit) : rows, more, revision };
    }
    case 'history': {
      if (request.after < compacted) return { changes: [], revision, compacted };
      const changes = select.history.all(request.after, request.prefix, endOf(request.prefix)).map((r) => ({
        key: String(r.key),
        value: r.value === null ? null : String(r.value),
        revision: Number(r.revision),
        created: r.previous === 0,
      }));
      return { changes, revision };
    }
    case 'compact':
      compact(request.revision);
      return {};
    case 'expire':
      return { rows: expire(request.now) };
    case 'close':
      db.close();
      return {};
  }
}

function expire(now: number): Row[] {
  const due = select.expired.all(now);
  if (due.length === 0) return [];
  const outcomes = commit(due.map((r) => ({ op: 'delete', key: String(r.key), expected: Number(r.revision) })));
  return outcomes.flatMap((outcome, i): Row[] => (outcome.ok ? [[String(due[i]?.key), outcome.old ?? '', outcome.revision]] : []));
}

const send = (message: FromWorker) => parentPort?.postMessage(message);

parentPort?.on('message', ({ id, request }: ToWorker) => {
  try {
    send({ type: 'reply', id, reply: answer(request) });
  } catch (error) {
    send({ type: 'failed', id, message: error instanceof Error ? error.message : String(error) });
  }
  if (request.type === 'close') parentPort?.close();
});
send({ type: 'opened', revision });
