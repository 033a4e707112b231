import type { FieldError } from '../../../schema/field-error.ts';
import { checkEach, forbidden, invalid, notSupported, required } from '../../../schema/field-error.ts';
import { dns1035LabelFaults, dns1123SubdomainFaults, portNumberFaults } from '../../../validation/name-rules.ts';
import type { CustomResourceConversion, WebhookClientConfig } from './schema.ts';
import type { ValidationOptions } from './validation-options.ts';
import { REVIEW_VERSIONS } from './validation-options.ts';

const FIELD = 'spec.conversion';

/** Objects are converted between versions by renaming only, or by a webhook. */
export function checkConversion(
  errors: FieldError[],
  conversion: CustomResourceConversion | undefined,
  { requireKnownReviewVersion }: Pick<ValidationOptions, 'requireKnownReviewVersion'>,
): void {
  if (!conversion) return;
  const { strategy, webhook } = conversion;
  if (!strategy) errors.push(required(`${FIELD}.strategy`));
  else if (strategy !== 'None' && strategy !== 'Webhook') errors.push(notSupported(`${FIELD}.strategy`, strategy, ['None', 'Webhook']));
  if (strategy !== 'Webhook') {
    if (webhook?.clientConfig) errors.push(forbidden(`${FIELD}.webhookClientConfig`, 'should not be set when strategy is not set to Webhook'));
    if (webhook?.conversionReviewVersions?.length) {
      errors.push(forbidden(`${FIELD}.conversionReviewVersions`, 'should not be set when strategy is not set to Webhook'));
    }
    return;
  }
  if (!webhook?.clientConfig) errors.push(required(`${FIELD}.webhookClientConfig`, 'required when strategy is set to Webhook'));
  else checkClient(errors, webhook.clientConfig);
  checkReviewVersions(errors, webhook?.conversionReviewVersions ?? [], requireKnownReviewVersion);
}

function checkClient(errors: FieldError[], client: WebhookClientConfig): void {
  const at = `${FIELD}.webhookClientConfig`;
  const { url, service } = client;
  if ((url === undefined) === (service === undefined)) errors.push(required(at, 'exactly one of url or service is required'));
  if (url !== undefined) checkUrl(errors, url, `${at}.url`);
  if (!service) return;
  // Upstream reports a missing name as the namespace's, and the other way round.
  if (!service.namespace) errors.push(required(`${at}.service.name`));
  if (!service.name) errors.push(required(`${at}.service.namespace`));
  for (const fault of portNumberFaults(service.port ?? 443)) {
    errors.push(invalid(`${at}.service.port`, service.port, `port is not valid: ${fault}`));
  }
  checkServicePath(errors, service.path ?? '', `${at}.service.path`);
}

function checkServicePath(errors: FieldError[], path: string, field: string): void {
  if (path === '' || path === '/') return;
  if (path === '//') {
    errors.push(invalid(field, path, 'segment[0] may not be empty'));
    return;
  }
  if (!path.startsWith('/')) errors.push(invalid(field, path, "must start with a '/'"));
  // As upstream, the first character is taken for the slash.
  for (const [i, step] of path.slice(1).replace(/\/$/, '').split('/').entries()) {
    if (step === '') errors.push(invalid(field, path, `segment[${i}] may not be empty`));
    else for (const fault of dns1123SubdomainFaults(step)) errors.push(invalid(field, path, `segment[${i}]: ${fault}`));
  }
}

function checkUrl(errors: FieldError[], url: string, field: string): void {
  const form = 'desired format: https://host[/path]';
  if (!URL.canParse(url)) {
    errors.push(required(field, `url must be a valid URL; ${form}`));
    return;
  }
  const parsed = new URL(url);
  if (parsed.protocol !== 'https:') errors.push(invalid(field, url, `'https' is the only allowed URL scheme; ${form}`));
  if (parsed.hostname === '') errors.push(invalid(field, url, `host must be specified; ${form}`));
  if (parsed.username !== '' || parsed.password !== '') errors.push(invalid(field, url, 'user information is not permitted in the URL'));
  if (parsed.hash !== '') errors.push(invalid(field, url, 'fragments are not permitted in the URL'));
  if (parsed.search !== '') errors.push(invalid(field, url, 'query parameters are not permitted in the URL'));
}

function checkReviewVersions(errors: FieldError[], versions: readonly string[], requireKnown: boolean): void {
  const field = `${FIELD}.conversionReviewVersions`;
  if (versions.length === 0) {
    errors.push(required(field));
    return;
  }
  const seen = new Set<string>();
  checkEach(versions, (version, i) => {
    if (seen.has(version)) errors.push(invalid(`${field}[${i}]`, version, 'duplicate version'));
    seen.add(version);
    for (const fault of dns1035LabelFaults(version)) errors.push(invalid(`${field}[${i}]`, version, fault));
  });
  if (requireKnown && !versions.some((version) => REVIEW_VERSIONS.includes(version))) {
    errors.push(invalid(field, versions, `must include at least one of ${REVIEW_VERSIONS.join(', ')}`));
  }
}
