import type { KindGroup } from '../../definition/group.ts';
import { clusterRoles, roles } from './role.ts';
import { clusterRoleBindings, roleBindings } from './role-binding.ts';

export const rbacGroup: KindGroup = {
  name: 'rbac.authorization.k8s.io',
  rank: 17000,
  kinds: [roles, clusterRoles, roleBindings, clusterRoleBindings],
};

export { ClusterRole, clusterRoles, PolicyRule, Role, roles } from './role.ts';
export { ClusterRoleBinding, clusterRoleBindings, RoleBinding, RoleRef, roleBindings } from './role-binding.ts';
