import { Registry } from 'prom-client';
import type { Kind } from '../../api/definition/kind.ts';
import type { KubeObject, Live, ObjectKey } from '../../api/meta/object.ts';
import { keyText } from '../../api/meta/object.ts';
import type { FakeClock } from '../../base/fake-clock.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import { silentLogger } from '../../base/log.ts';
import type { MemoryClient } from '../../runtime/client/memory-client.fixture.ts';
import { createMemoryClient } from '../../runtime/client/memory-client.fixture.ts';
import type { ConnectedController, ControllerDefinition } from '../../runtime/control/controller.ts';
import { setUpController } from '../../runtime/control/controller.ts';
import type { ControllerEnv } from '../../runtime/control/env.ts';
import type { Result } from '../../runtime/queue/result.ts';
import { createStubInformers } from '../../runtime/watch/informers.fixture.ts';

/** One controller under test, over a client in memory and informers that lag until the test says otherwise. */
export interface StubEnv {
  readonly client: MemoryClient;
  readonly clock: FakeClock;
  readonly controller: ConnectedController;
  /** Returns the keys that were enqueued since the last call. */
  enqueued(): string[];
  readonly events: string[];
  readonly registry: Registry;
  /** Returns how often all objects of a kind, or of a namespace, were listed since the last call. */
  scans(): number;
  /** Shows the informers an object as it is now. */
  show<T extends KubeObject>(kind: Kind<T>, object: Live<T>): void;
  hide<T extends KubeObject>(kind: Kind<T>, object: Live<T>): void;
  /** Shows the informers all objects of a kind, as the server has them. */
  catchUp(kind: Kind): Promise<void>;
  reconcile(name: string, namespace?: string): Promise<Result>;
}

/** Sets a controller up for a test that decides what the informers show, and when. */
export function createStubEnv(definition: ControllerDefinition): StubEnv {
  const clock = createFakeClock();
  const client = createMemoryClient(clock);
  const informers = createStubInformers();
  const events: string[] = [];
  let enqueued: string[] = [];
  const registry = new Registry();
  const env: ControllerEnv = {
    client,
    registry,
    clock,
    log: silentLogger,
    informers,
    recorder: { event: (_object, _type, reason, message) => void events.push(`${reason}: ${message}`) },
    enqueue: (key) => void enqueued.push(keyText(key)),
  };
  const controller = setUpController(definition, env);
  return {
    client,
    clock,
    controller,
    events,
    registry,
    scans: informers.scans,
    enqueued() {
      const keys = enqueued;
      enqueued = [];
      return keys;
    },
    show: (kind, object) => informers.show(kind, object),
    hide: informers.hide,
    async catchUp(kind) {
      const { items } = await client.list(kind);
      const there = new Set(items.map(({ metadata }) => metadata.uid));
      for (const object of informers.of(kind).list()) if (!there.has(object.metadata.uid)) informers.hide(kind, object);
      for (const object of items) informers.show(kind, object);
    },
    reconcile(name, namespace = 'default') {
      const key: ObjectKey = { namespace, name };
      return controller.reconcile(key, { signal: new AbortController().signal, log: silentLogger });
    },
  };
}
