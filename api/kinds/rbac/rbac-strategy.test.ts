import { describe, expect, it } from '@jest/globals';
import { createErrors, defaulted, stored, updateErrors } from '../../definition/strategy.fixture.ts';
import type { PolicyRule } from './role.ts';
import { clusterRoleBindingStrategy, roleBindingStrategy } from './role-binding-strategy.ts';
import { clusterRoleStrategy, roleStrategy } from './role-strategy.ts';

const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' };

describe('a Role', () => {
  it.each<[string, PolicyRule, string]>([
    ['allows something', { verbs: [], apiGroups: [''], resources: ['pods'] }, 'rules[0].verbs: Required value'],
    ['names API groups', { verbs: ['get'], resources: ['pods'] }, 'rules[0].apiGroups: Required value'],
    ['names resources', { verbs: ['get'], apiGroups: [''] }, 'rules[0].resources: Required value'],
    [
      'reaches no paths that are of no resource',
      { verbs: ['get'], nonResourceURLs: ['/healthz'] },
      'namespaced rules cannot apply to non-resource URLs',
    ],
  ])('%s', (_sentence, rule, expected) => {
    expect(createErrors(roleStrategy, { rules: [rule] })).toEqual([expect.stringContaining(expected)]);
  });

  it('may reach such paths for the whole cluster, apart from resources', () => {
    expect(createErrors(clusterRoleStrategy, { rules: [{ verbs: ['get'], nonResourceURLs: ['/healthz'] }] })).toEqual([]);
    expect(createErrors(clusterRoleStrategy, { rules: [{ verbs: ['get'], nonResourceURLs: ['/healthz'], resources: ['pods'] }] })).toEqual([
      expect.stringContaining('rules cannot apply to both regular resources and non-resource URLs'),
    ]);
  });

  it('is gathered from other roles by selectors', () => {
    expect(createErrors(clusterRoleStrategy, { aggregationRule: {} })).toEqual([
      expect.stringContaining('aggregationRule.clusterRoleSelectors: Required value'),
    ]);
  });

  it('may be called as users are', () => {
    expect(roleStrategy.validateName?.('system:node', false)).toEqual([]);
  });
});

describe('a RoleBinding', () => {
  it('takes roles, users and groups for those of RBAC', () => {
    const subjects = [
      { kind: 'User', name: 'u' },
      { kind: 'ServiceAccount', name: 's', namespace: 'n' },
    ];
    expect(defaulted(roleBindingStrategy, { roleRef: { kind: 'Role', name: 'r' }, subjects })).toEqual({
      roleRef,
      subjects: [{ ...subjects[0], apiGroup: 'rbac.authorization.k8s.io' }, subjects[1]],
    });
  });

  it.each([
    ['grants a role', { roleRef: { ...roleRef, name: '' } }, 'roleRef.name: Required value'],
    ['grants roles of RBAC', { roleRef: { ...roleRef, apiGroup: 'x' } }, 'roleRef.apiGroup: Unsupported value: "x"'],
    [
      'grants roles of a known kind',
      { roleRef: { ...roleRef, kind: 'x' } },
      'roleRef.kind: Unsupported value: "x": supported values: "Role", "ClusterRole"',
    ],
    ['names whom it grants them to', { roleRef, subjects: [{ kind: 'User', name: '' }] }, 'subjects[0].name: Required value'],
    ['grants them to a known kind', { roleRef, subjects: [{ kind: 'x', name: 'n' }] }, 'subjects[0].kind: Unsupported value: "x"'],
    [
      'grants them to accounts of the core group',
      { roleRef, subjects: [{ kind: 'ServiceAccount', name: 'a', apiGroup: 'x' }] },
      'subjects[0].apiGroup: Unsupported value: "x"',
    ],
  ])('%s', (_sentence, binding, expected) => {
    expect(createErrors(roleBindingStrategy, binding)).toEqual([expect.stringContaining(expected)]);
  });

  it('says in which namespace an account is where it stands in none itself', () => {
    const binding = { roleRef: { ...roleRef, kind: 'ClusterRole' }, subjects: [{ kind: 'ServiceAccount', name: 'a' }] };
    expect(createErrors(clusterRoleBindingStrategy, binding)).toEqual(['subjects[0].namespace: Required value']);
    expect(createErrors(roleBindingStrategy, binding)).toEqual([]);
  });

  it('keeps the role it grants', () => {
    const old = stored(roleBindingStrategy, { roleRef });
    expect(
      updateErrors(roleBindingStrategy, old, (binding) => {
        binding.roleRef = { ...roleRef, name: 'admin' };
      }),
    ).toEqual([expect.stringContaining('cannot change roleRef')]);
  });
});
