import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PolicyRule } from '../../api/kinds/rbac/index.ts';
import type { UserInfo } from '../contract/request.ts';
import type { TestServer } from '../test-server.fixture.ts';
import { ADMIN, startTestServer } from '../test-server.fixture.ts';

const WHOAMI = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const AUTHENTICATION = 'authentication.k8s.io';
const bot: UserInfo = {
  name: 'system:serviceaccount:team:bot',
  groups: ['system:serviceaccounts', 'system:serviceaccounts:team', 'system:authenticated'],
  extra: { 'authentication.kubernetes.io/node-name': ['n1'] },
};

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

/** Gives rules to the account in the whole cluster, instead of those that it had. */
async function grant(...rules: readonly PolicyRule[]): Promise<void> {
  const RBAC = '/apis/rbac.authorization.k8s.io/v1';
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'bot' };
  await server.ask('PUT', `${RBAC}/clusterroles/bot`, { body: { metadata: { name: 'bot' }, rules } });
  const binding = { metadata: { name: 'bot' }, roleRef, subjects: [{ kind: 'ServiceAccount', namespace: 'team', name: 'bot' }] };
  await server.ask('PUT', `${RBAC}/clusterrolebindings/bot`, { body: binding });
}
const rule = (verb: string, group: string, resource: string, ...resourceNames: readonly string[]): PolicyRule => ({
  verbs: [verb],
  apiGroups: [group],
  resources: [resource],
  ...(resourceNames.length > 0 ? { resourceNames: [...resourceNames] } : {}),
});

async function asked(rawHeaders: readonly string[], user: UserInfo = ADMIN) {
  const { status, json } = await server.ask('POST', WHOAMI, { body: {}, user, rawHeaders });
  return status === 201 ? json.status.userInfo : { code: status, message: json.message };
}

describe('an administrator', () => {
  it.each<[string, readonly string[], object]>([
    ['a user', ['Impersonate-User', 'jane'], { username: 'jane', groups: ['system:authenticated'] }],
    [
      'a user with groups, uid and extra values',
      [
        'Impersonate-User',
        'jane',
        'Impersonate-Group',
        'qa',
        'impersonate-group',
        'a, b',
        'Impersonate-Uid',
        'u',
        'Impersonate-Extra-a%2fb',
        '1',
        'impersonate-extra-A%2Fb',
        '2',
      ],
      { username: 'jane', uid: 'u', groups: ['qa', 'a, b', 'system:authenticated'], extra: { 'a/b': ['1', '2'] } },
    ],
    [
      'a key that is not escaped right, as it is',
      ['Impersonate-User', 'jane', 'Impersonate-Extra-50%', 'x'],
      { username: 'jane', groups: ['system:authenticated'], extra: { '50%': ['x'] } },
    ],
    [
      'an account, with its groups',
      ['Impersonate-User', 'system:serviceaccount:team:bot'],
      { username: bot.name, groups: ['system:serviceaccounts', 'system:serviceaccounts:team', 'system:authenticated'] },
    ],
    [
      'a node, with its group',
      ['Impersonate-User', 'system:node:n1'],
      { username: 'system:node:n1', groups: ['system:nodes', 'system:authenticated'] },
    ],
    [
      'masters',
      ['Impersonate-User', 'jane', 'Impersonate-Group', 'system:masters'],
      { username: 'jane', groups: ['system:masters', 'system:authenticated'] },
    ],
  ])('acts as %s', async (whom, headers, expected) => {
    // Each is another administrator: the mode that worked last for one is tried first, and the legacy one gives nodes no group.
    expect(await asked(headers, { ...ADMIN, name: `as ${whom}` })).toEqual(expected);
  });

  it.each<[string, readonly string[], string]>([
    [
      'a group',
      ['Impersonate-Group', 'ops'],
      'requested &user.DefaultInfo{Name:"", UID:"", Groups:[]string{"ops"}, Extra:map[string][]string(nil)} without impersonating a user name',
    ],
    [
      'an extra value',
      ['Impersonate-Extra-Scopes', 'a'],
      'requested &user.DefaultInfo{Name:"", UID:"", Groups:[]string(nil), Extra:map[string][]string{"scopes":[]string{"a"}}} without impersonating a user name',
    ],
    [
      'bytes that are no text',
      ['Impersonate-User', 'jane', 'Impersonate-Extra-%ff', 'x'],
      'the header Impersonate-Extra-%ff is not valid: its escapes are not UTF-8',
    ],
  ])('does not act as %s', async (_, headers, message) => {
    expect(await asked(headers)).toEqual({ code: 400, message });
  });

  it('acts as themselves by an empty name', async () => {
    expect(await asked(['Impersonate-User', ''])).toMatchObject({ username: 'kubernetes-admin' });
  });
});

describe('anybody else', () => {
  const jane = ['Impersonate-User', 'jane'];
  const cannot = (what: string) => ({ code: 403, message: expect.stringContaining(what) });

  it('needs the right to be told apart from none', async () => {
    await grant();
    expect(await asked(jane, bot)).toEqual(cannot('cannot impersonate-on:user-info:create resource "selfsubjectreviews"'));
  });

  it('needs a right to each part of the identity', async () => {
    await grant(
      rule('impersonate', '', 'users', 'jane'),
      rule('impersonate', '', 'groups', 'qa'),
      rule('impersonate', AUTHENTICATION, 'uids', 'u'),
      rule('impersonate', AUTHENTICATION, 'userextras/scopes', 'a'),
    );
    expect(await asked([...jane, 'Impersonate-Group', 'qa', 'Impersonate-Uid', 'u', 'Impersonate-Extra-Scopes', 'a'], bot)).toMatchObject({
      username: 'jane',
    });
    // From now on the mode that worked is tried first, and its refusal is shown.
    expect(await asked(['Impersonate-User', 'john'], bot)).toEqual(
      cannot(
        'users "john" is forbidden: User "system:serviceaccount:team:bot" cannot impersonate resource "users" in API group "" at the cluster scope',
      ),
    );
    expect(await asked([...jane, 'Impersonate-Group', 'ops'], bot)).toEqual(cannot('groups "ops" is forbidden'));
    expect(await asked([...jane, 'Impersonate-Uid', 'v'], bot)).toEqual(cannot('uids.authentication.k8s.io "v" is forbidden'));
    expect(await asked([...jane, 'Impersonate-Extra-Scopes', 'b'], bot)).toEqual(cannot('cannot impersonate resource "userextras/scopes"'));
    expect(await asked(['Impersonate-User', 'system:serviceaccount:team:x'], bot)).toEqual(cannot('cannot impersonate resource "serviceaccounts"'));
  });

  it('may be bound to what the request is about', async () => {
    await grant(
      rule('impersonate:user-info', AUTHENTICATION, 'users', 'jane'),
      rule('impersonate-on:user-info:create', AUTHENTICATION, 'selfsubjectreviews'),
    );
    expect(await asked(jane, bot)).toMatchObject({ username: 'jane' });
    const { status } = await server.ask('GET', '/api/v1/namespaces/team/pods', { user: bot, rawHeaders: jane });
    expect(status).toBe(403);
  });

  it('may be bound to the node that it runs on', async () => {
    await grant(
      rule('impersonate:associated-node', AUTHENTICATION, 'nodes'),
      rule('impersonate-on:associated-node:create', AUTHENTICATION, 'selfsubjectreviews'),
    );
    expect(await asked(['Impersonate-User', 'system:node:n1'], bot)).toMatchObject({ groups: ['system:nodes', 'system:authenticated'] });
    expect(await asked(['Impersonate-User', 'system:node:n2'], bot)).toMatchObject({ code: 403 });
  });

  it('never acts as a master in a constrained mode', async () => {
    await grant(
      { verbs: ['impersonate:user-info'], apiGroups: ['*'], resources: ['*'] },
      { verbs: ['impersonate-on:user-info:create'], apiGroups: ['*'], resources: ['*'] },
    );
    expect(await asked(jane, bot)).toMatchObject({ username: 'jane' });
    expect(await asked([...jane, 'Impersonate-Group', 'system:masters'], bot)).toEqual(
      cannot('impersonating the system:masters group is not allowed'),
    );
  });
});
