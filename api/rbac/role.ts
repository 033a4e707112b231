import { defineKind } from '../kind.ts';
import { LabelSelector } from '../meta/label-selector.ts';
import { ObjectMeta } from '../meta/object-meta.ts';
import type { Infer } from '../schema/fields.ts';
import { list, string, struct, topLevel } from '../schema/fields.ts';

export const PolicyRule = struct('PolicyRule', {
  apiGroups: list(string()).optional(),
  nonResourceURLs: list(string()).optional(),
  resourceNames: list(string()).optional(),
  resources: list(string()).optional(),
  verbs: list(string()),
});
export type PolicyRule = Infer<typeof PolicyRule>;

export const Role = topLevel('Role', {
  metadata: ObjectMeta.optional(),
  rules: list(PolicyRule).optional(),
});
export type Role = Infer<typeof Role>;

export const AggregationRule = struct('AggregationRule', {
  clusterRoleSelectors: list(LabelSelector).optional(),
});
export type AggregationRule = Infer<typeof AggregationRule>;

export const ClusterRole = topLevel('ClusterRole', {
  aggregationRule: AggregationRule.optional(),
  metadata: ObjectMeta.optional(),
  rules: list(PolicyRule).optional(),
});
export type ClusterRole = Infer<typeof ClusterRole>;

export const roles = defineKind<Role>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'Role',
  plural: 'roles',
  namespaced: true,
  schema: Role,
});

export const clusterRoles = defineKind<ClusterRole>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'ClusterRole',
  plural: 'clusterroles',
  namespaced: false,
  schema: ClusterRole,
});
