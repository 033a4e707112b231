import { defineKind } from '../../definition/kind.ts';
import type { Strategy } from '../../definition/strategy.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import type { FieldError } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { ref, struct, topLevel } from '../../schema/fields.ts';
import { checkMutableResources } from './mutable-operations.ts';
import { bindingColumns, bindingFields, checkBindingSpec, policyNameField } from './policy-binding.ts';

export const MutatingAdmissionPolicyBindingSpec = struct('MutatingAdmissionPolicyBindingSpec', 'Where and how a policy is in force.', {
  ...bindingFields,
  policyName: policyNameField().tag(1).optional(),
});

export const MutatingAdmissionPolicyBinding = topLevel(
  'MutatingAdmissionPolicyBinding',
  'Puts a MutatingAdmissionPolicy in force, for some requests and with some parameters.',
  {
    metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
      presence: 'filled',
    })
      .tag(1)
      .optional(),
    spec: ref(MutatingAdmissionPolicyBindingSpec, 'The binding.', { presence: 'filled' }).tag(2).optional(),
  },
);
export type MutatingAdmissionPolicyBinding = Infer<typeof MutatingAdmissionPolicyBinding>;

function validate({ spec = {} }: MutatingAdmissionPolicyBinding): FieldError[] {
  const errors: FieldError[] = [];
  checkBindingSpec(errors, spec, checkMutableResources);
  return errors;
}

/** The rules of upstream's pkg/apis/admissionregistration/validation. */
const strategy: Strategy<MutatingAdmissionPolicyBinding> = {
  generation: 'content',
  allowUnconditionalUpdate: false,
  metadataChecks: { onUpdate: ['whole'], anyFinalizer: true },
  validate,
  validateUpdate: validate,
};

export const mutatingAdmissionPolicyBindings = defineKind<MutatingAdmissionPolicyBinding>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingAdmissionPolicyBinding',
  plural: 'mutatingadmissionpolicybindings',
  namespaced: false,
  categories: ['api-extensions'],
  schema: MutatingAdmissionPolicyBinding,
  columns: bindingColumns,
  strategy,
});
