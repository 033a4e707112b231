import type { FieldError } from '../../schema/field-error.ts';
import { required } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { bytes, int32, ref, string, struct } from '../../schema/fields.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { pathText } from '../../validation/field-path.ts';
import { checkWebhookService, checkWebhookUrl } from '../../validation/webhook-rules.ts';

export const ServiceReference = struct('ServiceReference', 'A Service of the cluster that serves a webhook.', {
  name: string('Name of the Service.').tag(2),
  namespace: string('Namespace of the Service.').tag(1),
  path: string('URL path to send requests to.', { presence: 'pointer' }).tag(3).optional(),
  port: int32('Port of the Service. 443, if left out.', { presence: 'pointer', default: 443 }).tag(4).optional(),
});
export type ServiceReference = Infer<typeof ServiceReference>;

export const WebhookClientConfig = struct('WebhookClientConfig', 'How a webhook is reached: by url or service, one of them.', {
  caBundle: bytes("PEM certificates of the authorities that may sign the webhook's certificate.").tag(2).optional(),
  service: ref(ServiceReference, 'Service that serves the webhook; this or url.').tag(1).optional(),
  url: string('Location of the webhook, https://host:port/path; this or service.', { presence: 'pointer' }).tag(3).optional(),
});
export type WebhookClientConfig = Infer<typeof WebhookClientConfig>;

export function checkClientConfig(errors: FieldError[], { url, service }: Partial<WebhookClientConfig>, path: FieldPath): void {
  if ((url === undefined) === (service === undefined)) errors.push(required(pathText(path), 'exactly one of url or service is required'));
  else if (url !== undefined) checkWebhookUrl(errors, url, pathText(path, 'url'));
  else if (service) checkWebhookService(errors, service, pathText(path, 'service'));
}
