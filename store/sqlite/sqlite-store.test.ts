import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createFakeClock } from '../../base/fake-clock.ts';
import type { StoreEvent } from '../store.ts';
import { StoreError } from '../store-error.ts';
import type { DatabaseThread } from './database-thread.ts';
import { startDatabaseThread } from './database-thread.ts';
import { openSqliteStore } from './sqlite-store.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'skiff-sqlite-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Starts real threads; `die` ends the present one, after the next write has been committed if `afterWrite`. */
function mortalThreads(refuse: () => boolean = () => false) {
  let current: DatabaseThread | undefined;
  let dying = false;
  const starts: number[] = [];
  const start: typeof startDatabaseThread = async (file) => {
    if (refuse()) throw new StoreError('Unavailable', 'the file cannot be opened');
    const thread = await startDatabaseThread(file);
    starts.push(thread.revision);
    current = thread;
    return {
      ...thread,
      async ask(request) {
        const reply = await thread.ask(request);
        if (!dying || request.type !== 'write') return reply;
        dying = false;
        await thread.close();
        throw new StoreError('Unavailable', 'the database thread ended');
      },
    };
  };
  return {
    start,
    starts,
    dieAfterWrite: () => (dying = true),
    die: () => current?.close(),
  };
}

/** Lets the clock run until `check` holds. */
async function until(clock: ReturnType<typeof createFakeClock>, check: () => boolean): Promise<void> {
  while (!check()) {
    await clock.advance(100);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('the sqlite store whose thread ends', () => {
  it('opens the file anew, refuses what comes meanwhile by name, and serves on', async () => {
    const clock = createFakeClock();
    let refused = 0;
    const threads = mortalThreads(() => threads.starts.length === 1 && refused++ < 2);
    const faults: string[] = [];
    const log = { warn: (_: object, message: string) => void (message.startsWith('the store failed') && faults.push(message)) };
    const store = await openSqliteStore({ file: join(directory, 'a.db'), clock, start: threads.start, log });
    await store.create('/a', '1');
    await threads.die();
    await until(clock, () => faults.length > 0);
    const named = expect.objectContaining({ name: 'StoreError', fault: 'Unavailable' });
    await expect(store.create('/b', '1')).rejects.toEqual(named);
    await expect(store.probe()).rejects.toEqual(named);
    let answers = false;
    await until(clock, () => {
      void store.probe().then(
        () => (answers = true),
        () => {},
      );
      return answers;
    });
    expect(threads.starts).toEqual([1, 2]);
    expect(await store.create('/b', '1')).toEqual({ ok: true, revision: 3 });
    expect((await store.list('/')).items.map(({ key }) => key)).toEqual(['/a', '/b']);
    // The end of the thread and two starts that failed.
    expect(faults).toHaveLength(3);
    await store.close();
  });

  it('tells watchers of a write that was committed without an answer, before anything that follows', async () => {
    const clock = createFakeClock();
    const threads = mortalThreads();
    const store = await openSqliteStore({ file: join(directory, 'a.db'), clock, start: threads.start });
    const events: StoreEvent[] = [];
    await store.watch('/', await store.revision(), (batch) => events.push(...batch.events), new AbortController().signal);
    await store.create('/a', '1');
    threads.dieAfterWrite();
    await expect(store.update('/a', '2', 2)).rejects.toMatchObject({ fault: 'Unavailable' });
    expect(events).toHaveLength(1);
    await until(clock, () => threads.starts.length === 2 && events.length === 2);
    expect(await store.update('/a', '2 again', 2)).toMatchObject({ ok: false, current: { value: '2', revision: 3 } });
    await store.create('/b', '1');
    expect(events.map(({ key, value, revision }) => [key, value, revision])).toEqual([
      ['/a', '1', 2],
      ['/a', '2', 3],
      ['/b', '1', 4],
    ]);
    expect(await store.revision()).toBe(4);
    await store.close();
  });
});

describe('a database file that cannot be used', () => {
  it('is named, with what to do', async () => {
    const file = join(directory, 'a.db');
    writeFileSync(file, 'this is a letter to the landlord, and no database at all. '.repeat(100));
    await expect(openSqliteStore({ file })).rejects.toMatchObject({
      fault: 'Damaged',
      message: expect.stringMatching(new RegExp(`${file} is damaged .*: restore it from a backup`)),
    });
  });

  it('is named if another store has it open', async () => {
    const file = join(directory, 'a.db');
    const store = await openSqliteStore({ file });
    await expect(openSqliteStore({ file })).rejects.toThrow(`${file} is in use by another process: stop the other server first`);
    await store.close();
  });

  it('is named if its directory does not exist', async () => {
    const file = join(directory, 'nowhere', 'a.db');
    await expect(openSqliteStore({ file })).rejects.toThrow(`${file} cannot be read or written (unable to open database file)`);
  });
});

describe('compaction', () => {
  it('forgets a long history in parts, between which writes are served', async () => {
    const store = await openSqliteStore({ file: join(directory, 'a.db') });
    let revision = 0;
    for (let round = 0; round < 20; round++) {
      const writes = Array.from({ length: 128 }, (_, i) => store.create(`/${round}/${i}`, 'x'));
      for (const result of await Promise.all(writes)) revision = result.ok ? result.revision : 0;
    }
    const order: string[] = [];
    const compaction = store.compact(revision).then(() => order.push('compaction'));
    const write = store.create('/between', 'x').then(() => order.push('write'));
    await Promise.all([compaction, write]);
    expect(order).toEqual(['write', 'compaction']);
    expect((await store.list('/')).items).toHaveLength(20 * 128 + 1);
    await store.close();
  });
});
