import { afterEach, describe, expect, it } from '@jest/globals';
import { configMaps } from '../api/kinds/core/config-map.ts';
import { namespaces } from '../api/kinds/core/namespace.ts';
import { createFakeClock } from '../base/fake-clock.ts';
import { silentLogger } from '../base/log.ts';
import { createMemoryStore } from '../store/memory.ts';
import type { Store, WatchBatch } from '../store/store.ts';
import { namespaceLifecycle } from './admission/builtin/namespace-lifecycle.ts';
import { privilegedGroups } from './authz/privileged-groups.ts';
import { createResources } from './resources.ts';
import type { ApiServer } from './server.ts';
import { createApiServer } from './server.ts';

const admin = { name: 'admin', groups: ['system:masters'] };
const clock = createFakeClock();
const servers: ApiServer[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A store like etcd: watches hear of events only, late, and of progress when they ask for it. */
function behind(store: Store): Store {
  return {
    ...store,
    async watch(prefix, after, sink, signal) {
      let last = after;
      const held: WatchBatch[] = [];
      const { done } = await store.watch(prefix, after, (batch) => void held.push(batch), signal);
      const deliver = () => {
        for (const batch of held.splice(0)) {
          last = batch.revision;
          if (batch.events.length > 0) sink(batch);
        }
      };
      deliver();
      setInterval(deliver, 5).unref();
      return {
        done,
        requestProgress: () => {
          deliver();
          sink({ events: [], revision: last });
        },
      };
    },
  };
}

async function serverOn(store: Store): Promise<ApiServer> {
  const kinds = [namespaces, configMaps] as never;
  const resources = createResources({ store: behind(store), kinds, clock, log: silentLogger, shared: true, freeze: true });
  const server = createApiServer({
    resources,
    authenticator: { authenticate: () => admin },
    authorizer: privilegedGroups,
    parts: [{ name: 'test', plugins: [namespaceLifecycle(resources.storage)] }],
  });
  servers.push(server);
  await server.ready;
  return server;
}

const key = { namespace: 'default', name: 'a' };
const configMap = (data: Record<string, string>) => ({ metadata: key, data });

describe('two servers on one store', () => {
  it('see what the other has written as soon as it has been acknowledged', async () => {
    const store = createMemoryStore();
    const [one, two] = [await serverOn(store), await serverOn(store)].map((server) => server.loopback(admin));
    await one!.create(namespaces, { metadata: { name: 'default' } });
    await two!.create(configMaps, configMap({ k: '1' }));
    expect((await one!.get(configMaps, key)).data).toEqual({ k: '1' });
    await one!.update(configMaps, configMap({ k: '2' }));
    expect((await two!.list(configMaps)).items.map(({ data }) => data)).toEqual([{ k: '2' }]);
    await two!.delete(configMaps, key);
    await expect(one!.get(configMaps, key)).rejects.toMatchObject({ reason: 'NotFound' });
  });

  it('lose no change when both patch one object', async () => {
    const store = createMemoryStore();
    const clients = [await serverOn(store), await serverOn(store)].map((server) => server.loopback(admin));
    await clients[0]!.create(namespaces, { metadata: { name: 'default' } });
    await clients[0]!.create(configMaps, configMap({}));
    await Promise.all(
      clients.flatMap((client, c) =>
        Array.from({ length: 4 }, (_, i) => client.patch(configMaps, key, { type: 'merge', body: { data: { [`${c}${i}`]: 'x' } } })),
      ),
    );
    expect(Object.keys((await clients[1]!.get(configMaps, key)).data ?? {})).toHaveLength(8);
  });
});
