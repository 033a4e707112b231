import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { resourceQuotas } from '../../../api/kinds/core/resource-quota.ts';
import { createMemoryStore } from '../../../store/memory.ts';
import type { Store } from '../../../store/store.ts';
import type { TestServer } from '../../test-server.fixture.ts';
import { eventually, startTestServer } from '../../test-server.fixture.ts';

let store: Store;
let servers: TestServer[];
beforeEach(async () => {
  store = createMemoryStore();
  const options = { store, shared: true, nodePorts: [30000, 30039] as const };
  servers = [await startTestServer(options), await startTestServer(options)];
  await servers[0]!.ask('POST', '/api/v1/namespaces/default/serviceaccounts', { body: { metadata: { name: 'default' } } });
  await eventually(async () => (await servers[1]!.ask('GET', '/api/v1/namespaces/default/serviceaccounts/default')).status === 200);
});
afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await store.close();
});

const onBoth = (count: number, ask: (server: TestServer, index: number) => ReturnType<TestServer['ask']>) =>
  Promise.all(Array.from({ length: count }, (_, index) => ask(servers[index % 2]!, index)));

describe('two servers on one store', () => {
  it('never give one node port or address to two services', async () => {
    const answers = await onBoth(40, (server, index) =>
      server.ask('POST', '/api/v1/namespaces/default/services', {
        body: { metadata: { name: `s${index}` }, spec: { type: 'NodePort', ports: [{ port: 80 }] } },
      }),
    );
    expect(answers.map(({ status }) => status).filter((status) => status !== 201)).toEqual([]);
    expect(new Set(answers.map(({ json }) => json.spec.ports[0].nodePort)).size).toBe(40);
    expect(new Set(answers.map(({ json }) => json.spec.clusterIP)).size).toBe(40);
    const full = await servers[0]!.ask('POST', '/api/v1/namespaces/default/services', {
      body: { metadata: { name: 'more' }, spec: { type: 'NodePort', ports: [{ port: 80 }] } },
    });
    expect(full.status).toBe(500);
  });

  it('let in together exactly what a quota allows', async () => {
    const [one] = servers;
    const hard = { pods: '7' };
    await one!.ask('POST', '/api/v1/namespaces/default/resourcequotas', { body: { metadata: { name: 'q' }, spec: { hard } } });
    const counted = await one!.objects.modify(resourceQuotas, { namespace: 'default', name: 'q' }, (quota) => ({
      ...quota,
      status: { hard, used: { pods: '0' } },
    }));
    const isNew = (server: TestServer) =>
      server.objects.get(resourceQuotas, { namespace: 'default', name: 'q' })?.metadata.resourceVersion === counted.metadata.resourceVersion;
    await eventually(() => servers.every(isNew));
    const answers = await onBoth(30, (server, index) =>
      server.ask('POST', '/api/v1/namespaces/default/pods', {
        body: { metadata: { name: `p${index}` }, spec: { containers: [{ name: 'c', image: 'i' }] } },
      }),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(7);
    expect(answers.filter(({ status }) => status === 403)).toHaveLength(23);
    await eventually(() =>
      servers.every((server) => server.objects.get(resourceQuotas, { namespace: 'default', name: 'q' })?.status?.used?.pods === '7'),
    );
  });

  it('put a pod on one node only', async () => {
    await servers[0]!.ask('POST', '/api/v1/namespaces/default/pods', {
      body: { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    });
    const answers = await onBoth(10, (server, index) =>
      server.ask('POST', '/api/v1/namespaces/default/pods/p/binding', { body: { target: { kind: 'Node', name: `n${index}` } } }),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 9 }, () => 409)]);
  });
});
