import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { sleep, systemClock } from '../../base/clock.ts';
import type { SqliteOptions } from '../../store/sqlite/sqlite-store.ts';
import type { Store } from '../../store/store.ts';
import type { Layout } from '../config/data-dir.ts';

export interface OpenedStore {
  readonly store: Store;
  /** Whether other servers may use the store too. */
  readonly shared: boolean;
  /** Whether a thread of the store watches the event loop. */
  readonly guards: boolean;
}

type StoreOptions = Pick<SqliteOptions, 'log' | 'guard'>;

/** Opens the store of a `--store` setting. */
export async function openStore(setting: string, layout: Layout, options: StoreOptions = {}): Promise<OpenedStore> {
  switch (setting) {
    case 'memory': {
      const { createMemoryStore } = await import('../../store/memory.ts');
      return { store: createMemoryStore(), shared: false, guards: false };
    }
    case 'sqlite': {
      const { openSqliteStore } = await import('../../store/sqlite/sqlite-store.ts');
      mkdirSync(dirname(layout.database), { recursive: true, mode: 0o700 });
      // It holds secrets, and the directory may be one that others can look into.
      closeSync(openSync(layout.database, 'a', 0o600));
      return { store: await openSqliteStore({ file: layout.database, ...options }), shared: false, guards: options.guard !== undefined };
    }
    case 'etcd': {
      const [{ ensureLocalEtcd }, { openEtcdStore }] = await Promise.all([import('./local-etcd.ts'), import('../../store/etcd/etcd-store.ts')]);
      const endpoint = await ensureLocalEtcd(layout);
      return { store: await opened(() => openEtcdStore({ endpoints: [endpoint] })), shared: false, guards: false };
    }
    default: {
      const { openEtcdStore } = await import('../../store/etcd/etcd-store.ts');
      return { store: await openEtcdStore({ endpoints: setting.split(',') }), shared: true, guards: false };
    }
  }
}

/** A local etcd takes a moment to answer after it was started. */
async function opened(open: () => Promise<Store>): Promise<Store> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await open();
    } catch (error) {
      if (attempt === 100) throw error;
      await sleep(systemClock, 50);
    }
  }
}
