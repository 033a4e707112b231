import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { layoutOf } from '../config/data-dir.ts';
import { openStore } from './open-store.ts';

it('a database can be read by its owner alone, whoever may look into its directory', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'skiff-open-store-'));
  chmodSync(directory, 0o755);
  try {
    const { store } = await openStore('sqlite', layoutOf(directory));
    await store.create('/registry/secrets/default/a', '{}');
    const modes = readdirSync(directory).map((name) => [name, (statSync(join(directory, name)).mode & 0o777).toString(8)]);
    await store.close();
    expect(modes).toContainEqual(['state.db', '600']);
    expect(modes.filter(([, mode]) => mode !== '600')).toEqual([]);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
