import type { Strategy } from '../../definition/strategy.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { invalid, required } from '../../schema/field-error.ts';
import { childPath, indexPath, rootPath } from '../../validation/field-path.ts';
import { checkLabelSelector } from '../../validation/label-selector.ts';
import { pathSegmentName } from '../../validation/name-rules.ts';
import type { ClusterRole, PolicyRule, Role } from './role.ts';

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
    checkLabelSelector(errors, selector, indexPath(path, i));
  });
  return errors;
}

export const roleStrategy: Strategy<Role> = {
  metadataChecks: { onUpdate: ['whole', 'change'] },
  validateName: pathSegmentName,
  validate: validateRole,
  validateUpdate: validateRole,
};

export const clusterRoleStrategy: Strategy<ClusterRole> = {
  metadataChecks: { onUpdate: ['whole', 'change'] },
  validateName: pathSegmentName,
  validate: validateClusterRole,
  validateUpdate: validateClusterRole,
};
