import type { KindDefinition } from '../../api/definition/kind.ts';
import type { Strategy } from '../../api/definition/strategy.ts';
import type { KubeObject } from '../../api/meta/object.ts';
import type { ResourceName } from '../../api/meta/status-error.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Store } from '../../store/store.ts';
import type { CacheItem } from './cache/cache-item.ts';
import { ordered } from './cache/cache-item.ts';
import { WatchCache } from './cache/watch-cache.ts';
import type { Storage } from './storage.ts';
import { createStorage } from './storage.ts';

/** A served kind with what the pipeline needs to serve it. */
export interface Resource {
  readonly kind: KindDefinition;
  readonly name: ResourceName;
  /** The kind in whose form objects are kept; the same as `kind` for most. */
  readonly stored: KindDefinition;
  readonly isStoredForm: boolean;
  /** What holds for objects that come by this version; it goes by the stored form. */
  readonly rules: Strategy<KubeObject>;
  readonly storage: Storage;
  /** Counts what its watches have sent over the wire. */
  readonly watched: { events: number };
  readonly toStored: (object: KubeObject) => KubeObject;
  /** An item of the cache in this kind's form: object and text. */
  readonly served: (item: CacheItem) => { readonly object: KubeObject; readonly text: string };
}

export interface Registry {
  find(group: string, version: string, plural: string): Resource | undefined;
  /** The first resource of this kind of object: what an owner reference or a body names. */
  findKind(group: string, version: string, kind: string): Resource | undefined;
  readonly kinds: readonly KindDefinition[];
  /** Starts to serve a kind; resolves once its objects are in the cache. Replaces a kind of the same group, version and plural. */
  add(kind: KindDefinition): Promise<void>;
  /** Stops to serve a kind; its watches end. What is stored stays. */
  remove(kind: KindDefinition): void;
  /** Hears of every change of the set of kinds. */
  onChange(listener: () => void): void;
  storageOf(prefix: string): Storage | undefined;
  close(): void;
}

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

  function storageFor(kind: KindDefinition): { storage: Storage; started: Promise<void> } {
    const known = storages.get(kind.storagePrefix);
    if (known && known.cache.kind.version === kind.version) return { storage: known, started: Promise.resolve() };
    // Another version is stored from now on: what is there is read in its form, and watches start over.
    known?.cache.close();
    const cache = new WatchCache({ ...options, kind });
    const storage = createStorage({ store: options.store, cache, shared: options.shared });
    storages.set(kind.storagePrefix, storage);
    // What is only ever created (reviews, bindings) is never stored.
    return { storage, started: kind.verbs.includes('get') ? cache.start() : Promise.resolve() };
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
      resources.set(idOf(kind.group, kind.version, kind.plural), resourceOf(kind, stored, storage));
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

function resourceOf(kind: KindDefinition, stored: KindDefinition, storage: Storage): Resource {
  const { storedAs } = kind;
  const name = { group: kind.group, plural: kind.plural, kind: kind.kind };
  const shared = { kind, name, stored, storage, watched: { events: 0 } };
  if (!storedAs) return { ...shared, isStoredForm: true, rules: stored.strategy, toStored: (object) => object, served: (item) => item };
  const forms = new WeakMap<CacheItem, { object: KubeObject; text: string }>();
  return {
    ...shared,
    isStoredForm: false,
    rules: { ...stored.strategy, ...storedAs.rules },
    toStored: storedAs.toStored,
    served(item) {
      const known = forms.get(item);
      if (known) return known;
      const converted = storedAs.fromStored(item.object);
      const object = ordered(kind, converted);
      const meta = { resourceVersion: String(item.revision), ...object.metadata };
      const form = { object: { ...object, metadata: meta }, text: JSON.stringify({ ...object, metadata: meta }) };
      forms.set(item, form);
      return form;
    },
  };
}
