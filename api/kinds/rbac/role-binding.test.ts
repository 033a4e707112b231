import { describe, expect, it } from '@jest/globals';
import { row } from '../../definition/row.fixture.ts';
import { createErrors, defaulted, stored, updateErrors } from '../../definition/strategy.fixture.ts';
import { clusterRoleBindingStrategy, clusterRoleBindings, roleBindingStrategy } from './role-binding.ts';

const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' };

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

it('the table of ClusterRoleBindings shows whom a role is bound to', () => {
  const binding = {
    roleRef: { apiGroup: '', kind: 'ClusterRole', name: 'admin' },
    subjects: [
      { kind: 'User', name: 'bob' },
      { kind: 'ServiceAccount', namespace: 'ns', name: 'sa' },
    ],
  };
  expect(row(clusterRoleBindings, binding)).toMatchObject({ Role: 'ClusterRole/admin', Users: 'bob', Groups: '', ServiceAccounts: 'ns/sa' });
});
