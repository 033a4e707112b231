import { describe, expect, it } from '@jest/globals';
import type { PolicyRule } from '../../../api/kinds/rbac/index.ts';
import type { Subject } from '../../../api/kinds/rbac/role-binding.ts';
import type { AuthorizationAttributes } from '../../contract/authorizer.ts';
import type { UserInfo } from '../../contract/request.ts';
import { rbacAuthorizer } from './rbac-authorizer.ts';
import { RbacIndex } from './rbac-index.ts';

const apiGroup = 'rbac.authorization.k8s.io';
const jane: UserInfo = { name: 'jane', groups: ['dev', 'system:authenticated'] };
const user = (name: string): Subject => ({ kind: 'User', apiGroup, name });
const group = (name: string): Subject => ({ kind: 'Group', apiGroup, name });

const live = (name: string, namespace = '') => ({ name, namespace, uid: 'u', resourceVersion: '1', creationTimestamp: '' });

/** An index that is written to as the cache would. */
function indexed() {
  const index = new RbacIndex();
  const role = (name: string, rules: readonly PolicyRule[], namespace = '') =>
    index.setRole(namespace === '' ? 'ClusterRole' : 'Role', { metadata: live(name, namespace), rules: [...rules] });
  const bind = (name: string, roleName: string, subjects: readonly Subject[], namespace = '', kind = 'ClusterRole') =>
    index.setBinding({ metadata: live(name, namespace), roleRef: { apiGroup, kind, name: roleName }, subjects });
  return { index, role, bind, authorizer: rbacAuthorizer(index) };
}

const asking = (given: Partial<AuthorizationAttributes>): AuthorizationAttributes => ({
  ...{
    user: jane,
    verb: 'get',
    isResource: true,
    group: '',
    version: 'v1',
    resource: 'pods',
    subresource: '',
    namespace: 'team',
    name: 'p',
    path: '',
  },
  ...given,
});
const path = (text: string, verb = 'get') => asking({ isResource: false, resource: '', namespace: '', name: '', path: text, verb });

describe('a rule', () => {
  const rule = (given: Partial<PolicyRule>): PolicyRule => ({ verbs: ['get'], apiGroups: [''], resources: ['pods'], ...given });
  it.each<[string, PolicyRule, Partial<AuthorizationAttributes>, boolean]>([
    ['allows what it names', rule({}), {}, true],
    ['allows no other verb', rule({}), { verb: 'list' }, false],
    ['allows no other group', rule({}), { group: 'apps' }, false],
    ['allows no other resource', rule({}), { resource: 'secrets' }, false],
    ['allows no subresource', rule({}), { subresource: 'log' }, false],
    ['allows a subresource that it names', rule({ resources: ['pods/log'] }), { subresource: 'log' }, true],
    ['allows the resource of no subresource', rule({ resources: ['pods/log'] }), {}, false],
    ['allows a subresource everywhere', rule({ resources: ['*/scale'] }), { subresource: 'scale', resource: 'deployments' }, true],
    ['allows no other subresource', rule({ resources: ['*/scale'] }), { subresource: 'status' }, false],
    ['has no star behind the slash', rule({ resources: ['pods/*'] }), { subresource: 'log' }, false],
    ['allows everything by a star', rule({ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }), { subresource: 'exec', verb: 'create' }, true],
    ['allows names that it lists', rule({ resourceNames: ['p'] }), {}, true],
    ['allows no other name', rule({ resourceNames: ['q'] }), {}, false],
    ['allows no collection by a name', rule({ resourceNames: ['p'], verbs: ['list'] }), { verb: 'list', name: '' }, false],
    ['takes a resource with a slash as a whole', rule({ resources: ['pods/log'] }), { resource: 'pods/log' }, true],
    ['of a path allows no resource', { verbs: ['*'], nonResourceURLs: ['*'] }, {}, false],
    ['does not take names for properties', rule({ resources: ['constructor'] }), { resource: '__proto__' }, false],
  ])('%s', (_, given, asked, allowed) => {
    const { role, bind, authorizer } = indexed();
    role('r', [given]);
    bind('b', 'r', [user('jane')]);
    expect(authorizer.authorize(asking(asked)).verdict).toBe(allowed ? 'allow' : 'no opinion');
  });

  it.each([
    ['/metrics', '/metrics', true],
    ['/metrics', '/metrics/slis', false],
    ['/healthz*', '/healthz/etcd', true],
    ['/x/*', '/x', false],
    ['*', '/anything', true],
  ])('for the path %s and %s: %s', (rules, asked, allowed) => {
    const { role, bind, authorizer } = indexed();
    role('r', [{ verbs: ['get'], nonResourceURLs: [rules] }]);
    bind('b', 'r', [user('jane')]);
    expect(authorizer.authorize(path(asked)).verdict).toBe(allowed ? 'allow' : 'no opinion');
    expect(authorizer.authorize(path(asked, 'post')).verdict).toBe('no opinion');
  });
});

describe('a decision', () => {
  const pods: PolicyRule = { verbs: ['get'], apiGroups: [''], resources: ['pods'] };

  it.each<[string, Subject, string, UserInfo, string]>([
    ['a user', user('jane'), '', jane, 'RBAC: allowed by ClusterRoleBinding "b" of ClusterRole "r" to User "jane"'],
    ['a group', group('dev'), 'team', jane, 'RBAC: allowed by RoleBinding "b/team" of ClusterRole "r" to Group "dev"'],
    [
      'an account of the namespace',
      { kind: 'ServiceAccount', name: 'bot' },
      'team',
      { name: 'system:serviceaccount:team:bot', groups: [] },
      'RBAC: allowed by RoleBinding "b/team" of ClusterRole "r" to ServiceAccount "bot/team"',
    ],
    [
      'an account of another',
      { kind: 'ServiceAccount', name: 'bot', namespace: 'ci' },
      'team',
      { name: 'system:serviceaccount:ci:bot', groups: [] },
      'RBAC: allowed by RoleBinding "b/team" of ClusterRole "r" to ServiceAccount "bot/ci"',
    ],
  ])('names the binding that gives %s its right', (_, subject, namespace, asks, reason) => {
    const { role, bind, authorizer } = indexed();
    role('r', [pods]);
    bind('b', 'r', [subject], namespace);
    expect(authorizer.authorize(asking({ user: asks }))).toEqual({ verdict: 'allow', reason });
  });

  it('names the first subject of the binding that the user is', () => {
    const { role, bind, authorizer } = indexed();
    role('r', [pods]);
    bind('b', 'r', [group('other'), group('dev'), user('jane')]);
    expect(authorizer.authorize(asking({})).reason).toBe('RBAC: allowed by ClusterRoleBinding "b" of ClusterRole "r" to Group "dev"');
    expect(authorizer.authorize(asking({ user: { name: 'jane', groups: [] } })).reason).toContain('to User "jane"');
  });

  it('goes by bindings of its namespace alone', () => {
    const { role, bind, authorizer } = indexed();
    role('r', [pods], 'team');
    bind('b', 'r', [user('jane')], 'team', 'Role');
    expect(authorizer.authorize(asking({})).verdict).toBe('allow');
    expect(authorizer.authorize(asking({ namespace: 'other' })).verdict).toBe('no opinion');
    expect(authorizer.authorize(asking({ namespace: '' })).verdict).toBe('no opinion');
  });

  it('names roles that are missing, once each, if nothing allows the action', () => {
    const { role, bind, authorizer } = indexed();
    bind('one', 'gone', [user('jane'), group('dev')]);
    expect(authorizer.authorize(asking({})).reason).toBe('RBAC: clusterrole.rbac.authorization.k8s.io "gone" not found');
    bind('two', 'lost', [user('jane')], 'team', 'Role');
    const both = '[clusterrole.rbac.authorization.k8s.io "gone" not found, role.rbac.authorization.k8s.io "lost" not found]';
    expect(authorizer.authorize(asking({})).reason).toBe(`RBAC: ${both}`);
    expect(authorizer.rulesFor(jane, 'team')).toMatchObject({ incomplete: false, evaluationError: both });
    role('gone', [pods]);
    expect(authorizer.authorize(asking({})).verdict).toBe('allow');
  });

  it('follows every change of roles and bindings', () => {
    const { index, role, bind, authorizer } = indexed();
    const verdict = () => authorizer.authorize(asking({})).verdict;
    role('r', [pods]);
    bind('b', 'r', [user('jane')]);
    expect(verdict()).toBe('allow');
    role('r', []);
    expect(verdict()).toBe('no opinion');
    role('r', [pods]);
    bind('b', 'r', [user('john')]);
    expect(verdict()).toBe('no opinion');
    bind('c', 'r', [group('dev')], 'team');
    expect(verdict()).toBe('allow');
    index.removeRole('ClusterRole', '', 'r');
    expect(authorizer.authorize(asking({})).reason).toContain('"r" not found');
    role('r', [pods]);
    index.removeBinding('team', 'c');
    expect(verdict()).toBe('no opinion');
    index.removeBinding('', 'b');
    index.removeRole('ClusterRole', '', 'r');
    expect([index.users.size, index.groups.size]).toEqual([0, 0]);
  });

  it('lists the rules of a user, those of a binding once', () => {
    const { role, bind, authorizer } = indexed();
    const health: PolicyRule = { verbs: ['get'], nonResourceURLs: ['/healthz'] };
    role('r', [pods, health]);
    bind('b', 'r', [user('jane'), group('dev')]);
    bind('elsewhere', 'r', [user('jane')], 'other');
    expect(authorizer.rulesFor(jane, 'team')).toEqual({
      resourceRules: [{ ...pods, resourceNames: [] }],
      nonResourceRules: [health],
      incomplete: false,
    });
  });

  // Listed for each binding, they were 100 million.
  it('end early for a user with many bindings to a role of many rules', () => {
    const { role, bind, authorizer } = indexed();
    role(
      'r',
      Array.from({ length: 10_000 }, () => pods),
    );
    for (let i = 0; i < 10_000; i++) bind(`b${i}`, 'r', [user('jane')], 'team');
    const { resourceRules, incomplete, evaluationError } = authorizer.rulesFor(jane, 'team');
    expect(resourceRules.length).toBeGreaterThan(10_000);
    expect(resourceRules.length).toBeLessThan(50_000);
    expect([incomplete, evaluationError]).toEqual([true, 'the user has too many rules to list']);
  });
});

describe('the cost of a decision', () => {
  const reads = (resource: string): PolicyRule => ({ verbs: ['get'], apiGroups: [''], resources: [resource] });
  /** Rules that a decision for jane looks at, one that is refused. */
  function rulesSeen(add: (of: ReturnType<typeof indexed>, i: number) => void, count: number): number {
    const built = indexed();
    for (const resource of ['pods', 'nodes']) built.role(resource, [reads(resource)]);
    for (let i = 0; i < count; i++) add(built, i);
    built.role('own', [reads('pods')]);
    built.bind('own', 'own', [user('jane')], 'team');
    const { visits } = built.authorizer;
    const before = visits.rules;
    expect(built.authorizer.authorize(asking({})).verdict).toBe('allow');
    expect(built.authorizer.authorize(asking({ verb: 'delete' })).verdict).toBe('no opinion');
    return visits.rules - before;
  }
  it.each<[string, (of: ReturnType<typeof indexed>, i: number) => void]>([
    ['to other users', ({ bind }, i) => bind(`b${i}`, 'pods', [user(`u${i}`)])],
    ['in other namespaces', ({ bind }, i) => bind('b', 'pods', [group('dev')], `n${i}`)],
    ['of one role', ({ bind }, i) => bind(`b${i}`, 'nodes', [user('jane')])],
    [
      'of roles about other things',
      ({ role, bind }, i) => {
        role(`r${i}`, [reads(`things${i}`)]);
        bind(`b${i}`, `r${i}`, [group('dev')]);
      },
    ],
  ])('does not grow with bindings %s', (_, add) => {
    expect(rulesSeen(add, 10_000)).toBe(rulesSeen(add, 10));
  });

  it('does not grow with what else a role is about', () => {
    const wide = (resources: number) =>
      rulesSeen(({ role, bind }) => {
        role(
          'wide',
          Array.from({ length: resources }, (_, i) => reads(`things${i}`)),
        );
        bind('wide', 'wide', [user('jane')]);
      }, 1);
    expect(wide(10_000)).toBe(wide(10));
  });
});
