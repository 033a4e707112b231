import { describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../base/log.ts';
import type { Authorizer, Decision, UserRules } from '../contract/authorizer.ts';
import { startTestServer } from '../test-server.fixture.ts';
import { everyAuthenticatedUser } from './every-authenticated-user.ts';

const REVIEWS = '/apis/authorization.k8s.io/v1';
const everybody = everyAuthenticatedUser(silentLogger);
const spec = { user: 'jane', resourceAttributes: { verb: 'get', resource: 'secrets', namespace: 'dev' } };

/** A server whose authorizer answers for jane as given, and lets everybody else do everything. */
async function asked(decision: Decision, rules: Partial<UserRules> = {}) {
  const authorizer: Authorizer = {
    authorize: (attributes) => (attributes.user.name === 'jane' ? decision : everybody.authorize(attributes)),
    rulesFor: () => ({ resourceRules: [], nonResourceRules: [], incomplete: false, ...rules }),
  };
  const server = await startTestServer({ authorizer });
  const local = { metadata: { namespace: 'dev' }, spec };
  const [cluster, namespaced, listed] = [
    await server.ask('POST', `${REVIEWS}/subjectaccessreviews`, { body: { spec } }),
    await server.ask('POST', `${REVIEWS}/namespaces/dev/localsubjectaccessreviews`, { body: local }),
    await server.ask('POST', `${REVIEWS}/selfsubjectrulesreviews`, { body: { spec: { namespace: 'dev' } } }),
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
});

describe('the rule that every authenticated user may do everything', () => {
  const attributes = { verb: 'get', group: '', version: '', resource: '', subresource: '', namespace: '', name: '', path: '', isResource: true };
  const users = {
    jane: { name: 'jane', groups: ['system:authenticated'] },
    anonymous: { name: 'system:anonymous', groups: ['system:unauthenticated'] },
  };

  it.each([
    ['jane', { resource: 'pods' }, 'allow'],
    ['jane', { isResource: false, path: '/metrics' }, 'allow'],
    ['anonymous', { resource: 'pods' }, 'no opinion'],
    ['anonymous', { isResource: false, path: '/healthz' }, 'allow'],
    ['anonymous', { isResource: false, path: '/metrics' }, 'no opinion'],
  ] as const)('%s, %j: %s', (name, asks, verdict) => {
    expect(everybody.authorize({ ...attributes, ...asks, user: users[name] })).toEqual({ verdict });
  });

  it('lists what it allows', async () => {
    expect(await everybody.rulesFor(users.jane, 'dev')).toMatchObject({ incomplete: false, resourceRules: [{ verbs: ['*'] }] });
    expect(await everybody.rulesFor(users.anonymous, 'dev')).toMatchObject({ resourceRules: [], nonResourceRules: [{ verbs: ['get'] }] });
  });
});
