import type { Kind } from '../../api/definition/kind.ts';
import type { KubeObject, Live } from '../../api/meta/object.ts';
import { keyOf } from '../../api/meta/object.ts';
import type { Informer, InformerHandler, Informers } from './informer.ts';
import { createObjectCache } from './object-cache.ts';

/** Informers that show the objects a test puts into them, when it does. They are ready from the start. */
export interface StubInformers extends Informers {
  /** Adds or updates an object. `initial`: as part of the first list. */
  show<T extends KubeObject>(kind: Kind<T>, object: Live<T>, initial?: boolean): void;
  hide<T extends KubeObject>(kind: Kind<T>, object: Live<T>): void;
  /** Returns how often all objects of a kind, or of a namespace, were listed since the last call. */
  scans(): number;
}

interface Stub {
  readonly informer: Informer;
  show(object: Live, initial: boolean): void;
  hide(object: Live): void;
}

function createStub(kind: Kind, onScan: () => void): Stub {
  const cache = createObjectCache<KubeObject>();
  const handlers: InformerHandler<KubeObject>[] = [];
  return {
    informer: {
      kind,
      ready: Promise.resolve(),
      get: cache.get,
      list(namespace) {
        onScan();
        return namespace === undefined ? cache.all() : cache.inNamespace(namespace);
      },
      select: cache.select,
      addIndex: cache.addIndex,
      byIndex: cache.byIndex,
      on(handler) {
        handlers.push(handler);
        return () => void handlers.splice(handlers.indexOf(handler), 1);
      },
    },
    show(object, initial) {
      const old = cache.put(object);
      for (const handler of handlers) {
        if (old) handler.update?.(object, old);
        else handler.add?.(object, initial);
      }
    },
    hide(object) {
      if (cache.delete(keyOf(object))) for (const handler of handlers) handler.delete?.(object);
    },
  };
}

export function createStubInformers(): StubInformers {
  const stubs = new Map<string, Stub>();
  let scans = 0;
  const stubOf = (kind: Kind): Stub => {
    const id = `${kind.group}/${kind.plural}`;
    const stub = stubs.get(id) ?? createStub(kind, () => scans++);
    stubs.set(id, stub);
    return stub;
  };
  return {
    of: <T extends KubeObject>(kind: Kind<T>) => stubOf(kind).informer as Informer<T>,
    metadataOf: (kind) => stubOf(kind).informer,
    drop: (kind) => void stubs.delete(`${kind.group}/${kind.plural}`),
    show: (kind, object, initial = false) => stubOf(kind).show(object, initial),
    hide: (kind, object) => stubOf(kind).hide(object),
    scans() {
      const count = scans;
      scans = 0;
      return count;
    },
  };
}
