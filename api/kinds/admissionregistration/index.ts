import type { KindGroup } from '../../definition/group.ts';
import { mutatingWebhookConfigurations } from './mutating-webhook-configuration.ts';
import { validatingWebhookConfigurations } from './validating-webhook-configuration.ts';

export const admissionregistrationGroup: KindGroup = {
  name: 'admissionregistration.k8s.io',
  rank: 16700,
  kinds: [mutatingWebhookConfigurations, validatingWebhookConfigurations],
};

export { MutatingWebhookConfiguration, mutatingWebhookConfigurations } from './mutating-webhook-configuration.ts';
export { ValidatingWebhookConfiguration, validatingWebhookConfigurations } from './validating-webhook-configuration.ts';
