import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { UserInfo } from '../contract/request.ts';
import type { TestServer } from '../test-server.fixture.ts';
import { startTestServer } from '../test-server.fixture.ts';

const LEASES = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const jane: UserInfo = { name: 'jane', groups: ['system:authenticated'] };

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await server.ask('POST', '/api/v1/namespaces', { body: { metadata: { name: 'default' } } });
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'jane' };
  const subjects = [{ apiGroup: roleRef.apiGroup, kind: 'User', name: 'jane' }];
  await server.ask('POST', `${RBAC}/clusterrolebindings`, { body: { metadata: { name: 'jane' }, roleRef, subjects } });
});
afterAll(() => server.stop());

/** Gives jane these verbs on leases and config maps, and no others. */
async function allow(...verbs: readonly string[]): Promise<void> {
  const rules = [{ verbs, apiGroups: ['', 'coordination.k8s.io'], resources: ['leases', 'configmaps'] }];
  expect((await server.ask('PUT', `${RBAC}/clusterroles/jane`, { body: { metadata: { name: 'jane' }, rules } })).status).toBeLessThan(300);
}
const update = (name: string) => server.ask('PUT', `${LEASES}/${name}`, { user: jane, body: { metadata: { name }, spec: {} } });
const apply = (name: string) =>
  server.ask('PATCH', `${CONFIG_MAPS}/${name}?fieldManager=jane`, {
    user: jane,
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { a: 'b' } },
    headers: { 'content-type': 'application/apply-patch+yaml' },
  });

describe('an object that is not there', () => {
  it('is made by an update or an apply of who may create it', async () => {
    await allow('get', 'create', 'update', 'patch');
    expect([(await update('made')).status, (await apply('made')).status]).toEqual([201, 201]);
  });

  it('is made by nobody who may only change what is there', async () => {
    await allow('get', 'update', 'patch');
    const answers = [await update('refused'), await apply('refused')];
    expect(answers.map(({ status, json }) => [status, json.reason, json.message])).toEqual([
      [403, 'Forbidden', 'leases.coordination.k8s.io "refused" is forbidden: '],
      [403, 'Forbidden', 'configmaps "refused" is forbidden: '],
    ]);
    for (const path of [LEASES, CONFIG_MAPS]) expect((await server.ask('GET', `${path}/refused`)).status).toBe(404);
  });

  it('may be changed, once there, without the right to create', async () => {
    await allow('get', 'update', 'patch');
    expect((await apply('made')).status).toBe(200);
  });
});
