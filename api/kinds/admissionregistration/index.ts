import type { KindGroup } from '../../definition/group.ts';
import { mutatingAdmissionPolicies } from './mutating-admission-policy/index.ts';
import { mutatingAdmissionPolicyBindings } from './mutating-admission-policy-binding.ts';
import { mutatingWebhookConfigurations } from './mutating-webhook-configuration.ts';
import { validatingAdmissionPolicies } from './validating-admission-policy/index.ts';
import { validatingAdmissionPolicyBindings } from './validating-admission-policy-binding.ts';
import { validatingWebhookConfigurations } from './validating-webhook-configuration.ts';

export const admissionregistrationGroup: KindGroup = {
  name: 'admissionregistration.k8s.io',
  rank: 16700,
  kinds: [
    mutatingAdmissionPolicies,
    mutatingAdmissionPolicyBindings,
    mutatingWebhookConfigurations,
    validatingAdmissionPolicies,
    validatingAdmissionPolicyBindings,
    validatingWebhookConfigurations,
  ],
};

export { MutatingAdmissionPolicy, mutatingAdmissionPolicies } from './mutating-admission-policy/index.ts';
export { MutatingAdmissionPolicyBinding, mutatingAdmissionPolicyBindings } from './mutating-admission-policy-binding.ts';
export { MutatingWebhookConfiguration, mutatingWebhookConfigurations } from './mutating-webhook-configuration.ts';
export { ValidatingAdmissionPolicy, validatingAdmissionPolicies } from './validating-admission-policy/index.ts';
export { ValidatingAdmissionPolicyBinding, validatingAdmissionPolicyBindings } from './validating-admission-policy-binding.ts';
export { ValidatingWebhookConfiguration, validatingWebhookConfigurations } from './validating-webhook-configuration.ts';
