import { semanticEqual } from '../../../base/equality.ts';
import { ageColumn, nameColumn, shown } from '../../columns/cells.ts';
import type { Column } from '../../columns/column.ts';
import type { Strategy } from '../../definition/strategy.ts';
import { LabelSelector } from '../../meta/label-selector.ts';
import type { KubeObject } from '../../meta/object.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { checkEach, duplicate, invalid, notSupported, required } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { atomicList, int32, listMap, ref, string, struct } from '../../schema/fields.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { childPath, indexPath, pathText, rootPath } from '../../validation/field-path.ts';
import { addFaults, checkOptionalChoice } from '../../validation/field-rules.ts';
import { checkLabelSelector } from '../../validation/label-selector.ts';
import { dns1035LabelFaults, dns1123SubdomainFaults } from '../../validation/name-rules.ts';
import type { ExpressionCheck } from './match-condition.ts';
import { checkMatchConditions, MatchCondition } from './match-condition.ts';
import { FAILURE_POLICIES, MATCH_POLICIES, matchPolicyField, NAMESPACE_SELECTOR, OBJECT_SELECTOR, REINVOCATION_POLICIES } from './match-resources.ts';
import { policyCompiler } from './policy-expressions.ts';
import { checkRule, RuleWithOperations } from './rule.ts';
import { checkClientConfig, WebhookClientConfig } from './webhook-client-config.ts';

const SIDE_EFFECTS = ['None', 'NoneOnDryRun', 'Some', 'Unknown'];
const NO_SIDE_EFFECTS = ['None', 'NoneOnDryRun'];
const REVIEW_VERSIONS: readonly string[] = ['v1', 'v1beta1'];
const MAX_TIMEOUT_SECONDS = 30;

/** The fields that both kinds of webhooks have; two of them differ in their numbers. */
const sharedFields = (numbers: { readonly objectSelector: number; readonly matchConditions: number }) => ({
  admissionReviewVersions: atomicList(string(), 'Versions of AdmissionReview that the webhook understands, the preferred one first.', {
    presence: 'null',
  }).tag(8),
  clientConfig: ref(WebhookClientConfig, 'Where the webhook is.', { presence: 'filled' }).tag(2),
  failurePolicy: string('Fail or Ignore: whether a request is refused if the webhook cannot be called. Fail, if left out.', {
    presence: 'pointer',
    goType: 'FailurePolicyType',
    enum: FAILURE_POLICIES,
    default: 'Fail',
  })
    .tag(4)
    .optional(),
  matchConditions: listMap(MatchCondition, ['name'], 'Conditions in CEL, all of which must hold for the webhook to be called.')
    .tag(numbers.matchConditions)
    .optional(),
  matchPolicy: matchPolicyField().tag(9).optional(),
  name: string('Name of the webhook: a domain of three parts at least, such as image-policy.example.com.').tag(1),
  namespaceSelector: ref(LabelSelector, NAMESPACE_SELECTOR, { default: {} }).tag(5).optional(),
  objectSelector: ref(LabelSelector, OBJECT_SELECTOR, { default: {} }).tag(numbers.objectSelector).optional(),
  rules: atomicList(RuleWithOperations, 'Rules, one of which must match for the webhook to be called.').tag(3).optional(),
  sideEffects: string('None, or NoneOnDryRun: whether the webhook changes anything beside the object; it is not called for dry runs if it may.', {
    presence: 'pointer',
    goType: 'SideEffectClass',
    enum: SIDE_EFFECTS,
  }).tag(6),
  timeoutSeconds: int32('Seconds until a call is given up, 1 to 30. 10, if left out.', { presence: 'pointer', default: 10 }).tag(7).optional(),
});

export const ValidatingWebhook = struct('ValidatingWebhook', 'A webhook that accepts or refuses requests.', {
  ...sharedFields({ objectSelector: 10, matchConditions: 11 }),
});
export type ValidatingWebhook = Infer<typeof ValidatingWebhook>;

export const MutatingWebhook = struct('MutatingWebhook', 'A webhook that may change the objects of requests.', {
  ...sharedFields({ objectSelector: 11, matchConditions: 12 }),
  reinvocationPolicy: string('Never or IfNeeded: whether it is called again after others have changed the object. Never, if left out.', {
    presence: 'pointer',
    goType: 'ReinvocationPolicyType',
    enum: REINVOCATION_POLICIES,
    default: 'Never',
  })
    .tag(10)
    .optional(),
});
export type MutatingWebhook = Infer<typeof MutatingWebhook>;

/** A webhook of either kind; the decoder does not insist on required fields. */
export type Webhook = Partial<MutatingWebhook>;

const nameFaults = (name: string): readonly string[] => {
  const faults = dns1123SubdomainFaults(name);
  if (faults.length > 0) return [faults.join(',')];
  return name.split('.').length < 3 ? ['should be a domain with at least three segments separated by dots'] : [];
};

function checkReviewVersions(errors: FieldError[], versions: readonly string[], path: FieldPath): void {
  const field = pathText(path, 'admissionReviewVersions');
  if (versions.length === 0) {
    errors.push(required(field, `must specify one of ${REVIEW_VERSIONS.join(', ')}`));
    return;
  }
  const seen = new Set<string>();
  checkEach(versions, (version, i) => {
    if (seen.has(version)) errors.push(invalid(`${field}[${i}]`, version, 'duplicate version'));
    else for (const fault of dns1035LabelFaults(version)) errors.push(invalid(`${field}[${i}]`, version, fault));
    seen.add(version);
  });
  if (!versions.some((version) => REVIEW_VERSIONS.includes(version))) {
    errors.push(invalid(field, versions, `must include at least one of ${REVIEW_VERSIONS.join(', ')}`));
  }
}

function checkWebhook(errors: FieldError[], hook: Webhook, path: FieldPath, checkExpression: ExpressionCheck | undefined): void {
  const { name = '', rules, sideEffects, timeoutSeconds, clientConfig = {}, matchConditions, admissionReviewVersions } = hook;
  if (name === '') errors.push(required(pathText(path, 'name')));
  else addFaults(errors, nameFaults(name), name, path, 'name');
  rules?.forEach((rule, i) => {
    checkRule(errors, rule, indexPath(childPath(path, 'rules'), i));
  });
  checkOptionalChoice(errors, hook.failurePolicy, FAILURE_POLICIES, path, 'failurePolicy');
  checkOptionalChoice(errors, hook.matchPolicy, MATCH_POLICIES, path, 'matchPolicy');
  if (typeof sideEffects !== 'string') errors.push(required(pathText(path, 'sideEffects'), `must specify one of ${NO_SIDE_EFFECTS.join(', ')}`));
  else if (!NO_SIDE_EFFECTS.includes(sideEffects)) errors.push(notSupported(pathText(path, 'sideEffects'), sideEffects, NO_SIDE_EFFECTS));
  if (timeoutSeconds !== undefined && (timeoutSeconds < 1 || timeoutSeconds > MAX_TIMEOUT_SECONDS)) {
    errors.push(invalid(pathText(path, 'timeoutSeconds'), timeoutSeconds, 'the timeout value must be between 1 and 30 seconds'));
  }
  checkLabelSelector(errors, hook.namespaceSelector, childPath(path, 'namespaceSelector'));
  checkLabelSelector(errors, hook.objectSelector, childPath(path, 'objectSelector'));
  checkOptionalChoice(errors, hook.reinvocationPolicy, REINVOCATION_POLICIES, path, 'reinvocationPolicy');
  checkClientConfig(errors, clientConfig, childPath(path, 'clientConfig'));
  if (checkExpression) checkMatchConditions(errors, matchConditions ?? [], childPath(path, 'matchConditions'), checkExpression);
  checkReviewVersions(errors, admissionReviewVersions ?? [], path);
}

/** Checks the webhooks of a configuration in upstream's order; without `checkExpression` match conditions are not looked at. */
function checkWebhooks(hooks: readonly Webhook[], checkExpression: ExpressionCheck | undefined): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  hooks.forEach((hook, i) => {
    const path = indexPath(rootPath('webhooks'), i);
    checkWebhook(errors, hook, path, checkExpression);
    const { name = '' } = hook;
    if (names.has(name)) errors.push(duplicate(pathText(path, 'name'), name));
    else if (name !== '') names.add(name);
  });
  return errors;
}

const compileMatchCondition: ExpressionCheck = (errors, expression, field) => {
  const fault = policyCompiler({ hasParams: false, hasVariables: false }).condition(expression);
  if (fault !== undefined) errors.push(invalid(field, expression, fault));
};

interface Configuration extends KubeObject {
  readonly webhooks?: readonly Webhook[] | undefined;
}

/**
 * The rules of both kinds. Match conditions that an update leaves as they are are not checked again.
 * Upstream's further leniency on update concerns objects that its first versions accepted; here nobody has such objects.
 */
export const webhookConfigurationStrategy: Strategy<Configuration> = {
  generation: 'content',
  validate: ({ webhooks }) => checkWebhooks(webhooks ?? [], compileMatchCondition),
  validateUpdate: ({ webhooks = [] }, { webhooks: old = [] }) =>
    checkWebhooks(webhooks, sameMatchConditions(webhooks, old) ? undefined : compileMatchCondition),
};

const sameMatchConditions = (hooks: readonly Webhook[], old: readonly Webhook[]): boolean =>
  hooks.length === old.length && hooks.every((hook, i) => semanticEqual(hook.matchConditions, old[i]?.matchConditions));

/** The columns of both kinds. */
export const webhookConfigurationColumns: readonly Column<Configuration>[] = [
  nameColumn,
  shown('Webhooks', 'Number of webhooks.', ({ webhooks }) => webhooks?.length ?? 0, 'integer'),
  ageColumn,
];
