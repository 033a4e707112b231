import { describe, expect, it } from '@jest/globals';
import { createFakeClock } from '../../base/fake-clock.ts';
import { createMemoryStore } from '../../store/memory.ts';
import { StoreError } from '../../store/store-error.ts';
import { startTestServer } from '../test-server.fixture.ts';
import { serverChecks } from './server-checks.ts';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';

/** A store that fails with `fault` as long as it is set. */
function ailingStore() {
  const store = createMemoryStore();
  const state: { fault?: StoreError | undefined } = {};
  const unless = <R>(work: () => Promise<R>): Promise<R> => (state.fault ? Promise.reject(state.fault) : work());
  return {
    state,
    store: {
      ...store,
      create: (...args: Parameters<typeof store.create>) => unless(() => store.create(...args)),
      update: (...args: Parameters<typeof store.update>) => unless(() => store.update(...args)),
      delete: (...args: Parameters<typeof store.delete>) => unless(() => store.delete(...args)),
      probe: () => unless(() => store.probe()),
    },
  };
}

describe('a server whose store fails', () => {
  it.each([
    ['NoSpace', 500, '', 'etcdserver: mvcc: database space exceeded'],
    ['TooLarge', 500, '', 'etcdserver: request is too large'],
    ['Unavailable', 503, 'ServiceUnavailable', 'the store does not answer; the write may have been made'],
    ['Damaged', 500, 'InternalError', 'Internal error occurred: the store is damaged'],
  ] as const)('says so to writers (%s), in its health, and when it is over', async (fault, code, reason, message) => {
    const { store, state } = ailingStore();
    const server = await startTestServer({ store });
    await server.ask('POST', CONFIG_MAPS, { body: { metadata: { name: 'a' } } });
    state.fault = new StoreError(fault, 'a secret path');
    const writes = [
      await server.ask('POST', CONFIG_MAPS, { body: { metadata: { name: 'b' } } }),
      await server.ask('PUT', `${CONFIG_MAPS}/a`, { body: { metadata: { name: 'a' }, data: { k: 'v' } } }),
      await server.ask('DELETE', `${CONFIG_MAPS}/a`),
    ];
    for (const { status, json } of writes) expect([status, json.reason ?? '', json.message]).toEqual([code, reason, message]);
    expect((await server.ask('GET', `${CONFIG_MAPS}/a`)).status).toBe(200);
    for (const probe of ['livez', 'readyz', 'healthz']) {
      const { status, text } = await server.ask('GET', `/${probe}`);
      expect(status).toBe(500);
      expect(text).toContain('[-]etcd failed: reason withheld\n');
      expect(text).toContain(`${probe} check failed\n`);
      expect(text).not.toContain('secret');
    }
    expect((await server.ask('GET', '/readyz?exclude=etcd&exclude=etcd-readiness')).text).toBe('ok');
    expect((await server.ask('GET', '/livez/etcd')).text).toBe('internal server error: a secret path\n');
    state.fault = undefined;
    expect((await server.ask('GET', '/readyz')).text).toBe('ok');
    expect((await server.ask('DELETE', `${CONFIG_MAPS}/a`)).status).toBe(200);
    await server.stop();
  });

  it('is not alive while the store does not answer, and is asked once for many probes', async () => {
    const clock = createFakeClock();
    let probes = 0;
    const answer = Promise.withResolvers<void>();
    const probe = () => {
      probes++;
      return answer.promise;
    };
    const always = () => true;
    const checks = serverChecks({ store: { probe }, clock, hooks: [], synced: always, stopping: () => false, logFault: () => undefined });
    const etcd = checks.find(({ name }) => name === 'etcd');
    const results = [etcd?.check(), etcd?.check()];
    await clock.advance(2_000);
    expect(await Promise.all(results)).toEqual(Array(2).fill('the store has not answered for 2 s'));
    expect(probes).toBe(1);
    answer.resolve();
    expect(await etcd?.check()).toBeUndefined();
  });
});

describe('the conditions of health', () => {
  const health = (state: { synced?: boolean; stopping?: boolean; log?: string; hook?: boolean }) => {
    const checks = serverChecks({
      store: createMemoryStore(),
      clock: createFakeClock(),
      hooks: [{ name: 'rbac/bootstrap-roles', done: () => state.hook ?? true }],
      synced: () => state.synced ?? true,
      stopping: () => state.stopping ?? false,
      logFault: () => state.log,
    });
    return Promise.all(checks.map(async ({ name, check }) => [name, await check()] as const)).then((all) =>
      all.filter(([, why]) => why !== undefined),
    );
  };

  it.each([
    [{}, []],
    [{ synced: false }, [['informer-sync', 'the caches are not filled yet']]],
    [{ stopping: true }, [['shutdown', 'process is shutting down']]],
    [{ log: 'no space' }, [['log', 'no space']]],
    [{ hook: false }, [['poststarthook/rbac/bootstrap-roles', 'not finished']]],
  ])('%j: %j', async (state, expected) => expect(await health(state)).toEqual(expected));
});

it('a server shows its checks under their names and in their order, and counts their outcomes', async () => {
  const { store, state } = ailingStore();
  const server = await startTestServer({ store });
  const names = async (probe: string) =>
    [...(await server.ask('GET', `/${probe}?verbose`)).text.matchAll(/^\[\+\](\S+) ok$/gm)].map(([, name]) => name);
  const hooks = [
    'start-apiserver-admission-initializer',
    'generic-apiserver-start-informers',
    'priority-and-fairness-config-consumer',
    'priority-and-fairness-filter',
    'storage-object-count-tracker-hook',
    'start-apiextensions-informers',
    'start-apiextensions-controllers',
    'crd-informer-synced',
    'start-system-namespaces-controller',
    'storage-readiness',
    'start-service-ip-repair-controllers',
    'rbac/bootstrap-roles',
    'scheduling/bootstrap-system-priority-classes',
    'priority-and-fairness-config-producer',
    'bootstrap-controller',
    'start-kubernetes-service-cidr-controller',
    'start-kube-aggregator-informers',
    'apiservice-status-local-available-controller',
    'apiservice-status-remote-available-controller',
    'apiservice-registration-controller',
    'apiservice-discovery-controller',
    'kube-apiserver-autoregistration',
    'autoregister-completion',
    'apiservice-openapi-controller',
    'apiservice-openapiv3-controller',
  ].map((name) => (name === 'autoregister-completion' ? name : `poststarthook/${name}`));
  // Parts that are added later bring hooks of their own.
  const known = (list: readonly (string | undefined)[]) => list.filter((name) => !name?.startsWith('poststarthook/') || hooks.includes(name));
  expect(known(await names('livez'))).toEqual(['ping', 'log', 'etcd', ...hooks]);
  expect(known(await names('readyz'))).toEqual(['ping', 'log', 'etcd', 'etcd-readiness', 'informer-sync', ...hooks, 'shutdown']);
  state.fault = new StoreError('Unavailable', 'gone');
  await server.ask('GET', '/livez');
  const { text } = await server.ask('GET', '/metrics/slis');
  expect(text).toContain('# TYPE kubernetes_healthcheck gauge');
  expect(text).toContain('kubernetes_healthcheck{name="etcd",type="livez"} 0');
  expect(text).toContain('kubernetes_healthcheck{name="etcd",type="readyz"} 1');
  expect(text).toContain('kubernetes_healthchecks_total{name="etcd",status="error",type="livez"} 1');
  state.fault = undefined;
  await server.stop();
});
