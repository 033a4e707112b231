import { defineKind } from '../../definition/kind.ts';
import type { Strategy } from '../../definition/strategy.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { duplicate, invalid, notSupported, required } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { ref, setList, string, struct, topLevel } from '../../schema/fields.ts';
import { checkMatchResources } from './match-resources.ts';
import { bindingColumns, bindingFields, checkBindingSpec, policyNameField } from './policy-binding.ts';

const ACTIONS = ['Audit', 'Deny', 'Warn'];
const BOTH =
  'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)';

export const ValidatingAdmissionPolicyBindingSpec = struct('ValidatingAdmissionPolicyBindingSpec', 'Where and how a policy is in force.', {
  ...bindingFields,
  policyName: policyNameField().tag(1),
  validationActions: setList(
    string(undefined, { goType: 'ValidationAction', enum: ACTIONS }),
    'What is done with requests that do not meet the conditions: Deny or Warn, and Audit.',
    { presence: 'value' },
  ).tag(4),
});

export const ValidatingAdmissionPolicyBinding = topLevel(
  'ValidatingAdmissionPolicyBinding',
  'Puts a ValidatingAdmissionPolicy in force, for some requests and with some parameters.',
  {
    metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
      presence: 'filled',
    })
      .tag(1)
      .optional(),
    spec: ref(ValidatingAdmissionPolicyBindingSpec, 'The binding.').tag(2),
  },
);
export type ValidatingAdmissionPolicyBinding = Infer<typeof ValidatingAdmissionPolicyBinding>;

function checkActions(errors: FieldError[], actions: readonly string[], field: string): void {
  const seen = new Set<string>();
  actions.forEach((action, i) => {
    if (!ACTIONS.includes(action)) errors.push(notSupported(`${field}[${i}]`, action, ACTIONS));
    if (seen.has(action)) errors.push(duplicate(`${field}[${i}]`, action));
    seen.add(action);
  });
  if (seen.has('Deny') && seen.has('Warn')) errors.push(invalid(field, actions, BOTH));
  if (actions.length === 0) errors.push(required(field, 'at least one validation action is required'));
}

function validate({ spec }: ValidatingAdmissionPolicyBinding): FieldError[] {
  const errors: FieldError[] = [];
  checkBindingSpec(errors, spec, checkMatchResources);
  checkActions(errors, spec.validationActions ?? [], 'spec.validationActions');
  return errors;
}

/** The rules of upstream's pkg/apis/admissionregistration/validation. */
const strategy: Strategy<ValidatingAdmissionPolicyBinding> = {
  generation: 'content',
  allowUnconditionalUpdate: false,
  metadataChecks: { onUpdate: ['whole'], anyFinalizer: true },
  validate,
  validateUpdate: validate,
};

export const validatingAdmissionPolicyBindings = defineKind<ValidatingAdmissionPolicyBinding>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingAdmissionPolicyBinding',
  plural: 'validatingadmissionpolicybindings',
  namespaced: false,
  categories: ['api-extensions'],
  schema: ValidatingAdmissionPolicyBinding,
  columns: bindingColumns,
  strategy,
});
