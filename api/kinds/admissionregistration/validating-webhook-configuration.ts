import { defineKind } from '../../definition/kind.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import type { Infer } from '../../schema/fields.ts';
import { listMap, ref, topLevel } from '../../schema/fields.ts';
import { ValidatingWebhook, webhookConfigurationColumns, webhookConfigurationStrategy } from './webhook.ts';

export const ValidatingWebhookConfiguration = topLevel('ValidatingWebhookConfiguration', 'Webhooks that accept or refuse requests.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  webhooks: listMap(ValidatingWebhook, ['name'], 'The webhooks, all called at once.').tag(2).optional(),
});
export type ValidatingWebhookConfiguration = Infer<typeof ValidatingWebhookConfiguration>;

export const validatingWebhookConfigurations = defineKind<ValidatingWebhookConfiguration>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingWebhookConfiguration',
  plural: 'validatingwebhookconfigurations',
  namespaced: false,
  categories: ['api-extensions'],
  schema: ValidatingWebhookConfiguration,
  columns: webhookConfigurationColumns,
  strategy: webhookConfigurationStrategy,
});
