import { describe, expect, it } from '@jest/globals';
import type { Authorizer, Decision, UserRules } from '../contract/authorizer.ts';
import { startTestServer } from '../test-server.fixture.ts';

const REVIEWS = '/apis/authorization.k8s.io/v1';
const spec = { user: 'jane', resourceAttributes: { verb: 'get', resource: 'secrets', namespace: 'dev' } };

/** A server whose authorizer answers for jane as given, and leaves everybody else to roles. */
async function asked(decision: Decision, rules: Partial<UserRules> = {}) {
  const authorizer: Authorizer = {
    authorize: (attributes) => (attributes.user.name === 'jane' ? decision : { verdict: 'no opinion' }),
    rulesFor: () => ({ resourceRules: [], nonResourceRules: [], incomplete: false, ...rules }),
  };
  const server = await startTestServer({ authorizers: [authorizer] });
  const local = { metadata: { namespace: 'dev' }, spec };
  const [cluster, namespaced, listed] = [
    await server.ask('POST', `${REVIEWS}/subjectaccessreviews`, { body: { spec } }),
    await server.ask('POST', `${REVIEWS}/namespaces/dev/localsubjectaccessreviews`, { body: local }),
    await server.ask('POST', `${REVIEWS}/selfsubjectrulesreviews`, { user: { name: 'jane', groups: [] }, body: { spec: { namespace: 'dev' } } }),
  ];
  await server.stop();
  return { access: [cluster.json.status, namespaced.json.status], rules: listed.json.status };
}

describe('access reviews', () => {
  it.each<[Decision, object]>([
    [
      { verdict: 'allow', reason: 'a role' },
      { allowed: true, reason: 'a role' },
    ],
    [
      { verdict: 'deny', reason: 'never' },
      { allowed: false, denied: true, reason: 'never' },
    ],
    [{ verdict: 'no opinion' }, { allowed: false }],
    [
      { verdict: 'no opinion', evaluationError: 'no such role' },
      { allowed: false, evaluationError: 'no such role' },
    ],
  ])('of %j answer %j', async (decision, status) => {
    expect((await asked(decision)).access).toEqual([status, status]);
  });

  it('list the rules of the authorizer', async () => {
    const resourceRules = [{ verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: ['p'] }];
    const nonResourceRules = [{ verbs: ['get'], nonResourceURLs: ['/healthz'] }];
    const given = { resourceRules, nonResourceRules, incomplete: true, evaluationError: 'a webhook cannot list' };
    expect((await asked({ verdict: 'allow' }, given)).rules).toEqual(given);
  });

  it('name the fields of their creator, though they are not stored', async () => {
    const server = await startTestServer();
    const body = { spec: { resourceAttributes: { verb: 'get', resource: 'pods' } } };
    const { json } = await server.ask('POST', `${REVIEWS}/selfsubjectaccessreviews?fieldManager=me`, { body });
    await server.stop();
    expect(json.metadata.managedFields).toMatchObject([
      { manager: 'me', operation: 'Update', fieldsV1: { 'f:spec': { 'f:resourceAttributes': { '.': {}, 'f:resource': {}, 'f:verb': {} } } } },
    ]);
  });
});
