import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../cli/cluster/eventually.ts';
import type { KubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import { startKubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import type { Kubectl } from '../support/commands/kubectl.ts';

let cluster: KubectlCluster;
let kubectl: Kubectl;
beforeAll(async () => {
  cluster = await startKubectlCluster();
  kubectl = await cluster.namespace('team');
  await kubectl('create', 'rolebinding', 'jane', '--clusterrole=view', '--user=jane');
  await eventually(async () => expect((await kubectl.outcome(['auth', 'can-i', 'get', 'pods', '--as=jane'])).code).toBe(0));
});
afterAll(() => cluster.stop());

describe('kubectl auth', () => {
  it.each([
    ['get', 'pods', 'yes'],
    ['get', 'pods/log', 'yes'],
    ['delete', 'pods', 'no'],
    ['get', 'secrets', 'no'],
    ['get', 'nodes', 'no'],
    ['get', '/version', 'yes'],
    ['get', '/metrics', 'no'],
  ])('can-i %s %s: %s', async (verb, what, answer) => {
    const { stdout } = await kubectl.outcome(['auth', 'can-i', verb, what, '--as=jane']);
    expect(stdout.trim()).toBe(answer);
  });

  it('can-i --list shows the rules of a user and of an administrator', async () => {
    const list = await kubectl('auth', 'can-i', '--list', '--as=jane');
    expect(list).toMatch(/^Resources +Non-Resource URLs +Resource Names +Verbs\n/);
    expect(list).toMatch(/\npods\/log +\[\] +\[\] +\[get list watch\]\n/);
    expect(list).toMatch(/\n +\[\/version\] +\[\] +\[get\]\n/);
    expect(list).not.toMatch(/\nsecrets /);
    expect(await kubectl('auth', 'can-i', '--list')).toMatch(/\n\*\.\* +\[\] +\[\] +\[\*\]\n/);
  });

  it('whoami shows the user, and the one that it acts as', async () => {
    expect(await kubectl('auth', 'whoami')).toMatch(/Username +kubernetes-admin\nGroups +\[system:masters system:authenticated\]/);
    expect(await kubectl('auth', 'whoami', '--as=jane', '--as-group=qa', '--as-group=ops')).toMatch(
      /Username +jane\nGroups +\[qa ops system:authenticated\]/,
    );
  });

  it('reconcile adds what roles and bindings lack, and keeps the rest', async () => {
    const role = (resource: string) => ({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'r', namespace: 'team' },
      rules: [{ verbs: ['get'], apiGroups: [''], resources: [resource] }],
    });
    const binding = (name: string) => ({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'b', namespace: 'team' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name }],
    });
    for (const objects of [
      [role('pods'), binding('a')],
      [role('services'), binding('b')],
    ])
      expect(await kubectl.input(objects, 'auth', 'reconcile', '-f', '-')).toMatch(/role.rbac.authorization.k8s.io\/r reconciled/);
    expect(await kubectl.path('{.rules[*].resources[*]}', 'role', 'r')).toBe('pods services');
    expect(await kubectl.path('{.subjects[*].name}', 'rolebinding', 'b')).toBe('a b');
  });

  it('refuses in the words that kubectl shows', async () => {
    expect(await kubectl.fails(['get', 'secrets', '--as=jane'])).toBe(
      'Error from server (Forbidden): secrets is forbidden: User "jane" cannot list resource "secrets" in API group "" in the namespace "team"\n',
    );
    await kubectl('create', 'rolebinding', 'john', '--clusterrole=admin', '--user=john');
    await eventually(async () => expect((await kubectl.outcome(['auth', 'can-i', 'create', 'rolebindings', '--as=john'])).code).toBe(0));
    expect(await kubectl.fails(['create', 'rolebinding', 'more', '--clusterrole=cluster-admin', '--user=friend', '--as=john'])).toContain(
      'error: failed to create rolebinding: rolebindings.rbac.authorization.k8s.io "more" is forbidden: user "john" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:["*"], Resources:["*"], Verbs:["*"]}\n{NonResourceURLs:["*"], Verbs:["*"]}',
    );
  });
});
