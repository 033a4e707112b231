import { randomUUID } from 'node:crypto';
import type { Kind } from '../../api/definition/kind.ts';
import type { KubeObject, Live, ObjectKey } from '../../api/meta/object.ts';
import { errors } from '../../api/meta/status-error.ts';
import { timeText } from '../../base/clock.ts';
import type { Core } from '../contract/call.ts';
import type { Resource } from '../contract/resource.ts';
import type { StorageAccess } from '../contract/storage-access.ts';
import { cacheKey } from './cache/cache-item.ts';

const known = new WeakMap<Core, StorageAccess>();

/** Returns the server's own view of its storage; there is one per server. */
export function accessTo(core: Core): StorageAccess {
  let access = known.get(core);
  if (!access) {
    access = createAccess(core);
    known.set(core, access);
  }
  return access;
}

function createAccess({ registry, clock }: Core): StorageAccess {
  const resourceOf = (kind: Kind): Resource => {
    const resource = registry.find(kind.group, kind.version, kind.plural);
    if (!resource) throw errors.internal(`${kind.plural}.${kind.version}.${kind.group} is not served`);
    return resource;
  };
  const keyText = ({ namespace, name }: ObjectKey) => cacheKey(namespace, name);

  return {
    get<T extends KubeObject>(kind: Kind<T>, key: ObjectKey) {
      return resourceOf(kind).storage.cache.get(keyText(key))?.object as Live<T> | undefined;
    },
    fresh: (kind) => resourceOf(kind).storage.fresh(),
    list<T extends KubeObject>(kind: Kind<T>, namespace = '') {
      return resourceOf(kind)
        .storage.cache.snapshot(namespace)
        .items.map((item) => item.object as Live<T>);
    },
    async create<T extends KubeObject>(kind: Kind<T>, object: T) {
      const { storage, stored, name } = resourceOf(kind);
      const metadata = {
        ...object.metadata,
        uid: randomUUID(),
        creationTimestamp: timeText(clock.now()),
        ...(stored.strategy.generation ? { generation: 1 } : {}),
      };
      const outcome = await storage.create(
        cacheKey(metadata.namespace ?? '', metadata.name ?? ''),
        { ...object, metadata },
        stored.timeToLiveSeconds,
      );
      if (!outcome.ok) throw errors.alreadyExists(name, metadata.name ?? '');
      return outcome.item.object as Live<T>;
    },
    async modify<T extends KubeObject>(kind: Kind<T>, key: ObjectKey, change: (current: Live<T>) => T) {
      const { storage, stored, name } = resourceOf(kind);
      for (;;) {
        await storage.fresh();
        const current = storage.cache.get(keyText(key));
        if (!current) throw errors.notFound(name, key.name);
        const next = change(current.object as Live<T>);
        if (next === current.object || storage.same(current, next)) return current.object as Live<T>;
        const outcome = await storage.update(current, next, stored.timeToLiveSeconds);
        if (outcome.ok) return outcome.item.object as Live<T>;
      }
    },
    async remove<T extends KubeObject>(kind: Kind<T>, key: ObjectKey, only?: (current: Live<T>) => boolean) {
      const { storage } = resourceOf(kind);
      for (;;) {
        const current = storage.cache.get(keyText(key));
        if (!current || only?.(current.object as Live<T>) === false) return false;
        const outcome = await storage.delete(current);
        if (outcome.ok) return true;
      }
    },
    follow<T extends KubeObject>(kind: Kind<T>, changed: (object: Live<T>, deleted: boolean) => void) {
      const { cache } = resourceOf(kind).storage;
      return (
        cache.subscribe(cache.revision, {
          deliver: (event) => changed(event.item.object as Live<T>, event.deleted),
          broken: () => {},
          survivesGaps: true,
        }) ?? (() => {})
      );
    },
  };
}
