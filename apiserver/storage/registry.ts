import type { KindDefinition } from '../../api/definition/kind.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Store } from '../../store/store.ts';
import type { Registry, Resource, Storage } from '../contract/resource.ts';
import { StoreWatchCache } from './cache/watch-cache.ts';
import { conversionOf } from './conversion.ts';
import { convertingStorage } from './converting-storage.ts';
import { createStorage } from './storage.ts';

export interface RegistryOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly shared: boolean;
  readonly freeze: boolean;
}

const idOf = (group: string, version: string, plural: string) => `${group}/${version}/${plural}`;

/** The kinds a server serves, each with its storage; CRDs add and remove kinds as it runs. */
export function createRegistry(options: RegistryOptions): Registry {
  const resources = new Map<string, Resource>();
  const storages = new Map<string, Storage>();
  const listeners: (() => void)[] = [];
  /** Added, but not yet in the cache: not served. */
  const starting = new Set<KindDefinition>();
  let kinds: readonly KindDefinition[] = [];

  const changed = () => {
    kinds = [...resources.values()].map((resource) => resource.kind);
    for (const listener of listeners) listener();
  };

  /** Returns the storage of a kind, a new one if its objects are read in another form from now on. */
  function storageFor(kind: KindDefinition): { storage: Storage; started: Promise<void> } {
    const known = storages.get(kind.storagePrefix);
    if (known && hasSameForm(known.cache.kind, kind)) return { storage: known, started: Promise.resolve() };
    const cache = new StoreWatchCache({ ...options, kind });
    const storage = createStorage({ store: options.store, cache, shared: options.shared, log: options.log });
    // The one before serves until the new one is filled; without one before, all versions of a kind share the first that is made.
    if (!known) storages.set(kind.storagePrefix, storage);
    // Kinds that cannot be watched (reviews, bindings, ComponentStatuses) are never stored.
    return { storage, started: kind.verbs.includes('watch') ? cache.start() : Promise.resolve() };
  }

  function storedFormOf(kind: KindDefinition): KindDefinition {
    const { storedAs } = kind;
    if (!storedAs) return kind;
    for (const candidate of [...starting, ...kinds]) {
      if (candidate.storagePrefix === kind.storagePrefix && candidate.group === storedAs.group && candidate.version === storedAs.version)
        return candidate;
    }
    throw new Error(
      `${kind.plural}.${kind.version}.${kind.group} is stored as ${storedAs.group}/${storedAs.version}, which is not served: add that first`,
    );
  }

  return {
    find: (group, version, plural) => resources.get(idOf(group, version, plural)),
    findKind(group, version, kindName) {
      for (const resource of resources.values()) {
        if (resource.kind.kind === kindName && resource.kind.group === group && (version === '' || resource.kind.version === version))
          return resource;
      }
      return undefined;
    },
    get kinds() {
      return kinds;
    },
    async add(kind) {
      const stored = storedFormOf(kind);
      const { storage, started } = storageFor(stored);
      starting.add(kind);
      try {
        await started;
      } finally {
        starting.delete(kind);
      }
      const replaced = storages.get(kind.storagePrefix);
      storages.set(kind.storagePrefix, storage);
      resources.set(idOf(kind.group, kind.version, kind.plural), resourceOf(kind, stored, storage));
      // Watches start over: what they have seen has another form now.
      if (replaced !== storage) replaced?.cache.retire();
      changed();
    },
    remove(kind) {
      resources.delete(idOf(kind.group, kind.version, kind.plural));
      changed();
      if (kinds.some((other) => other.storagePrefix === kind.storagePrefix)) return;
      storages.get(kind.storagePrefix)?.cache.close();
      storages.delete(kind.storagePrefix);
    },
    onChange: (listener) => void listeners.push(listener),
    storageOf: (prefix) => storages.get(prefix),
    close() {
      for (const { cache } of storages.values()) cache.close();
    },
  };
}

/** Whether the objects in a cache for one kind are in the form that another wants. */
function hasSameForm(known: KindDefinition, kind: KindDefinition): boolean {
  if (known.converter || kind.converter) return known.converter?.id === kind.converter?.id && known.reading?.id === kind.reading?.id;
  return known.version === kind.version && known.reading?.id === kind.reading?.id;
}

function resourceOf(kind: KindDefinition, stored: KindDefinition, storage: Storage): Resource {
  const { storedAs, converter } = kind;
  const conversion = conversionOf(kind);
  return {
    kind,
    name: { group: kind.group, plural: kind.plural, kind: kind.kind },
    stored,
    isStoredForm: storedAs === undefined && converter === undefined,
    conversion,
    rules: storedAs ? { ...stored.strategy, ...storedAs.rules } : stored.strategy,
    storage: converter ? convertingStorage(storage, converter, conversion) : storage,
    watched: { events: 0 },
  };
}
