import { afterEach, describe, expect, it } from '@jest/globals';
import { createMemoryStore } from '../../../store/memory.ts';
import type { TestServer } from '../../test-server.fixture.ts';
import { serverWith } from './optional-plugins.fixture.ts';

let server: TestServer;
afterEach(() => server.stop());

const body = { metadata: { name: 'c' } };
const at = (namespace: string) => `/api/v1/namespaces/${namespace}/configmaps`;

describe('NamespaceAutoProvision', () => {
  it('makes the namespace that an object is created in, whatever the rights of the user', async () => {
    server = await serverWith({ NamespaceAutoProvision: undefined });
    const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['create'] }];
    await server.ask('POST', '/apis/rbac.authorization.k8s.io/v1/clusterroles', { body: { metadata: { name: 'writer' }, rules } });
    const [apiGroup, subject] = ['rbac.authorization.k8s.io', { kind: 'User', name: 'jane' }];
    await server.ask('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
      body: { metadata: { name: 'writers' }, roleRef: { apiGroup, kind: 'ClusterRole', name: 'writer' }, subjects: [{ apiGroup, ...subject }] },
    });
    const user = { name: 'jane', groups: ['system:authenticated'] };
    expect((await server.ask('POST', at('new'), { body, user })).status).toBe(201);
    expect((await server.ask('GET', '/api/v1/namespaces/new')).json.status.phase).toBe('Active');
    expect((await server.ask('POST', at('new'), { body: { metadata: { name: 'd' } }, user })).status).toBe(201);
  });

  it('makes none for a dry run, nor for an update or a deletion', async () => {
    server = await serverWith({ NamespaceAutoProvision: undefined });
    const dry = await server.ask('POST', `${at('new')}?dryRun=All`, { body });
    expect([dry.status, dry.json.message]).toEqual([404, 'namespaces "new" not found']);
    expect((await server.ask('DELETE', `${at('new')}/c`)).status).toBe(404);
    expect((await server.ask('GET', '/api/v1/namespaces/new')).status).toBe(404);
  });
});

describe('NamespaceExists', () => {
  const missing = [404, 'NotFound', 'namespaces "new" not found'];
  const without = { disabled: ['NamespaceLifecycle'] };

  it('refuses what is created in a namespace that does not exist, without NamespaceLifecycle', async () => {
    server = await serverWith({ NamespaceExists: undefined }, without);
    const { json } = await server.ask('POST', at('new'), { body });
    expect([json.code, json.reason, json.message]).toEqual(missing);
    expect((await server.ask('POST', at('default'), { body })).status).toBe(201);
    expect((await server.ask('POST', '/api/v1/namespaces', { body: { metadata: { name: 'new' } } })).status).toBe(201);
    expect((await server.ask('POST', at('new'), { body })).status).toBe(201);
  });

  it('is what refuses it', async () => {
    server = await serverWith({}, without);
    expect((await server.ask('POST', at('new'), { body })).status).toBe(201);
    expect((await server.ask('DELETE', `${at('new')}/c`)).status).toBe(200);
  });

  it('refuses deletions, too', async () => {
    const store = createMemoryStore();
    const before = await serverWith({}, { ...without, store });
    await before.ask('POST', at('new'), { body });
    await before.stop();
    server = await serverWith({ NamespaceExists: undefined }, { ...without, store });
    const { json } = await server.ask('DELETE', `${at('new')}/c`);
    expect([json.code, json.reason, json.message]).toEqual(missing);
  });
});

describe('AlwaysDeny', () => {
  it('refuses every write, and no read', async () => {
    server = await serverWith({ AlwaysDeny: undefined, AlwaysAdmit: undefined });
    const answers = [
      await server.ask('POST', at('default'), { body }),
      await server.ask('POST', '/api/v1/namespaces/default/services', { body: { metadata: { name: 's' }, spec: { ports: [{ port: 80 }] } } }),
      await server.ask('DELETE', '/api/v1/namespaces/default'),
    ];
    expect(answers.map(({ json }) => json.message)).toEqual([
      'configmaps "c" is forbidden: admission control is denying all modifications',
      'services "s" is forbidden: admission control is denying all modifications',
      'namespaces "default" is forbidden: this namespace may not be deleted',
    ]);
    expect((await server.ask('GET', at('default'))).status).toBe(200);
  });
});
