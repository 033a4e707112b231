import type { Strategy } from '../../definition/strategy.ts';
import { roundAmounts } from '../../pod/container-defaults.ts';
import { isScopeValidFor, isStandardQuotaResource, QUOTA_SCOPES } from '../../pod/resource-names.ts';
import { checkResourceName, checkResourceQuantity } from '../../pod/resource-quantity-validation.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { invalid, required } from '../../schema/field-error.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { childPath, keyPath, pathText, rootPath } from '../../validation/field-path.ts';
import { IMMUTABLE } from '../../validation/field-rules.ts';
import type { ResourceQuota, ResourceQuotaSpec } from './resource-quota.ts';

const SPEC = rootPath('spec');
const STATUS = rootPath('status');
const OPPOSITES = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const;
/** Scopes that a pod is in or not: there is no value to compare. */
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

/** The counted resources that a scope does not go with, one error each: so does upstream. */
function unfitFor(scope: string, spec: ResourceQuotaSpec): string[] {
  return Object.keys(spec.hard ?? {}).filter((name) => isStandardQuotaResource(name) && !isScopeValidFor(scope, name));
}

function checkScopes(errors: FieldError[], spec: ResourceQuotaSpec): void {
  const scopes = spec.scopes ?? [];
  const add = (why: string) => errors.push(invalid('spec.scopes', scopes, why));
  for (const scope of scopes) {
    if (!isScope(scope)) add('unsupported scope');
    for (const _name of unfitFor(scope, spec)) add('unsupported scope applied to resource');
  }
  for (const pair of OPPOSITES) if (pair.every((scope) => scopes.includes(scope))) add('conflicting scopes');
}

function checkScopeSelector(errors: FieldError[], spec: ResourceQuotaSpec): void {
  const expressions = spec.scopeSelector?.matchExpressions ?? [];
  const path = 'spec.scopeSelector.matchExpressions';
  for (const { scopeName = '', operator = '', values = [] } of expressions) {
    if (!isScope(scopeName)) errors.push(invalid(`${path}.scopeName`, scopeName, 'unsupported scope'));
    for (const _name of unfitFor(scopeName, spec)) errors.push(invalid(path, spec.scopeSelector, 'unsupported scope applied to resource'));
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
