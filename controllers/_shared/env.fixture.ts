import type { Kind } from '../../api/definition/kind.ts';
import type { KubeObject, Live, ObjectKey } from '../../api/meta/object.ts';
import { keyOf, keyText } from '../../api/meta/object.ts';
import type { FakeClock } from '../../base/fake-clock.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import { silentLogger } from '../../base/log.ts';
import type { MemoryClient } from '../../runtime/client/memory-client.fixture.ts';
import { createMemoryClient } from '../../runtime/client/memory-client.fixture.ts';
import type { ConnectedController, ControllerDefinition } from '../../runtime/control/controller.ts';
import { setUpController } from '../../runtime/control/controller.ts';
import type { ControllerEnv } from '../../runtime/control/env.ts';
import type { Result } from '../../runtime/queue/result.ts';
import type { Informer, InformerHandler } from '../../runtime/watch/informer.ts';
import { createObjectCache } from '../../runtime/watch/object-cache.ts';

/** One controller under test, over a client in memory and a cache that lags until the test says otherwise. */
export interface StubEnv {
  readonly client: MemoryClient;
  readonly clock: FakeClock;
  readonly controller: ConnectedController;
  /** Keys that were enqueued since the last call. */
  enqueued(): string[];
  readonly events: string[];
  /** How often all objects of a kind, or of a namespace, were listed since the last call. */
  scans(): number;
  /** Shows the informers an object as it is now. */
  show<T extends KubeObject>(kind: Kind<T>, object: Live<T>): void;
  hide<T extends KubeObject>(kind: Kind<T>, object: Live<T>): void;
  /** Shows the informers all objects of a kind, as the server has them. */
  catchUp(kind: Kind): Promise<void>;
  reconcile(name: string, namespace?: string): Promise<Result>;
}

interface StubInformer {
  readonly informer: Informer;
  put(object: Live): void;
  remove(object: Live): void;
}

function stubInformer(kind: Kind, onScan: () => void): StubInformer {
  const cache = createObjectCache<KubeObject>();
  const handlers: InformerHandler<KubeObject>[] = [];
  const informer: Informer = {
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
  };
  return {
    informer,
    put(object) {
      const old = cache.put(object);
      for (const handler of handlers) {
        if (old) handler.update?.(object, old);
        else handler.add?.(object, false);
      }
    },
    remove(object) {
      if (cache.delete(keyOf(object))) for (const handler of handlers) handler.delete?.(object);
    },
  };
}

/** Sets a controller up for a test that needs to say what the cache shows, and when. */
export function createStubEnv(definition: ControllerDefinition): StubEnv {
  const clock = createFakeClock();
  const client = createMemoryClient(clock);
  const stubs = new Map<string, StubInformer>();
  const events: string[] = [];
  let enqueued: string[] = [];
  let scans = 0;
  const stubOf = (kind: Kind): StubInformer => {
    const id = `${kind.group}/${kind.plural}`;
    const stub = stubs.get(id) ?? stubInformer(kind, () => scans++);
    stubs.set(id, stub);
    return stub;
  };
  const env: ControllerEnv = {
    client,
    clock,
    log: silentLogger,
    informers: { of: <T extends KubeObject>(kind: Kind<T>) => stubOf(kind).informer as Informer<T> },
    recorder: { event: (_object, _type, reason, message) => void events.push(`${reason}: ${message}`) },
    enqueue: (key) => void enqueued.push(keyText(key)),
  };
  const controller = setUpController(definition, env);
  return {
    client,
    clock,
    controller,
    events,
    scans() {
      const count = scans;
      scans = 0;
      return count;
    },
    enqueued() {
      const keys = enqueued;
      enqueued = [];
      return keys;
    },
    show: (kind, object) => stubOf(kind).put(object),
    hide: (kind, object) => stubOf(kind).remove(object),
    async catchUp(kind) {
      const { items } = await client.list(kind);
      const there = new Set(items.map(({ metadata }) => metadata.uid));
      for (const object of stubOf(kind).informer.list()) if (!there.has(object.metadata.uid)) stubOf(kind).remove(object);
      for (const object of items) stubOf(kind).put(object);
    },
    reconcile(name, namespace = 'default') {
      const key: ObjectKey = { namespace, name };
      return controller.reconcile(key, { signal: new AbortController().signal, log: silentLogger });
    },
  };
}
