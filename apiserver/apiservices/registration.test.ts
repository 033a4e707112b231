import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TestServer } from '../test-server.fixture.ts';
import { eventually, startTestServer } from '../test-server.fixture.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const ALL = '/apis/apiregistration.k8s.io/v1/apiservices';
const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const found = (name: string) => eventually(async () => (await server.ask('GET', `${ALL}/${name}`)).status === 200);
const gone = (name: string) => eventually(async () => (await server.ask('GET', `${ALL}/${name}`)).status === 404);

const crd = (plural: string, ...versions: string[]) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.example.com` },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural, kind: plural },
    versions: versions.map((name, index) => ({
      name,
      served: true,
      storage: index === 0,
      schema: { openAPIV3Schema: { type: 'object' } },
    })),
  },
});

describe('the server’s own versions', () => {
  it('are registered, and health tells it', async () => {
    await eventually(async () => (await server.ask('GET', '/readyz/autoregister-completion')).status === 200);
    const { json } = await server.ask('GET', `${ALL}/v1.apps`);
    expect(json).toMatchObject({
      metadata: { labels: { 'kube-aggregator.kubernetes.io/automanaged': 'onstart' } },
      spec: { group: 'apps', version: 'v1', groupPriorityMinimum: 17800, versionPriority: 15 },
      status: { conditions: [{ type: 'Available', status: 'True', reason: 'Local', message: 'Local APIServices are always available' }] },
    });
  });

  it('are available again after a server behind them is taken away', async () => {
    const service = { namespace: 'default', name: 'gone', port: 443 };
    const reasonIs = (reason: string) =>
      eventually(async () => (await server.ask('GET', `${ALL}/v1.batch`)).json.status.conditions[0].reason === reason);
    // The server looks at each of its own versions once after its start, and undoes a change from before that: it is made again then.
    await eventually(async () => {
      const { json } = await server.ask('GET', `${ALL}/v1.batch`);
      if (json.spec.service) return json.status.conditions[0].reason === 'ServiceNotFound';
      const changed = await server.ask('PUT', `${ALL}/v1.batch`, { body: { ...json, spec: { ...json.spec, service } } });
      expect([200, 409]).toContain(changed.status);
      return false;
    });
    expect((await server.ask('GET', '/apis/batch/v1/jobs')).text).toBe('service unavailable\n');
    await server.ask('PATCH', `${ALL}/v1.batch`, { headers: { 'content-type': 'application/merge-patch+json' }, body: { spec: { service: null } } });
    await reasonIs('Local');
    expect((await server.ask('GET', '/apis/batch/v1/jobs')).status).toBe(200);
  });
});

describe('the versions of custom resources', () => {
  it('are registered as long as a definition serves them', async () => {
    await server.ask('POST', CRDS, { body: crd('cars', 'v1', 'v2') });
    await server.ask('POST', CRDS, { body: crd('boats', 'v1') });
    await found('v1.example.com');
    await found('v2.example.com');
    expect((await server.ask('GET', `${ALL}/v2.example.com`)).json).toMatchObject({
      metadata: { labels: { 'kube-aggregator.kubernetes.io/automanaged': 'true' } },
      spec: { groupPriorityMinimum: 1000, versionPriority: 100 },
    });
    await server.ask('DELETE', `${CRDS}/cars.example.com`);
    await gone('v2.example.com');
    await server.ask('DELETE', `${ALL}/v1.example.com`);
    await found('v1.example.com');
    await server.ask('DELETE', `${CRDS}/boats.example.com`);
    await gone('v1.example.com');
  });
});
