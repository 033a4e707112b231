import { defaultColumns } from '../../columns/cells.ts';
import { defineKind } from '../../definition/kind.ts';
import type { Strategy } from '../../definition/strategy.ts';
import { LabelSelector } from '../../meta/label-selector.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { invalid, required } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { atomicList, ref, string, struct, topLevel } from '../../schema/fields.ts';
import { childPath, indexPath, pathText, rootPath } from '../../validation/field-path.ts';
import { checkLabelSelector } from '../../validation/label-selector.ts';
import { pathSegmentName } from '../../validation/name-rules.ts';

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
  rules: atomicList(PolicyRule, 'What the role allows.', { presence: 'null', keepsEmpty: true }).tag(2).optional(),
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
  rules: atomicList(PolicyRule, 'What the role allows.', { presence: 'null', keepsEmpty: true }).tag(2).optional(),
});
export type ClusterRole = Infer<typeof ClusterRole>;

function checkRule(errors: FieldError[], rule: PolicyRule, namespaced: boolean, field: string): void {
  const { verbs = [], nonResourceURLs = [], apiGroups = [], resources = [], resourceNames = [] } = rule;
  if (verbs.length === 0) errors.push(required(`${field}.verbs`, 'verbs must contain at least one value'));
  if (nonResourceURLs.length > 0) {
    const urls = `${field}.nonResourceURLs`;
    if (namespaced) errors.push(invalid(urls, nonResourceURLs, 'namespaced rules cannot apply to non-resource URLs'));
    if (apiGroups.length + resources.length + resourceNames.length > 0) {
      errors.push(invalid(urls, nonResourceURLs, 'rules cannot apply to both regular resources and non-resource URLs'));
    }
    return;
  }
  if (apiGroups.length === 0) errors.push(required(`${field}.apiGroups`, 'resource rules must supply at least one api group'));
  if (resources.length === 0) errors.push(required(`${field}.resources`, 'resource rules must supply at least one resource'));
}

function checkRules(rules: readonly PolicyRule[] | undefined, namespaced: boolean): FieldError[] {
  const errors: FieldError[] = [];
  rules?.forEach((rule, i) => {
    checkRule(errors, rule, namespaced, `rules[${i}]`);
  });
  return errors;
}

const validateRole = (role: Role): FieldError[] => checkRules(role.rules, true);

function validateClusterRole(role: ClusterRole): FieldError[] {
  const errors = checkRules(role.rules, false);
  if (!role.aggregationRule) return errors;
  const selectors = role.aggregationRule.clusterRoleSelectors ?? [];
  if (selectors.length === 0) {
    errors.push(required('aggregationRule.clusterRoleSelectors', 'at least one clusterRoleSelector required if aggregationRule is non-nil'));
  }
  const path = childPath(rootPath('aggregationRule'), 'clusterRoleSelectors');
  selectors.forEach((selector, i) => {
    const before = errors.length;
    const at = indexPath(path, i);
    checkLabelSelector(errors, selector, at);
    // Upstream also parses the selector, which fails with this text.
    if (errors.length > before) errors.push(invalid(pathText(at), null, 'invalid label selector.'));
  });
  return errors;
}

/** Stores an empty list as null, as Protobuf does. Its writer owns the field all the same. */
function dropEmptyRules(role: Role | ClusterRole): void {
  if (role.rules?.length === 0) Object.assign(role, { rules: null });
}

export const roleStrategy: Strategy<Role> = {
  prepareForCreate: dropEmptyRules,
  prepareForUpdate: dropEmptyRules,
  metadataChecks: { onUpdate: ['whole', 'change'] },
  validateName: pathSegmentName,
  validate: validateRole,
  validateUpdate: validateRole,
};

export const clusterRoleStrategy: Strategy<ClusterRole> = {
  prepareForCreate: dropEmptyRules,
  prepareForUpdate: dropEmptyRules,
  metadataChecks: { onUpdate: ['whole', 'change'] },
  validateName: pathSegmentName,
  validate: validateClusterRole,
  validateUpdate: validateClusterRole,
};

export const roles = defineKind<Role>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'Role',
  plural: 'roles',
  namespaced: true,
  schema: Role,
  columns: defaultColumns,
  strategy: roleStrategy,
  createdByUpdate: true,
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
  createdByUpdate: true,
});
