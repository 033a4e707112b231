import type { FieldError } from '../../schema/field-error.ts';
import { checkEach, duplicate, invalid, notSupported, required } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { atomicList, string, struct } from '../../schema/fields.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { childPath, indexPath, itemText, pathText } from '../../validation/field-path.ts';
import { addFaults, checkOptionalChoice } from '../../validation/field-rules.ts';
import { pathSegmentName } from '../../validation/name-rules.ts';

const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const SCOPES = ['*', 'Cluster', 'Namespaced'];
const ALL = '*';

/** The fields of the structure Rule, which upstream embeds; `embedded` is its path there and `message` and `within` its numbers in the Protobuf form. */
const ruleFields = (embedded: string, message: number, ...within: number[]) => ({
  apiGroups: atomicList(string(), 'API groups; * matches all, and then stands alone.', { embedded })
    .tag(message, ...within, 1)
    .optional(),
  apiVersions: atomicList(string(), 'API versions; * matches all, and then stands alone.', { embedded })
    .tag(message, ...within, 2)
    .optional(),
  resources: atomicList(
    string(),
    'Resources: pods, pods/log, pods/* (all subresources of pods), */scale (of all resources), * (all but subresources), */* (all).',
    { embedded },
  )
    .tag(message, ...within, 3)
    .optional(),
  scope: string('Cluster, Namespaced or * for both. *, if left out.', {
    embedded,
    presence: 'pointer',
    goType: 'ScopeType',
    enum: SCOPES,
    default: ALL,
  })
    .tag(message, ...within, 4)
    .optional(),
});

const OPERATIONS_TEXT = 'CREATE, UPDATE, DELETE, CONNECT; * matches all, and then stands alone.';
const operation = () => string(undefined, { goType: 'OperationType', enum: OPERATIONS });

export const RuleWithOperations = struct('RuleWithOperations', 'Matches requests by operation, group, version, resource and scope.', {
  ...ruleFields('Rule', 2),
  operations: atomicList(operation(), OPERATIONS_TEXT).tag(1).optional(),
});
export type RuleWithOperations = Infer<typeof RuleWithOperations>;

export const NamedRuleWithOperations = struct(
  'NamedRuleWithOperations',
  'Matches requests by operation, group, version, resource, scope and name.',
  {
    ...ruleFields('RuleWithOperations.Rule', 2, 2),
    operations: atomicList(operation(), OPERATIONS_TEXT, { embedded: 'RuleWithOperations' }).tag(2, 1).optional(),
    resourceNames: atomicList(string(), 'Names of objects; all names match, if empty.').tag(1).optional(),
  },
  { 'x-kubernetes-map-type': 'atomic' },
);
export type NamedRuleWithOperations = Infer<typeof NamedRuleWithOperations>;

function checkAlone(errors: FieldError[], values: readonly string[], path: FieldPath, name: string, others: string): void {
  if (values.length > 1 && values.includes(ALL)) {
    errors.push(invalid(pathText(path, name), values, `if '*' is present, must not specify other ${others}`));
  }
}

function checkResources(errors: FieldError[], resources: readonly string[], path: FieldPath): void {
  const field = pathText(path, 'resources');
  if (resources.length === 0) errors.push(required(field));
  const wholeResources = new Set<string>();
  const wholeSubresources = new Set<string>();
  /** As upstream: whether the last entry without a subresource is another one than `*`. */
  let plain = false;
  resources.forEach((entry, i) => {
    if (entry === '') {
      errors.push(required(`${field}[${i}]`));
      return;
    }
    const slash = entry.indexOf('/');
    if (slash < 0) {
      plain = entry !== ALL;
      return;
    }
    const resource = entry.slice(0, slash);
    const subresource = entry.slice(slash + 1);
    const refuse = (wildcard: string) => errors.push(invalid(`${field}[${i}]`, entry, `if '${wildcard}' is present, must not specify ${entry}`));
    if (wholeResources.has(resource)) refuse(`${resource}/*`);
    if (wholeSubresources.has(subresource)) refuse(`*/${subresource}`);
    if (subresource === ALL) wholeResources.add(resource);
    if (resource === ALL) wholeSubresources.add(subresource);
  });
  if (resources.length > 1 && resources.includes('*/*')) {
    errors.push(invalid(field, resources, "if '*/*' is present, must not specify other resources"));
  }
  if (resources.includes(ALL) && plain) {
    errors.push(invalid(field, resources, "if '*' is present, must not specify other resources without subresources"));
  }
}

/** Checks a rule as upstream's validateRuleWithOperations (pkg/apis/admissionregistration/validation) does. */
export function checkRule(errors: FieldError[], rule: RuleWithOperations, path: FieldPath): void {
  const { operations = [], apiGroups = [], apiVersions = [], resources = [], scope } = rule;
  if (operations.length === 0) errors.push(required(pathText(path, 'operations')));
  checkAlone(errors, operations, path, 'operations', 'operations');
  operations.forEach((one, i) => {
    if (!OPERATIONS.includes(one)) errors.push(notSupported(itemText(path, 'operations', i), one, OPERATIONS));
  });
  if (apiGroups.length === 0) errors.push(required(pathText(path, 'apiGroups')));
  checkAlone(errors, apiGroups, path, 'apiGroups', 'API groups');
  if (apiVersions.length === 0) errors.push(required(pathText(path, 'apiVersions')));
  checkAlone(errors, apiVersions, path, 'apiVersions', 'API versions');
  apiVersions.forEach((version, i) => {
    if (version === '') errors.push(required(itemText(path, 'apiVersions', i)));
  });
  checkResources(errors, resources, path);
  checkOptionalChoice(errors, scope, SCOPES, path, 'scope');
}

/** Checks a rule that may name objects. */
export function checkNamedRule(errors: FieldError[], rule: NamedRuleWithOperations, path: FieldPath): void {
  const seen = new Set<string>();
  checkEach(rule.resourceNames ?? [], (name, i) => {
    const at = indexPath(childPath(path, 'resourceNames'), i);
    addFaults(errors, pathSegmentName(name, false), name, at);
    if (seen.has(name)) errors.push(duplicate(pathText(at), name));
    seen.add(name);
  });
  checkRule(errors, rule, path);
}
