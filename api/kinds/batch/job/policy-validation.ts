import type { FieldError } from '../../../schema/field-error.ts';
import { duplicate, invalid, notSupported, required, tooLong, tooMany } from '../../../schema/field-error.ts';
import type { FieldPath } from '../../../validation/field-path.ts';
import { childPath, indexPath, itemText, pathText } from '../../../validation/field-path.ts';
import { addFaults, checkNonNegative } from '../../../validation/field-rules.ts';
import { byteLength, qualifiedNameFaults } from '../../../validation/name-rules.ts';
import { parseIndexes } from './index-intervals.ts';
import type {
  JobSpec,
  PodFailurePolicy,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyOnPodConditionsPattern,
  PodFailurePolicyRule,
  SuccessPolicy,
  SuccessPolicyRule,
} from './schema.ts';

const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore'] as const;
const OPERATORS = ['In', 'NotIn'] as const;
const STATUSES = ['False', 'True', 'Unknown'] as const;
const MAX_RULES = 20;
const MAX_EXIT_CODES = 255;
const MAX_CONDITIONS = 20;
const MAX_INDEXES_BYTES = 64 * 1024;

type Spec = Partial<JobSpec>;

/** An error whose value upstream does not show. */
export const invalidWhole = (field: string, detail: string): FieldError => ({
  type: 'FieldValueInvalid',
  field,
  message: `Invalid value: ${detail}`,
});

/** A field that must hold one of a few words; if it is missing, the error names them as Go prints a list. */
function checkWord(errors: FieldError[], value: string | undefined, words: readonly string[], path: FieldPath, name: string): void {
  if (!value) errors.push(required(pathText(path, name), `valid values: [${words.map((word) => JSON.stringify(word)).join(' ')}]`));
  else if (!words.includes(value)) errors.push(notSupported(pathText(path, name), value, words));
}

export function checkPodFailurePolicy(errors: FieldError[], policy: PodFailurePolicy, spec: Spec, path: FieldPath): void {
  const rules = policy.rules ?? [];
  if (rules.length > MAX_RULES) errors.push(tooMany(pathText(path, 'rules'), rules.length, MAX_RULES));
  const pod = spec.template?.spec;
  const names = new Set([...(pod?.containers ?? []), ...(pod?.initContainers ?? [])].map(({ name }) => name));
  rules.forEach((rule, i) => {
    checkFailureRule(errors, rule, spec, names, indexPath(childPath(path, 'rules'), i));
  });
}

function checkFailureRule(errors: FieldError[], rule: PodFailurePolicyRule, spec: Spec, names: ReadonlySet<string>, path: FieldPath): void {
  if (rule.action === 'FailIndex') {
    if (spec.backoffLimitPerIndex === undefined) {
      errors.push(invalid(pathText(path, 'action'), rule.action, 'requires the backoffLimitPerIndex to be set'));
    }
  } else checkWord(errors, rule.action, ACTIONS, path, 'action');
  const conditions = rule.onPodConditions ?? [];
  if (rule.onExitCodes) checkExitCodes(errors, rule.onExitCodes, names, childPath(path, 'onExitCodes'));
  if (conditions.length > 0) checkConditions(errors, conditions, childPath(path, 'onPodConditions'));
  if (rule.onExitCodes && conditions.length > 0) {
    errors.push(invalidWhole(pathText(path), 'specifying both OnExitCodes and OnPodConditions is not supported'));
  }
  if (!rule.onExitCodes && conditions.length === 0) {
    errors.push(invalidWhole(pathText(path), 'specifying one of OnExitCodes and OnPodConditions is required'));
  }
}

function checkConditions(errors: FieldError[], patterns: readonly PodFailurePolicyOnPodConditionsPattern[], path: FieldPath): void {
  if (patterns.length > MAX_CONDITIONS) errors.push(tooMany(pathText(path), patterns.length, MAX_CONDITIONS));
  patterns.forEach((pattern, i) => {
    const at = indexPath(path, i);
    addFaults(errors, qualifiedNameFaults(pattern.type ?? ''), pattern.type ?? '', at, 'type');
    checkWord(errors, pattern.status, STATUSES, at, 'status');
  });
}

function checkExitCodes(errors: FieldError[], codes: PodFailurePolicyOnExitCodesRequirement, names: ReadonlySet<string>, path: FieldPath): void {
  checkWord(errors, codes.operator, OPERATORS, path, 'operator');
  if (codes.containerName !== undefined && !names.has(codes.containerName)) {
    const detail = 'must be one of the container or initContainer names in the pod template';
    errors.push(invalid(pathText(path, 'containerName'), codes.containerName, detail));
  }
  const values = codes.values ?? [];
  if (values.length === 0) errors.push(invalid(pathText(path, 'values'), codes.values ?? null, 'at least one value is required'));
  else if (values.length > MAX_EXIT_CODES) errors.push(tooMany(pathText(path, 'values'), values.length, MAX_EXIT_CODES));
  const seen = new Set<number>();
  values.forEach((value, i) => {
    const field = itemText(path, 'values', i);
    if (codes.operator === 'In' && value === 0) errors.push(invalid(field, value, 'must not be 0 for the In operator'));
    if (seen.has(value)) errors.push(duplicate(field, value));
    seen.add(value);
  });
  if (values.some((value, i) => i > 0 && (values[i - 1] ?? 0) > value)) errors.push(invalid(pathText(path, 'values'), values, 'must be ordered'));
}

export function checkSuccessPolicy(errors: FieldError[], policy: SuccessPolicy, completions: number, path: FieldPath): void {
  const rules = policy.rules ?? [];
  const field = pathText(path, 'rules');
  if (rules.length === 0) errors.push(required(field, 'at least one rules must be specified when the successPolicy is specified'));
  if (rules.length > MAX_RULES) errors.push(tooMany(field, rules.length, MAX_RULES));
  rules.forEach((rule, i) => {
    checkSuccessRule(errors, rule, completions, indexPath(childPath(path, 'rules'), i));
  });
}

function checkSuccessRule(errors: FieldError[], rule: SuccessPolicyRule, completions: number, path: FieldPath): void {
  const { succeededCount: count, succeededIndexes: indexes } = rule;
  if (count === undefined && indexes === undefined) {
    errors.push(required(pathText(path), 'at least one of succeededCount or succeededIndexes must be specified'));
  }
  let total = 0;
  if (indexes !== undefined) {
    if (byteLength(indexes) > MAX_INDEXES_BYTES) errors.push(tooLong(pathText(path, 'succeededIndexes'), MAX_INDEXES_BYTES));
    const parsed = parseIndexes(indexes, completions);
    if (parsed.ok) total = parsed.total;
    else errors.push(invalid(pathText(path, 'succeededIndexes'), indexes, `error parsing succeededIndexes: ${parsed.fault}`));
  }
  if (count === undefined) return;
  const field = pathText(path, 'succeededCount');
  checkNonNegative(errors, count, path, 'succeededCount');
  if (count > completions) {
    errors.push(invalid(field, count, `must be less than or equal to ${completions} (the number of specified completions)`));
  }
  if (indexes !== undefined && count > total) {
    const detail = `must be less than or equal to ${total} (the number of indexes in the specified succeededIndexes field)`;
    errors.push(invalid(field, count, detail));
  }
}
