import { ageColumn, nameColumn, shown } from '../../columns/cells.ts';
import type { Column } from '../../columns/column.ts';
import { defineKind } from '../../definition/kind.ts';
import { countedAs } from '../../definition/quota-rule.ts';
import type { Strategy } from '../../definition/strategy.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import { roundAmounts } from '../../pod/container/container-defaults.ts';
import { isScopeValidFor, isStandardQuotaResource, QUOTA_SCOPES } from '../../pod/resources/resource-names.ts';
import { checkResourceName, checkResourceQuantity } from '../../pod/resources/resource-quantity-validation.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { invalid, required } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { atomicList, atomicStruct, namedString, ref, resourceList, string, struct, topLevel } from '../../schema/fields.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { childPath, keyPath, pathText, rootPath } from '../../validation/field-path.ts';
import { IMMUTABLE } from '../../validation/field-rules.ts';
import { MAX_WHOLE_LIST_ERRORS } from '../../validation/list-rules.ts';

const SCOPES = [
  'BestEffort',
  'CrossNamespacePodAffinity',
  'NotBestEffort',
  'NotTerminating',
  'PriorityClass',
  'Terminating',
  'VolumeAttributesClass',
] as const;

export const ScopedResourceSelectorRequirement = struct('ScopedResourceSelectorRequirement', 'One expression about the scope of a quota.', {
  operator: string('In, NotIn, Exists or DoesNotExist.', { goType: 'ScopeSelectorOperator', enum: ['DoesNotExist', 'Exists', 'In', 'NotIn'] }).tag(2),
  scopeName: string('Name of the scope.', { goType: 'ResourceQuotaScope', enum: SCOPES }).tag(1),
  values: atomicList(string(), 'Values for In and NotIn.').tag(3).optional(),
});
export type ScopedResourceSelectorRequirement = Infer<typeof ScopedResourceSelectorRequirement>;

export const ScopeSelector = atomicStruct('ScopeSelector', 'Expressions about scopes that must all hold.', {
  matchExpressions: atomicList(ScopedResourceSelectorRequirement, 'The expressions.').tag(1).optional(),
});
export type ScopeSelector = Infer<typeof ScopeSelector>;

export const ResourceQuotaSpec = struct('ResourceQuotaSpec', 'The limits on a namespace.', {
  hard: resourceList('Most that may be used of each resource.').tag(1).optional(),
  scopeSelector: ref(ScopeSelector, 'Which objects count, by scope and value.').tag(3).optional(),
  scopes: atomicList(namedString('ResourceQuotaScope', SCOPES), 'Scopes that an object must all be in to count.').tag(2).optional(),
});
export type ResourceQuotaSpec = Infer<typeof ResourceQuotaSpec>;

export const ResourceQuotaStatus = struct('ResourceQuotaStatus', 'The limits in force, and what is used.', {
  hard: resourceList('Limits in force.').tag(1).optional(),
  used: resourceList('What is used.').tag(2).optional(),
});
export type ResourceQuotaStatus = Infer<typeof ResourceQuotaStatus>;

export const ResourceQuota = topLevel('ResourceQuota', 'Limits what a namespace may use in all.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(ResourceQuotaSpec, 'What is wanted.', { presence: 'filled' }).tag(2).optional(),
  status: ref(ResourceQuotaStatus, 'What was last observed; written by the system.', { presence: 'filled' }).tag(3).optional(),
});
export type ResourceQuota = Infer<typeof ResourceQuota>;

const SPEC = rootPath('spec');
const STATUS = rootPath('status');
const OPPOSITES = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const;
/** Scopes without a value to compare. */
const PLAIN_SCOPES: ReadonlySet<string> = new Set(['BestEffort', 'NotBestEffort', 'Terminating', 'NotTerminating', 'CrossNamespacePodAffinity']);

const isScope = (scope: string): boolean => QUOTA_SCOPES.some((known) => known === scope);

function checkAmounts(errors: FieldError[], amounts: Readonly<Record<string, string>> | undefined, path: FieldPath): void {
  for (const name in amounts) {
    const at = keyPath(path, name);
    checkResourceName(errors, name, at);
    if (!name.includes('/') && !isStandardQuotaResource(name)) errors.push(invalid(pathText(at), name, 'must be a standard resource for quota'));
    checkResourceQuantity(errors, name, amounts[name] ?? '0', at);
  }
}

function validate(quota: ResourceQuota): FieldError[] {
  const errors: FieldError[] = [];
  const spec = quota.spec ?? {};
  checkAmounts(errors, spec.hard, childPath(SPEC, 'hard'));
  checkScopes(errors, spec);
  checkScopeSelector(errors, spec);
  return errors;
}

/** Returns the resources that a scope cannot limit. As upstream, each is one error. */
function unfitFor(scope: string, spec: ResourceQuotaSpec): string[] {
  return Object.keys(spec.hard ?? {}).filter((name) => isStandardQuotaResource(name) && !isScopeValidFor(scope, name));
}

function checkScopes(errors: FieldError[], spec: ResourceQuotaSpec): void {
  const scopes = spec.scopes ?? [];
  const limit = errors.length + MAX_WHOLE_LIST_ERRORS;
  const add = (why: string) => errors.length < limit && errors.push(invalid('spec.scopes', scopes, why));
  for (const scope of scopes) {
    if (errors.length >= limit) return;
    if (!isScope(scope)) add('unsupported scope');
    for (const _name of unfitFor(scope, spec)) add('unsupported scope applied to resource');
  }
  for (const pair of OPPOSITES) if (pair.every((scope) => scopes.includes(scope))) add('conflicting scopes');
}

function checkScopeSelector(errors: FieldError[], spec: ResourceQuotaSpec): void {
  const expressions = spec.scopeSelector?.matchExpressions ?? [];
  const path = 'spec.scopeSelector.matchExpressions';
  const limit = errors.length + MAX_WHOLE_LIST_ERRORS;
  // Upstream shows the structure as its server holds it.
  const shown = {
    MatchExpressions: expressions.map(({ scopeName = '', operator = '', values }) => ({
      ScopeName: scopeName,
      Operator: operator,
      Values: values ?? null,
    })),
  };
  for (const { scopeName = '', operator = '', values = [] } of expressions) {
    if (errors.length >= limit) return;
    if (!isScope(scopeName)) errors.push(invalid(`${path}.scopeName`, scopeName, 'unsupported scope'));
    for (const _name of unfitFor(scopeName, spec)) errors.push(invalid(path, shown, 'unsupported scope applied to resource'));
    if (PLAIN_SCOPES.has(scopeName) && operator !== 'Exists') {
      errors.push(invalid(`${path}.operator`, operator, `must be 'Exists' when scope is ${[...PLAIN_SCOPES].join(', ')}`));
    }
    if (operator === 'In' || operator === 'NotIn') {
      if (values.length === 0) {
        errors.push(required(`${path}.values`, "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"));
      }
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (values.length > 0) {
        errors.push(invalid(`${path}.values`, values, "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"));
      }
    } else errors.push(invalid(`${path}.operator`, operator, 'not a valid selector operator'));
  }
  const named = new Set(expressions.map((expression) => expression.scopeName));
  for (const pair of OPPOSITES) {
    if (pair.every((scope) => named.has(scope))) errors.push(invalid(path, spec.scopes ?? null, 'conflicting scopes'));
  }
}

export const resourceQuotaStrategy: Strategy<ResourceQuota> = {
  default: (quota) => {
    roundAmounts(quota.spec?.hard);
    roundAmounts(quota.status?.hard);
    roundAmounts(quota.status?.used);
  },
  prepareForCreate: (quota) => {
    quota.status = {};
  },
  prepareForUpdate: (quota, old) => {
    quota.status = old.status;
  },
  prepareForStatusUpdate: (quota, old) => {
    quota.spec = old.spec;
  },
  validate,
  validateUpdate: (quota, old) => {
    const errors = validate(quota);
    const scopes = new Set(quota.spec?.scopes);
    const before = new Set(old.spec?.scopes);
    if (scopes.size !== before.size || [...scopes].some((scope) => !before.has(scope))) {
      errors.push(invalid('spec.scopes', quota.spec?.scopes ?? null, IMMUTABLE));
    }
    return errors;
  },
  validateStatusUpdate: (quota) => {
    const errors: FieldError[] = [];
    checkAmounts(errors, quota.status?.hard, childPath(STATUS, 'hard'));
    checkAmounts(errors, quota.status?.used, childPath(STATUS, 'used'));
    return errors;
  },
};

/** Returns `pods: 3/10, …` by resource name, either of the resources that start with `limits.` or of the others. */
function quotaText({ status }: ResourceQuota, limits: boolean): string {
  const names = Object.keys(status?.hard ?? {}).filter((name) => name.startsWith('limits.') === limits);
  return names
    .sort()
    .map((name) => `${name}: ${status?.used?.[name] ?? '0'}/${status?.hard?.[name] ?? '0'}`)
    .join(', ');
}

const resourceQuotaColumns: readonly Column<ResourceQuota>[] = [
  nameColumn,
  shown('Request', 'What is used of what may be requested or counted.', (quota) => quotaText(quota, false)),
  shown('Limit', 'What is used of what may be set as limits.', (quota) => quotaText(quota, true)),
  ageColumn,
];

export const resourceQuotas = defineKind<ResourceQuota>({
  group: '',
  version: 'v1',
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  namespaced: true,
  shortNames: ['quota'],
  schema: ResourceQuota,
  columns: resourceQuotaColumns,
  subresources: [{ name: 'status', verbs: ['get', 'patch', 'update'] }],
  quota: { ...countedAs('resourcequotas'), charged: false },
  strategy: resourceQuotaStrategy,
  deletion: { returnsObject: true },
});
