import { defineKind } from '../kind.ts';
import { ObjectMeta } from '../meta/object-meta.ts';
import type { Infer } from '../schema/fields.ts';
import { list, string, struct, topLevel } from '../schema/fields.ts';

export const Subject = struct('Subject', {
  apiGroup: string().optional(),
  kind: string(),
  name: string(),
  namespace: string().optional(),
});
export type Subject = Infer<typeof Subject>;

export const RoleRef = struct('RoleRef', {
  apiGroup: string().optional(),
  kind: string(),
  name: string(),
});
export type RoleRef = Infer<typeof RoleRef>;

export const RoleBinding = topLevel('RoleBinding', {
  metadata: ObjectMeta.optional(),
  roleRef: RoleRef,
  subjects: list(Subject).optional(),
});
export type RoleBinding = Infer<typeof RoleBinding>;

export const ClusterRoleBinding = topLevel('ClusterRoleBinding', {
  metadata: ObjectMeta.optional(),
  roleRef: RoleRef,
  subjects: list(Subject).optional(),
});
export type ClusterRoleBinding = Infer<typeof ClusterRoleBinding>;

export const roleBindings = defineKind<RoleBinding>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'RoleBinding',
  plural: 'rolebindings',
  namespaced: true,
  schema: RoleBinding,
});

export const clusterRoleBindings = defineKind<ClusterRoleBinding>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  namespaced: false,
  schema: ClusterRoleBinding,
});
