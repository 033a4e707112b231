import { parseGoUrl } from '../../base/go-url.ts';
import type { FieldError } from '../schema/field-error.ts';
import { invalid, required } from '../schema/field-error.ts';
import { dns1123SubdomainFaults, portNumberFaults } from './name-rules.ts';

const FORM = '; desired format: https://host[/path]';

/** The rules of a webhook's URL (k8s.io/apiserver/pkg/util/webhook, ValidateWebhookURL). */
export function checkWebhookUrl(errors: FieldError[], text: string, field: string): void {
  const parsed = parseGoUrl(text);
  if (!parsed.ok) {
    errors.push(required(field, `url must be a valid URL: ${parsed.problem}${FORM}`));
    return;
  }
  const { scheme, host, user, fragment, query } = parsed.url;
  if (scheme !== 'https') errors.push(invalid(field, scheme, `'https' is the only allowed URL scheme${FORM}`));
  if (host === '') errors.push(invalid(field, host, `host must be specified${FORM}`));
  if (user !== undefined) errors.push(invalid(field, user, 'user information is not permitted in the URL'));
  if (fragment !== '') errors.push(invalid(field, fragment, 'fragments are not permitted in the URL'));
  if (query !== '') errors.push(invalid(field, query, 'query parameters are not permitted in the URL'));
}

/**
 * The rules of a webhook's service (ValidateWebhookService). Every caller of upstream's passes name and namespace in the wrong order, so
 * that the error of one names the other.
 */
export function checkWebhookService(
  errors: FieldError[],
  service: { readonly name?: string; readonly namespace?: string; readonly path?: string | undefined; readonly port?: number | undefined },
  field: string,
): void {
  if (!service.namespace) errors.push(required(`${field}.name`));
  if (!service.name) errors.push(required(`${field}.namespace`));
  const port = service.port ?? 0;
  const faults = portNumberFaults(port);
  if (faults.length > 0) errors.push(invalid(`${field}.port`, port, `port is not valid: ${faults.join(', ')}`));
  const { path } = service;
  if (path !== undefined) for (const fault of pathFaults(path)) errors.push(invalid(`${field}.path`, path, fault));
}

function pathFaults(path: string): readonly string[] {
  if (path === '/' || path === '') return [];
  if (path === '//') return ['segment[0] may not be empty'];
  const segments = path.slice(1).replace(/\/$/, '').split('/');
  return [
    ...(path.startsWith('/') ? [] : ["must start with a '/'"]),
    ...segments.flatMap((segment, i) =>
      segment === '' ? [`segment[${i}] may not be empty`] : dns1123SubdomainFaults(segment).map((fault) => `segment[${i}]: ${fault}`),
    ),
  ];
}
