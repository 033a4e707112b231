import type { KindDefinition } from '../api/definition/kind.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Store } from '../store/store.ts';
import type { Registry } from './contract/resource.ts';
import type { StorageAccess } from './contract/storage-access.ts';
import { accessTo } from './storage/direct-access.ts';
import { createRegistry } from './storage/registry.ts';

export interface ResourceOptions {
  readonly store: Store;
  readonly kinds: readonly KindDefinition[];
  readonly clock: Clock;
  readonly log: Logger;
  /** Other servers write to the same store: reads ask it for its revision. Default false. */
  readonly shared?: boolean;
  /** Freezes all objects that are handed out: for tests. Default false. */
  readonly freeze?: boolean;
}

/** The ground of a server: its kinds and their storage. Its parts are built on it. */
export interface Resources {
  /** Kinds can be added and removed as the server runs. */
  readonly registry: Registry;
  readonly storage: StorageAccess;
  readonly clock: Clock;
  readonly log: Logger;
  /** Resolves once all kinds are in the cache. Rejects if the store is broken. */
  readonly ready: Promise<void>;
  /** Ends all watches. The store stays open: it belongs to its owner. */
  close(): void;
}

export function createResources(options: ResourceOptions): Resources {
  const { store, clock, log, shared = false, freeze = false } = options;
  const registry = createRegistry({ store, clock, log, shared, freeze });
  // Forms that others are stored in come first.
  const kinds = [...options.kinds].sort((a, b) => Number(a.storedAs !== undefined) - Number(b.storedAs !== undefined));
  const ready = Promise.all(kinds.map((kind) => registry.add(kind))).then(() => {});
  return { registry, storage: accessTo({ registry, clock, log, admission: [] }), clock, log, ready, close: () => registry.close() };
}
