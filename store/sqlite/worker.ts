import { once } from 'node:events';
import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parentPort } from 'node:worker_threads';
import { guardLoop } from '../../base/watchdog.ts';
import type { Opening } from './database-thread.ts';
import { failureOf } from './faults.ts';
import type { FromWorker, Outcome, Reply, Request, Row, Write } from './protocol.ts';

/**
 * The thread that owns the database file, which its first message names. A commit waits for the disk (1–100 ms): here it blocks only the
 * writes that wait for it. Time comes with the messages.
 *
 * `log` holds every change, by revision, with the revision it superseded (0: it created the key; a null value is a deletion);
 * `current` points to the newest change of each live key.
 */
if (!parentPort) throw new Error('this module is the code of a worker thread');
const port = parentPort;
const [{ file, guard }] = (await once(port, 'message')) as [Opening];
const COMPACT_WINDOW = 1_000;
/** SQLite's number for `PRAGMA auto_vacuum = INCREMENTAL`. */
const INCREMENTAL = 2;
/** With less free space than this a probe writes, to know whether it can. */
const LITTLE_SPACE = 256 * 1024;

const send = (message: FromWorker) => port.postMessage(message);

const db = open();

function open(): DatabaseSync {
  try {
    const opened = new DatabaseSync(file);
    // The lock comes first: without it SQLite makes a file for shared memory, for which a full disk has no room.
    opened.exec('PRAGMA locking_mode = EXCLUSIVE');
    // Setting it writes, though it be set already.
    const vacuum = opened.prepare('PRAGMA auto_vacuum').get()?.auto_vacuum;
    if (vacuum !== INCREMENTAL) opened.exec('PRAGMA auto_vacuum = INCREMENTAL');
    opened.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA cache_size = -4000;
      CREATE TABLE IF NOT EXISTS log (revision INTEGER PRIMARY KEY, key TEXT NOT NULL, value TEXT, previous INTEGER NOT NULL) STRICT;
      CREATE TABLE IF NOT EXISTS current (key TEXT PRIMARY KEY, revision INTEGER NOT NULL, expires INTEGER) STRICT, WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS current_expires ON current (expires) WHERE expires IS NOT NULL;
      CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    `);
    return opened;
  } catch (error) {
    send({ type: 'unopened', failure: failureOf(error, file) });
    // Messages are delivered before the end of a thread, but not always before an error of it.
    process.exit(1);
  }
}

const select = {
  row: db.prepare('SELECT current.key, value, current.revision FROM current JOIN log ON log.revision = current.revision WHERE current.key = ?'),
  pointer: db.prepare('SELECT revision FROM current WHERE key = ?'),
  range: db.prepare(
    'SELECT current.key, value, current.revision FROM current JOIN log ON log.revision = current.revision WHERE current.key > ? AND current.key < ? ORDER BY current.key LIMIT ?',
  ),
  history: db.prepare(
    'SELECT log.key, log.value, log.revision, log.previous, old.value AS old FROM log LEFT JOIN log AS old ON old.revision = log.previous WHERE log.revision > ? AND log.key >= ? AND log.key < ? ORDER BY log.revision',
  ),
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
/** The history up to here is not told any more; up to `forgotten` it has been deleted. */
let compacted = Number(select.meta.get('compacted')?.value ?? 0);
let forgotten = compacted;
/** Whether the last write failed, for a reason that concerns others too. */
let ailing = false;

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

/** Makes one transaction of the work: one sync to disk. If it fails, nothing has changed. */
function transaction<T>(work: () => T): T {
  const before = revision;
  try {
    db.exec('BEGIN IMMEDIATE');
    const result = work();
    db.exec('COMMIT');
    ailing = false;
    return result;
  } catch (error) {
    revision = before;
    ailing = failureOf(error, file).fault !== 'TooLarge';
    // SQLite itself rolls some failures back.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

const commit = (writes: readonly Write[]): Outcome[] => transaction(() => writes.map(apply));

/** Forgets a window of the history, so that writes get their turn before the next one. Returns whether nothing is left to forget. */
function compact(upTo: number): boolean {
  // The newest change stays: the next start learns the revision from it.
  const target = Math.max(compacted, Math.min(upTo, revision - 1));
  if (forgotten >= target) return true;
  compacted = target;
  const to = Math.min(forgotten + COMPACT_WINDOW, target);
  transaction(() => {
    write.forgetSuperseded.run(forgotten, to);
    write.forgetDeletions.run(forgotten, to);
    write.meta.run('compacted', to);
  });
  forgotten = to;
  if (to < target) return false;
  db.exec('PRAGMA incremental_vacuum(4000)');
  return true;
}

/** Makes sure that writes can be made: by one, if there is reason to doubt it. */
function probe(): void {
  if (!ailing) {
    const { bavail, bsize } = statfsSync(dirname(file));
    if (bavail * bsize >= LITTLE_SPACE) return;
  }
  transaction(() => write.meta.run('probed', revision));
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
        previous: Number(r.previous),
        old: r.old === null ? null : String(r.old),
      }));
      return { changes, revision };
    }
    case 'compact':
      return { done: compact(request.revision) };
    case 'expire':
      return { rows: expire(request.now) };
    case 'probe':
      probe();
      return {};
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

port.on('message', (request: Request) => {
  try {
    send({ type: 'reply', reply: answer(request) });
  } catch (error) {
    send({ type: 'failed', failure: failureOf(error, file) });
  }
  if (request.type === 'close') port.close();
});
if (guard) guardLoop(guard);
send({ type: 'opened', revision });
