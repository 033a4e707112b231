import { defaultColumns } from '../../columns/cells.ts';
import { defineKind } from '../../definition/kind.ts';
import { LabelSelector } from '../../meta/label-selector.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import type { Infer } from '../../schema/fields.ts';
import { atomicList, ref, string, struct, topLevel } from '../../schema/fields.ts';
import { clusterRoleStrategy, roleStrategy } from './role-strategy.ts';

export const PolicyRule = struct('PolicyRule', 'Verbs on resources or paths.', {
  apiGroups: atomicList(string(), 'Groups of the resources; "" is the core group, * stands for all.').tag(2).optional(),
  nonResourceURLs: atomicList(string(), 'Paths that are no resources; in cluster roles alone.').tag(5).optional(),
  resourceNames: atomicList(string(), 'Names that the rule is limited to; empty means all.').tag(4).optional(),
  resources: atomicList(string(), 'Resources, and subresources as resource/subresource; * stands for all.').tag(3).optional(),
  verbs: atomicList(string(), 'Verbs that are allowed; * stands for all.').tag(1),
});
export type PolicyRule = Infer<typeof PolicyRule>;

export const Role = topLevel('Role', 'Rules that can be given to subjects within a namespace.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  rules: atomicList(PolicyRule, 'What the role allows.', { presence: 'null' }).tag(2).optional(),
});
export type Role = Infer<typeof Role>;

export const AggregationRule = struct('AggregationRule', 'Which ClusterRoles make up another.', {
  clusterRoleSelectors: atomicList(LabelSelector, 'Selectors of ClusterRoles; a role that any of them selects is part.').tag(1).optional(),
});
export type AggregationRule = Infer<typeof AggregationRule>;

export const ClusterRole = topLevel('ClusterRole', 'Rules that can be given to subjects in a namespace or in the whole cluster.', {
  aggregationRule: ref(AggregationRule, 'Selects the ClusterRoles that the rules are put together from.').tag(3).optional(),
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  rules: atomicList(PolicyRule, 'What the role allows.', { presence: 'null' }).tag(2).optional(),
});
export type ClusterRole = Infer<typeof ClusterRole>;

export const roles = defineKind<Role>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'Role',
  plural: 'roles',
  namespaced: true,
  schema: Role,
  columns: defaultColumns,
  strategy: roleStrategy,
});

export const clusterRoles = defineKind<ClusterRole>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'ClusterRole',
  plural: 'clusterroles',
  namespaced: false,
  schema: ClusterRole,
  columns: defaultColumns,
  strategy: clusterRoleStrategy,
});
