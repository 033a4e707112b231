import { defineKind } from '../../definition/kind.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import type { Infer } from '../../schema/fields.ts';
import { atomicList, atomicStruct, ref, string, topLevel } from '../../schema/fields.ts';
import { clusterRoleBindingColumns, roleBindingColumns } from './role-binding-columns.ts';
import { clusterRoleBindingStrategy, roleBindingStrategy } from './role-binding-strategy.ts';

export const Subject = atomicStruct('Subject', 'Who a role is given to.', {
  apiGroup: string('Group of the subject: rbac.authorization.k8s.io for users and groups, empty for service accounts.').tag(2).optional(),
  kind: string('User, Group or ServiceAccount.').tag(1),
  name: string('Name of the subject.').tag(3),
  namespace: string('Namespace of a service account.').tag(4).optional(),
});
export type Subject = Infer<typeof Subject>;

export const RoleRef = atomicStruct('RoleRef', 'The role that is given.', {
  apiGroup: string('Group of the role.', { default: 'rbac.authorization.k8s.io' }).tag(1).optional(),
  kind: string('Role or ClusterRole.').tag(2),
  name: string('Name of the role.').tag(3),
});
export type RoleRef = Infer<typeof RoleRef>;

export const RoleBinding = topLevel('RoleBinding', 'Gives a role to users, groups or service accounts within a namespace.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  roleRef: ref(RoleRef, 'The role; never changes.').tag(3),
  subjects: atomicList(Subject, 'Who the role is given to.').tag(2).optional(),
});
export type RoleBinding = Infer<typeof RoleBinding>;

export const ClusterRoleBinding = topLevel('ClusterRoleBinding', 'Gives a ClusterRole to users, groups or service accounts in the whole cluster.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  roleRef: ref(RoleRef, 'The role; never changes.').tag(3),
  subjects: atomicList(Subject, 'Who the role is given to.').tag(2).optional(),
});
export type ClusterRoleBinding = Infer<typeof ClusterRoleBinding>;

export const roleBindings = defineKind<RoleBinding>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'RoleBinding',
  plural: 'rolebindings',
  namespaced: true,
  schema: RoleBinding,
  columns: roleBindingColumns,
  strategy: roleBindingStrategy,
});

export const clusterRoleBindings = defineKind<ClusterRoleBinding>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  namespaced: false,
  schema: ClusterRoleBinding,
  columns: clusterRoleBindingColumns,
  strategy: clusterRoleBindingStrategy,
});
