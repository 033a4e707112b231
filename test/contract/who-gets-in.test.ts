import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { clusterRoles } from '../../api/kinds/rbac/index.ts';
import type { UserInfo } from '../../apiserver/contract/request.ts';
import type { TestServer } from '../../apiserver/test-server.fixture.ts';
import { ADMIN, eventually, startTestServer } from '../../apiserver/test-server.fixture.ts';
import { controllerManagerUser, controllerUser, nodeUser, schedulerUser } from '../../cli/cluster/identities.ts';
import { clusterRoleAggregationController } from '../../controllers/identity/cluster-role-aggregation/controller.ts';

/** A request that somebody may or may not make. Where it is allowed, its answer does not matter. */
interface Door {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const dry = (path: string, body: object): Door => ({ method: 'POST', path: `${path}?dryRun=All`, body });
const get = (path: string): Door => ({ method: 'GET', path });
const patch = (path: string): Door => ({ method: 'PATCH', path, body: {}, headers: { 'content-type': 'application/merge-patch+json' } });
const review = (kind: string, plural: string, spec: object): Door =>
  dry(`/apis/authorization.k8s.io/v1/${plural}`, { apiVersion: 'authorization.k8s.io/v1', kind, spec });
const asks = { resourceAttributes: { verb: 'get', resource: 'pods' } };
const roleOf = (rule: object) => ({ metadata: { name: 'made' }, rules: [rule] });
const bindingOf = (kind: string, name: string) => ({
  metadata: { name: 'made' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name },
  subjects: [{ kind: 'User', name: 'friend' }],
});

const DOORS: Readonly<Record<string, Door>> = {
  'own pods': get('/api/v1/namespaces/team/pods'),
  'make pod': dry('/api/v1/namespaces/team/pods', { metadata: { name: 'made' }, spec: { containers: [{ name: 'c', image: 'i' }] } }),
  exec: { method: 'POST', path: '/api/v1/namespaces/team/pods/p/exec' },
  log: get('/api/v1/namespaces/team/pods/p/log'),
  'own secrets': get('/api/v1/namespaces/team/secrets'),
  'own roles': dry(`${RBAC}/namespaces/team/roles`, roleOf({ verbs: ['get'], apiGroups: [''], resources: ['pods'] })),
  'root role': dry(`${RBAC}/namespaces/team/roles`, roleOf({ verbs: ['*'], apiGroups: ['*'], resources: ['*'] })),
  'bind root': dry(`${RBAC}/namespaces/team/rolebindings`, bindingOf('ClusterRole', 'cluster-admin')),
  'own token': dry('/api/v1/namespaces/team/serviceaccounts/default/token', { spec: {} }),
  'other pods': get('/api/v1/namespaces/other/pods'),
  'other secrets': get('/api/v1/namespaces/other/secrets'),
  'all secrets': get('/api/v1/secrets'),
  namespaces: get('/api/v1/namespaces'),
  nodes: get('/api/v1/nodes'),
  'pods of n1': get('/api/v1/pods?fieldSelector=spec.nodeName%3Dn1'),
  'node n1': get('/api/v1/nodes/n1'),
  'node status': patch('/api/v1/nodes/n1/status'),
  'node proxy': get('/api/v1/nodes/n1/proxy/metrics'),
  'bind pod': dry('/api/v1/namespaces/team/pods/p/binding', { metadata: { name: 'p' }, target: { kind: 'Node', name: 'n1' } }),
  'cluster role': dry(`${RBAC}/clusterroles`, roleOf({ verbs: ['get'], nonResourceURLs: ['/healthz'] })),
  csr: dry('/apis/certificates.k8s.io/v1/certificatesigningrequests', { metadata: { name: 'made' } }),
  'system config': get('/api/v1/namespaces/kube-system/configmaps'),
  'token review': dry('/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token: 'x' } }),
  'access review': review('SubjectAccessReview', 'subjectaccessreviews', { user: 'x', ...asks }),
  'self review': review('SelfSubjectAccessReview', 'selfsubjectaccessreviews', asks),
  'rules review': review('SelfSubjectRulesReview', 'selfsubjectrulesreviews', { namespace: 'team' }),
  impersonate: { ...get('/version'), headers: { 'impersonate-user': 'kubernetes-admin' } },
  metrics: get('/metrics'),
  healthz: get('/healthz'),
  version: get('/version'),
  discovery: get('/apis'),
  openapi: get('/openapi/v3'),
};

/**
 * The expected answer at each door, by identity: `+` allowed, `-` forbidden (403), `?` not known to the server (401). Read beside upstream's default roles
 * (https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings).
 */
const WHO = `
                | anonymous | bootstrap | account | viewer | editor | admin | node | scheduler | manager | replicasets | masters
own pods        |     ?     |     -     |    -    |   +    |   +    |   +   |  -   |     +     |    +    |      +      |    +
make pod        |     ?     |     -     |    -    |   -    |   +    |   +   |  -   |     -     |    -    |      +      |    +
exec            |     ?     |     -     |    -    |   -    |   +    |   +   |  -   |     -     |    -    |      -      |    +
log             |     ?     |     -     |    -    |   +    |   +    |   +   |  -   |     -     |    -    |      -      |    +
own secrets     |     ?     |     -     |    -    |   -    |   +    |   +   |  -   |     -     |    +    |      -      |    +
own roles       |     ?     |     -     |    -    |   -    |   -    |   +   |  -   |     -     |    -    |      -      |    +
root role       |     ?     |     -     |    -    |   -    |   -    |   -   |  -   |     -     |    -    |      -      |    +
bind root       |     ?     |     -     |    -    |   -    |   -    |   -   |  -   |     -     |    -    |      -      |    +
own token       |     ?     |     -     |    -    |   -    |   +    |   +   |  -   |     -     |    +    |      -      |    +
other pods      |     ?     |     -     |    -    |   -    |   -    |   -   |  -   |     +     |    +    |      +      |    +
other secrets   |     ?     |     -     |    -    |   -    |   -    |   -   |  -   |     -     |    +    |      -      |    +
all secrets     |     ?     |     -     |    -    |   -    |   -    |   -   |  -   |     -     |    +    |      -      |    +
namespaces      |     ?     |     -     |    -    |   -    |   -    |   -   |  -   |     +     |    +    |      -      |    +
nodes           |     ?     |     -     |    -    |   -    |   -    |   -   |  -   |     +     |    +    |      -      |    +
pods of n1      |     ?     |     -     |    -    |   -    |   -    |   -   |  +   |     +     |    +    |      +      |    +
node n1         |     ?     |     -     |    -    |   -    |   -    |   -   |  +   |     +     |    -    |      -      |    +
node status     |     ?     |     -     |    -    |   -    |   -    |   -   |  +   |     -     |    -    |      -      |    +
node proxy      |     ?     |     -     |    -    |   -    |   -    |   -   |  -   |     -     |    -    |      -      |    +
bind pod        |     ?     |     -     |    -    |   -    |   -    |   -   |  -   |     +     |    -    |      -      |    +
cluster role    |     ?     |     -     |    -    |   -    |   -    |   -   |  -   |     -     |    -    |      -      |    +
csr             |     ?     |     -     |    -    |   -    |   -    |   -   |  +   |     -     |    -    |      -      |    +
system config   |     ?     |     -     |    -    |   -    |   -    |   -   |  -   |     -     |    +    |      -      |    +
token review    |     ?     |     -     |    -    |   -    |   -    |   -   |  +   |     +     |    +    |      -      |    +
access review   |     ?     |     -     |    -    |   -    |   -    |   -   |  +   |     +     |    +    |      -      |    +
self review     |     ?     |     +     |    +    |   +    |   +    |   +   |  +   |     +     |    +    |      +      |    +
rules review    |     ?     |     +     |    +    |   +    |   +    |   +   |  +   |     +     |    +    |      +      |    +
impersonate     |     -     |     -     |    -    |   -    |   -    |   -   |  -   |     -     |    -    |      -      |    +
metrics         |     ?     |     -     |    -    |   -    |   -    |   -   |  -   |     -     |    -    |      -      |    +
healthz         |     +     |     +     |    +    |   +    |   +    |   +   |  +   |     +     |    +    |      +      |    +
version         |     +     |     +     |    +    |   +    |   +    |   +   |  +   |     +     |    +    |      +      |    +
discovery       |     ?     |     +     |    +    |   +    |   +    |   +   |  +   |     +     |    +    |      +      |    +
openapi         |     ?     |     +     |    +    |   +    |   +    |   +   |  +   |     +     |    +    |      +      |    +
`;

const cells = (line: string): string[] => line.split('|').map((cell) => cell.trim());
const [[, ...identities] = [], ...rows] = WHO.trim().split('\n').map(cells) as [string[], ...string[][]];

const person = (name: string): UserInfo => ({ name, groups: ['system:authenticated'] });
const PEOPLE: Readonly<Record<string, UserInfo>> = {
  viewer: person('viewer'),
  editor: person('editor'),
  admin: person('admin'),
  node: nodeUser('n1'),
  scheduler: schedulerUser,
  manager: controllerManagerUser,
  replicasets: controllerUser('replicaset-controller'),
  masters: ADMIN,
};

describe('who gets in', () => {
  let server: TestServer;
  /** The credentials that identities are authenticated by, as opposed to those that come with a user. */
  const credentials: Record<string, string> = {};

  beforeAll(async () => {
    server = await startTestServer({
      parts: [{ name: 'aggregation', controllers: [clusterRoleAggregationController({ clusterRoles })] }],
    });
    const { ask } = server;
    for (const name of ['team', 'other']) {
      await ask('POST', '/api/v1/namespaces', { body: { metadata: { name } } });
      await ask('POST', `/api/v1/namespaces/${name}/serviceaccounts`, { body: { metadata: { name: 'default' } } });
    }
    await ask('POST', '/api/v1/nodes', { body: { metadata: { name: 'n1' } } });
    for (const [name, role] of [
      ['viewer', 'view'],
      ['editor', 'edit'],
      ['admin', 'admin'],
    ] as const) {
      const binding = { ...bindingOf('ClusterRole', role), metadata: { name }, subjects: [{ kind: 'User', name }] };
      await ask('POST', `${RBAC}/namespaces/team/rolebindings`, { body: binding });
    }
    const { json } = await ask('POST', '/api/v1/namespaces/team/serviceaccounts/default/token', { body: { spec: {} } });
    credentials.account = json.status.token;
    const stringData = { 'token-id': 'abcdef', 'token-secret': '0123456789abcdef', 'usage-bootstrap-authentication': 'true' };
    const secret = { metadata: { name: 'bootstrap-token-abcdef' }, type: 'bootstrap.kubernetes.io/token', stringData };
    await ask('POST', '/api/v1/namespaces/kube-system/secrets', { body: secret });
    credentials.bootstrap = 'abcdef.0123456789abcdef';
    await eventually(async () => (await ask('GET', `${RBAC}/clusterroles/admin`)).json.rules?.length > 20);
  });
  afterAll(() => server.stop());

  async function opens(identity: string, { method, path, body, headers }: Door): Promise<string> {
    const user = PEOPLE[identity] ?? null;
    const token = credentials[identity];
    const authorization: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const { status } = await server.ask(method, path, { ...(body ? { body } : {}), user, headers: { ...headers, ...authorization } });
    return status === 401 ? '?' : status === 403 ? '-' : '+';
  }

  it('is asked at every door', () => {
    expect(rows.map(([door]) => door)).toEqual(Object.keys(DOORS));
  });

  it.each(identities.map((identity, column) => [identity, column + 1] as const))('%s', async (identity, column) => {
    const expected = Object.fromEntries(rows.map((row) => [row[0], row[column]]));
    const found: Record<string, string> = {};
    for (const [name, door] of Object.entries(DOORS)) found[name] = await opens(identity, door);
    expect(found).toEqual(expected);
  });
});
