import { defineKind } from '../../definition/kind.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import type { Infer } from '../../schema/fields.ts';
import { listMap, ref, topLevel } from '../../schema/fields.ts';
import { MutatingWebhook, webhookConfigurationColumns, webhookConfigurationStrategy } from './webhook.ts';

export const MutatingWebhookConfiguration = topLevel('MutatingWebhookConfiguration', 'Webhooks that change requests.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  webhooks: listMap(MutatingWebhook, ['name'], 'The webhooks, called in the order of configurations and webhooks.').tag(2).optional(),
});
export type MutatingWebhookConfiguration = Infer<typeof MutatingWebhookConfiguration>;

export const mutatingWebhookConfigurations = defineKind<MutatingWebhookConfiguration>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingWebhookConfiguration',
  plural: 'mutatingwebhookconfigurations',
  namespaced: false,
  categories: ['api-extensions'],
  schema: MutatingWebhookConfiguration,
  columns: webhookConfigurationColumns,
  strategy: webhookConfigurationStrategy,
});
