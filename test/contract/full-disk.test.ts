import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createFakeClock } from '../../base/fake-clock.ts';
import { openSqliteStore } from '../../store/sqlite/sqlite-store.ts';

const mountable = process.platform === 'linux' && process.getuid?.() === 0;
const whenMountable = mountable ? describe : describe.skip;

let disk = '';
beforeEach(() => {
  disk = mkdtempSync(join(tmpdir(), 'skiff-disk-'));
  if (mountable) execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk]);
});
afterEach(() => {
  if (mountable) execFileSync('umount', [disk]);
  rmSync(disk, { recursive: true, force: true });
});

/** Writes until no byte more fits; returns what gives the space back. */
function fill(): () => void {
  const path = join(disk, 'ballast');
  const file = openSync(path, 'w');
  try {
    for (const size of [65_536, 4096, 1]) {
      try {
        for (;;) writeSync(file, Buffer.alloc(size));
      } catch (error) {
        expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC');
      }
    }
  } finally {
    closeSync(file);
  }
  return () => rmSync(path);
}

const full = expect.objectContaining({ name: 'StoreError', fault: 'NoSpace', message: expect.stringContaining('no space is left on the disk of') });
const value = 'x'.repeat(5000);

whenMountable('the sqlite store on a full disk', () => {
  it('refuses writes by name, goes on reading, and recovers by itself', async () => {
    const store = await openSqliteStore({ file: join(disk, 'state.db') });
    const made = await store.create('/a', value);
    await store.probe();
    const free = fill();
    for (let i = 0; i < 5; i++) await expect(store.create(`/b${i}`, value)).rejects.toEqual(full);
    await expect(store.update('/a', `${value}2`, made.ok ? made.revision : 0)).rejects.toEqual(full);
    await expect(store.probe()).rejects.toEqual(full);
    expect((await store.list('/')).items).toEqual([{ key: '/a', value, revision: 2 }]);
    free();
    await store.probe();
    expect(await store.create('/b', value)).toEqual({ ok: true, revision: 3 });
    await store.close();
  });

  it('makes up for expiries that fell due meanwhile', async () => {
    const clock = createFakeClock();
    const faults: string[] = [];
    const log = { warn: (_: object, message: string) => void faults.push(message) };
    const store = await openSqliteStore({ file: join(disk, 'state.db'), clock, log });
    for (let i = 0; i < 20; i++) await store.create(`/brief${i}`, value, { ttlSeconds: 60 });
    const free = fill();
    // The write-ahead log may have room for little; a large write takes the last of it.
    await expect(store.create('/large', 'x'.repeat(1_000_000))).rejects.toEqual(full);
    await clock.advance(61_000);
    while (faults.length === 0) {
      await clock.advance(2_000);
      await store.get('/brief0');
    }
    await expect(store.create('/b', value)).rejects.toEqual(full);
    free();
    while ((await store.list('/')).items.length > 0) await clock.advance(2_000);
    expect(await store.create('/b', value)).toMatchObject({ ok: true });
    expect(faults).toEqual(['keys whose time is over could not be deleted; trying again']);
    await store.close();
  });

  it('fails a compaction without harm to the writes after it', async () => {
    const store = await openSqliteStore({ file: join(disk, 'state.db') });
    let revision = 0;
    for (let round = 0; round < 24; round++) {
      const writes = Array.from({ length: 128 }, (_, i) => store.create(`/${round}/${i}`, 'x'.repeat(100)));
      for (const result of await Promise.all(writes)) revision = result.ok ? result.revision : 0;
    }
    for (let i = 0; i < 100; i++) await store.delete(`/0/${i}`, i + 2);
    const free = fill();
    await expect(store.create('/large', 'x'.repeat(1_000_000))).rejects.toEqual(full);
    await expect(store.compact(revision)).rejects.toEqual(full);
    free();
    expect(await store.create('/b', value)).toMatchObject({ ok: true });
    await store.compact(revision);
    expect((await store.list('/')).items).toHaveLength(24 * 128 - 100 + 1);
    await store.close();
  });

  it('opens what is there already, and says why it cannot begin anew', async () => {
    const file = join(disk, 'state.db');
    const first = await openSqliteStore({ file });
    await first.create('/a', value);
    await first.close();
    const free = fill();
    const store = await openSqliteStore({ file });
    expect(await store.get('/a')).toMatchObject({ value });
    await expect(openSqliteStore({ file: join(disk, 'other.db') })).rejects.toEqual(full);
    free();
    expect(await store.create('/b', value)).toMatchObject({ ok: true });
    await store.close();
  });
});
