import { checkPodTemplate } from '../../../pod/template/pod-template-validation.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { invalid, MAX_SHOWN, notSupported, required, tooLong } from '../../../schema/field-error.ts';
import { selectorFrom } from '../../../selector/selector.ts';
import type { FieldPath } from '../../../validation/field-path.ts';
import { childPath, pathText } from '../../../validation/field-path.ts';
import { addFaults, checkNonNegative } from '../../../validation/field-rules.ts';
import { checkLabelSelector } from '../../../validation/label-selector.ts';
import { byteLength, dns1123SubdomainFaults } from '../../../validation/name-rules.ts';
import { checkPodFailurePolicy, checkSuccessPolicy } from './policy-validation.ts';
import type { JobSpec } from './schema.ts';

/** Anything may be missing from what is validated. */
type Spec = Partial<JobSpec>;

const MAX_PARALLELISM = 100_000;
const MAX_FAILED_INDEXES = 100_000;
export const MANY_COMPLETIONS = 100_000;
export const FEW_OF_MANY = 10_000;
const MAX_MANAGED_BY = 63;
const COUNTS = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
] as const;

/** Checks the spec of a Job, or of the Jobs that a CronJob makes, without its selector. */
export function checkJobSpec(errors: FieldError[], spec: Spec, path: FieldPath): void {
  for (const count of COUNTS) checkNonNegative(errors, spec[count], path, count);
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) {
    errors.push(required(pathText(path, 'backoffLimitPerIndex'), 'when maxFailedIndexes is specified'));
  }
  if (spec.managedBy !== undefined) checkManagedBy(errors, spec.managedBy, path);
  checkMode(errors, spec, path);
  if (spec.podFailurePolicy) checkPodFailurePolicy(errors, spec.podFailurePolicy, spec, childPath(path, 'podFailurePolicy'));
  checkSuccess(errors, spec, path);
  checkReplacement(errors, spec, path);
  checkPodTemplate(errors, spec.template ?? {}, childPath(path, 'template'));
  checkRestartPolicy(errors, spec, childPath(childPath(path, 'template'), 'spec'));
}

/** Checks the selector of a Job: it must select what the template makes. */
export function checkJobSelector(errors: FieldError[], spec: Spec, path: FieldPath): void {
  const before = errors.length;
  if (!spec.selector) errors.push(required(pathText(path, 'selector')));
  else checkLabelSelector(errors, spec.selector, childPath(path, 'selector'));
  if (spec.selector && errors.length > before) return;
  const labels = spec.template?.metadata?.labels;
  if (!selectorFrom(spec.selector).matches(labels)) {
    errors.push(invalid(pathText(path, 'template', 'metadata', 'labels'), labels ?? null, '`selector` does not match template `labels`'));
  }
}

const pathSegment = /^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/;

function checkManagedBy(errors: FieldError[], name: string, path: FieldPath): void {
  const slash = name.indexOf('/');
  const field = pathText(path, 'managedBy');
  if (name === '') errors.push(required(field));
  else if (slash < 0 || slash === name.length - 1) {
    errors.push(invalid(field, name, 'must be a domain-prefixed path (such as "acme.io/foo")'));
  } else {
    addFaults(errors, dns1123SubdomainFaults(name.slice(0, slash)), name.slice(0, slash), path, 'managedBy');
    const rest = name.slice(slash + 1);
    if (!pathSegment.test(rest)) {
      errors.push(invalid(field, rest, `Invalid path (regex used for validation is '${pathSegment.source.slice(1, -1).replaceAll('\\/', '/')}')`));
    }
  }
  if (byteLength(name) > MAX_MANAGED_BY) errors.push(tooLong(field, MAX_MANAGED_BY));
}

function checkMode(errors: FieldError[], spec: Spec, path: FieldPath): void {
  const mode = spec.completionMode;
  if (mode !== undefined && mode !== 'NonIndexed' && mode !== 'Indexed') {
    errors.push(notSupported(pathText(path, 'completionMode'), mode, ['NonIndexed', 'Indexed']));
  }
  if (mode === 'Indexed') checkIndexed(errors, spec, path);
  if (mode !== undefined && mode !== 'NonIndexed') return;
  for (const field of ['backoffLimitPerIndex', 'maxFailedIndexes'] as const) {
    if (spec[field] !== undefined) errors.push(invalid(pathText(path, field), spec[field], 'requires indexed completion mode'));
  }
}

function checkIndexed(errors: FieldError[], { completions, parallelism, maxFailedIndexes, backoffLimitPerIndex }: Spec, path: FieldPath): void {
  const atMost = (field: string, value: number | undefined, max: number, what: string) => {
    if (value !== undefined && value > max) errors.push(invalid(pathText(path, field), value, `must be less than or equal to ${what}`));
  };
  if (completions === undefined) errors.push(required(pathText(path, 'completions'), 'when completion mode is Indexed'));
  atMost('parallelism', parallelism, MAX_PARALLELISM, `${MAX_PARALLELISM} when completion mode is Indexed`);
  if (completions !== undefined) atMost('maxFailedIndexes', maxFailedIndexes, completions, 'completions');
  atMost('maxFailedIndexes', maxFailedIndexes, MAX_FAILED_INDEXES, String(MAX_FAILED_INDEXES));
  if (completions === undefined || completions <= MANY_COMPLETIONS || backoffLimitPerIndex === undefined) return;
  if (maxFailedIndexes === undefined) {
    errors.push(required(pathText(path, 'maxFailedIndexes'), `must be specified when completions is above ${MANY_COMPLETIONS}`));
  }
  const limit = `${FEW_OF_MANY} when completions are above ${MANY_COMPLETIONS} and used with backoff limit per index`;
  atMost('parallelism', parallelism, FEW_OF_MANY, limit);
  atMost('maxFailedIndexes', maxFailedIndexes, FEW_OF_MANY, limit);
}

function checkSuccess(errors: FieldError[], { successPolicy, completionMode, completions = 0 }: Spec, path: FieldPath): void {
  if (!successPolicy) return;
  const at = childPath(path, 'successPolicy');
  if (completionMode === 'Indexed') {
    checkSuccessPolicy(errors, successPolicy, completions, at);
    return;
  }
  // Upstream shows the structure as its server holds it.
  const rules = successPolicy.rules?.slice(0, MAX_SHOWN).map(({ succeededIndexes = null, succeededCount = null }) => ({
    SucceededIndexes: succeededIndexes,
    SucceededCount: succeededCount,
  }));
  errors.push(invalid(pathText(at), { Rules: rules ?? null }, 'requires indexed completion mode'));
}

function checkReplacement(errors: FieldError[], { podReplacementPolicy: policy, podFailurePolicy }: Spec, path: FieldPath): void {
  const supported = podFailurePolicy ? ['Failed'] : ['Failed', 'TerminatingOrFailed'];
  if (policy !== undefined && !supported.includes(policy)) {
    errors.push(notSupported(pathText(path, 'podReplacementPolicy'), policy, supported));
  }
}

/** Always is the default of a pod, and so means that nothing was chosen. */
function checkRestartPolicy(errors: FieldError[], { template, podFailurePolicy }: Spec, path: FieldPath): void {
  const policy = template?.spec?.restartPolicy;
  const field = pathText(path, 'restartPolicy');
  if (!policy || policy === 'Always') errors.push(required(field, 'valid values: "OnFailure", "Never"'));
  else if (policy !== 'OnFailure' && policy !== 'Never') errors.push(notSupported(field, policy, ['OnFailure', 'Never']));
  else if (podFailurePolicy && policy !== 'Never') {
    errors.push(invalid(field, policy, 'only "Never" is supported when podFailurePolicy is specified'));
  }
}
