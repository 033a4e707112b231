import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PolicyRule } from '../../../api/kinds/rbac/index.ts';
import type { UserInfo } from '../../contract/request.ts';
import type { TestServer } from '../../test-server.fixture.ts';
import { startTestServer } from '../../test-server.fixture.ts';

const apiGroup = 'rbac.authorization.k8s.io';
const RBAC = `/apis/${apiGroup}/v1`;
const ROLES = `${RBAC}/namespaces/team/roles`;
const BINDINGS = `${RBAC}/namespaces/team/rolebindings`;
const jane: UserInfo = { name: 'jane', groups: ['dev', 'system:authenticated'] };

const rule = (verbs: string, group: string, ...resources: readonly string[]): PolicyRule => ({
  verbs: verbs.split(' '),
  apiGroups: [group],
  resources: [...resources],
});
const EDITS = rule('get list create update patch delete', apiGroup, 'roles', 'rolebindings', 'clusterroles', 'clusterrolebindings');
const HEADER = 'user "jane" (groups=["dev" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await server.ask('POST', '/api/v1/namespaces', { body: { metadata: { name: 'team' } } });
  await put(`${RBAC}/clusterroles`, 'strong', { rules: [rule('*', '*', '*')] });
  await put(`${RBAC}/clusterroles`, 'pods', { rules: [rule('get', '', 'pods')] });
});
afterAll(() => server.stop());

const put = (path: string, name: string, body: object) => server.ask('PUT', `${path}/${name}`, { body: { metadata: { name }, ...body } });
const binding = (name: string, kind: string, roleName: string) => ({
  metadata: { name },
  roleRef: { apiGroup, kind, name: roleName },
  subjects: [{ kind: 'User', apiGroup, name: 'friend' }],
});

/** Gives jane these rules, in the whole cluster, beside that to write roles and bindings. */
async function grant(...rules: readonly PolicyRule[]): Promise<void> {
  await put(`${RBAC}/clusterroles`, 'jane', { rules: [EDITS, ...rules] });
  await put(`${RBAC}/clusterrolebindings`, 'jane', {
    roleRef: { apiGroup, kind: 'ClusterRole', name: 'jane' },
    subjects: [{ kind: 'User', name: 'jane' }],
  });
}

async function asJane(method: string, path: string, body: object) {
  const headers: Record<string, string> = method === 'PATCH' ? { 'content-type': 'application/merge-patch+json' } : {};
  const { status, json } = await server.ask(method, `${path}?dryRun=All`, { user: jane, body, headers });
  return { status, message: json.message };
}
const role = (...rules: readonly PolicyRule[]) => asJane('POST', ROLES, { metadata: { name: 'made' }, rules });
const refused = (what: string, name: string, ...lacking: readonly string[]) => ({
  status: 403,
  message: `${what}.${apiGroup} "${name}" is forbidden: ${[HEADER, ...lacking].join('\n')}`,
});

describe('a role', () => {
  it('may grant what its writer holds', async () => {
    await grant(rule('get list', '', 'pods', '*/scale'), { verbs: ['get'], nonResourceURLs: ['/health*'] });
    expect((await role(rule('get', '', 'pods'))).status).toBe(201);
    expect((await role({ ...rule('get', '', 'pods'), resourceNames: ['a'] })).status).toBe(201);
    expect((await role(rule('list', '', 'deployments/scale'))).status).toBe(201);
    expect(
      (await asJane('POST', `${RBAC}/clusterroles`, { metadata: { name: 'made' }, rules: [{ verbs: ['get'], nonResourceURLs: ['/healthz'] }] }))
        .status,
    ).toBe(201);
  });

  it('may grant no more, and the answer says what is lacking', async () => {
    await grant({ ...rule('get', '', 'secrets'), resourceNames: ['own'] });
    expect(await role(rule('get delete', '', 'pods', 'nodes'), { ...rule('get', '', 'secrets'), resourceNames: ['own', 'other'] })).toEqual(
      refused(
        'roles',
        'made',
        '{APIGroups:[""], Resources:["nodes"], Verbs:["get" "delete"]}',
        '{APIGroups:[""], Resources:["pods"], Verbs:["get" "delete"]}',
        '{APIGroups:[""], Resources:["secrets"], ResourceNames:["other"], Verbs:["get"]}',
      ),
    );
    expect(await role(rule('get', '', 'secrets'))).toMatchObject({ status: 403 });
    expect(
      await asJane('POST', `${RBAC}/clusterroles`, { metadata: { name: 'made' }, rules: [{ verbs: ['get'], nonResourceURLs: ['/x'] }] }),
    ).toEqual(refused('clusterroles', 'made', '{NonResourceURLs:["/x"], Verbs:["get"]}'));
  });

  it.each([
    ['PATCH', { metadata: { labels: { a: 'b' } } }],
    ['PUT', { metadata: { name: 'mighty' }, rules: [rule('*', '*', '*')] }],
  ])('of more cannot be changed by %s', async (method, body) => {
    await put(ROLES, 'mighty', { rules: [rule('*', '*', '*')] });
    await grant();
    expect(await asJane(method, `${ROLES}/mighty`, body)).toEqual(refused('roles', 'mighty', '{APIGroups:["*"], Resources:["*"], Verbs:["*"]}'));
  });

  it('may lose finalizers to anybody who may write it', async () => {
    await put(ROLES, 'held', { rules: [rule('*', '*', '*')] });
    await grant();
    expect((await asJane('PATCH', `${ROLES}/held`, { metadata: { finalizers: ['example.com/x'] } })).status).toBe(200);
  });

  it('may be anything for one who may escalate', async () => {
    await grant(rule('escalate', apiGroup, 'roles'));
    expect((await role(rule('*', '*', '*'))).status).toBe(201);
    expect((await asJane('POST', `${RBAC}/clusterroles`, { metadata: { name: 'made' }, rules: [rule('get', '', 'nodes')] })).status).toBe(403);
  });

  it('gathers others by a rule that needs everything', async () => {
    const gathered = { metadata: { name: 'made' }, aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] } };
    await grant();
    expect(await asJane('POST', `${RBAC}/clusterroles`, gathered)).toMatchObject({
      status: 403,
      message: expect.stringContaining('must have cluster-admin privileges to use the aggregationRule'),
    });
    await grant(rule('*', '*', '*'), { verbs: ['*'], nonResourceURLs: ['*'] });
    expect((await asJane('POST', `${RBAC}/clusterroles`, gathered)).status).toBe(201);
  });

  it('that stands for millions of permissions is refused by the first of them', async () => {
    await grant();
    const words = (prefix: string) => Array.from({ length: 300 }, (_, i) => `${prefix}${i}`);
    const { status, message } = await role({ verbs: words('v'), apiGroups: words('g'), resources: words('r') });
    expect(status).toBe(403);
    expect(message.split('\n').length).toBeLessThan(200);
  });
});

describe('a binding', () => {
  it('may give a role whose permissions its writer holds', async () => {
    await grant(rule('get', '', 'pods'));
    expect((await asJane('POST', BINDINGS, binding('made', 'ClusterRole', 'pods'))).status).toBe(201);
    expect(await asJane('POST', BINDINGS, binding('made', 'ClusterRole', 'strong'))).toEqual(
      refused('rolebindings', 'made', '{APIGroups:["*"], Resources:["*"], Verbs:["*"]}'),
    );
    expect(await asJane('POST', `${RBAC}/clusterrolebindings`, binding('made', 'ClusterRole', 'strong'))).toMatchObject({ status: 403 });
  });

  it('may give a role that its writer may bind', async () => {
    await grant({ ...rule('bind', apiGroup, 'clusterroles'), resourceNames: ['strong'] });
    expect((await asJane('POST', BINDINGS, binding('made', 'ClusterRole', 'strong'))).status).toBe(201);
    expect((await asJane('POST', BINDINGS, binding('made', 'ClusterRole', 'cluster-admin'))).status).toBe(403);
  });

  it('of a role that is missing is not found, under the name of its own resource', async () => {
    await grant();
    expect(await asJane('POST', BINDINGS, binding('made', 'Role', 'nope'))).toEqual({
      status: 404,
      message: `rolebindings.${apiGroup} "nope" not found`,
    });
  });

  it('tells of roles that were missing when rights were looked up', async () => {
    await grant();
    await server.ask('POST', BINDINGS, { body: { ...binding('dangling', 'Role', 'lost'), subjects: [{ kind: 'User', name: 'jane' }] } });
    const { message } = await role(rule('get', '', 'pods'));
    expect(message).toContain(`Verbs:["get"]}; resolution errors: [roles.${apiGroup} "lost" not found]`);
  });
});
