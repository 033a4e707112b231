import { LabelSelector } from '../../meta/label-selector.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { required } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { atomicList, ref, string, struct } from '../../schema/fields.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { childPath, indexPath, pathText } from '../../validation/field-path.ts';
import { checkOptionalChoice } from '../../validation/field-rules.ts';
import { checkLabelSelector } from '../../validation/label-selector.ts';
import { checkNamedRule, NamedRuleWithOperations } from './rule.ts';

export const MATCH_POLICIES = ['Equivalent', 'Exact'];
export const FAILURE_POLICIES = ['Fail', 'Ignore'];
export const REINVOCATION_POLICIES = ['IfNeeded', 'Never'];

/** The selectors that webhooks and policies share. */
export const NAMESPACE_SELECTOR = 'Selects the namespaces of the objects; objects without a namespace match always.';
export const OBJECT_SELECTOR = 'Selects objects by their labels, before or after the change.';

export const matchPolicyField = () =>
  string('Exact matches requests by the letter of the rules, Equivalent by other versions of the resource too. Equivalent, if left out.', {
    presence: 'pointer',
    goType: 'MatchPolicyType',
    enum: MATCH_POLICIES,
    default: 'Equivalent',
  });

export const MatchResources = struct(
  'MatchResources',
  'Matches requests by rules and selectors, all of which must match.',
  {
    excludeResourceRules: atomicList(NamedRuleWithOperations, 'Rules for requests that do not match; they win over resourceRules.').tag(4).optional(),
    matchPolicy: matchPolicyField().tag(7).optional(),
    namespaceSelector: ref(LabelSelector, NAMESPACE_SELECTOR, { default: {} }).tag(1).optional(),
    objectSelector: ref(LabelSelector, OBJECT_SELECTOR, { default: {} }).tag(2).optional(),
    resourceRules: atomicList(NamedRuleWithOperations, 'Rules, one of which must match.').tag(3).optional(),
  },
  { 'x-kubernetes-map-type': 'atomic' },
);
export type MatchResources = Infer<typeof MatchResources>;

/** Checks the rules and selectors of a policy or binding as upstream's validateMatchResources does. */
export function checkMatchResources(errors: FieldError[], resources: MatchResources, path: FieldPath): void {
  const { matchPolicy, namespaceSelector, objectSelector, resourceRules, excludeResourceRules } = resources;
  if (matchPolicy === undefined) errors.push(required(pathText(path, 'matchPolicy')));
  else checkOptionalChoice(errors, matchPolicy, MATCH_POLICIES, path, 'matchPolicy');
  if (!namespaceSelector) errors.push(required(pathText(path, 'namespaceSelector')));
  checkLabelSelector(errors, namespaceSelector, childPath(path, 'namespaceSelector'));
  if (!objectSelector) errors.push(required(pathText(path, 'objectSelector')));
  checkLabelSelector(errors, objectSelector, childPath(path, 'objectSelector'));
  resourceRules?.forEach((rule, i) => {
    checkNamedRule(errors, rule, indexPath(childPath(path, 'resourceRules'), i));
  });
  excludeResourceRules?.forEach((rule, i) => {
    checkNamedRule(errors, rule, indexPath(childPath(path, 'excludeResourceRules'), i));
  });
}
