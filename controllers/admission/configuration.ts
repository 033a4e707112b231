import type { Kind } from '../../api/definition/kind.ts';
import type { ValidatingWebhookConfiguration } from '../../api/kinds/admissionregistration/validating-webhook-configuration.ts';
import type { LabelSelector } from '../../api/meta/label-selector.ts';
import type { CountedKind } from '../../api/quota/usage.ts';

/** The address by which API servers reach the webhook. */
export type WebhookAddress =
  | { readonly service: { readonly namespace: string; readonly name: string } }
  /** `https://HOST:PORT`, without a path. */
  | { readonly url: string };

export type FailurePolicy = 'Fail' | 'Ignore';

export interface WebhookSettings {
  readonly address: WebhookAddress;
  /** For the validation of skiff.dev. */
  readonly failurePolicy: FailurePolicy;
  readonly quotaFailurePolicy: FailurePolicy;
  readonly namespaceSelector: LabelSelector;
  readonly objectSelector: LabelSelector;
}

export const VALIDATION_PATH = '/validate';
export const QUOTA_PATH = '/quota';

/** A kind that quotas count. */
type CountedResource = Kind & CountedKind;

type Webhook = NonNullable<ValidatingWebhookConfiguration['webhooks']>[number];
type Rule = NonNullable<Webhook['rules']>[number];

/**
 * Returns the webhooks of the configuration: one that validates the concepts, and one that charges quotas for the kinds that they count.
 * @param bundle the authorities of the serving certificate, PEM
 */
export function webhooksOf(settings: WebhookSettings, concepts: readonly Kind[], counted: readonly CountedResource[], bundle: string): Webhook[] {
  const common = {
    admissionReviewVersions: ['v1'],
    matchPolicy: 'Equivalent',
    namespaceSelector: settings.namespaceSelector,
    objectSelector: settings.objectSelector,
    timeoutSeconds: 10,
  };
  const client = (path: string) => ({ clientConfig: clientConfig(settings.address, path, bundle) });
  return [
    {
      ...common,
      ...client(VALIDATION_PATH),
      name: 'validate.skiff.dev',
      rules: rulesOf(concepts, () => true),
      failurePolicy: settings.failurePolicy,
      sideEffects: 'None',
    },
    {
      ...common,
      ...client(QUOTA_PATH),
      name: 'quota.skiff.dev',
      rules: rulesOf(
        counted.filter(({ quota }) => quota?.charged !== false),
        ({ quota }) => quota?.updates !== undefined,
      ),
      failurePolicy: settings.quotaFailurePolicy,
      sideEffects: 'NoneOnDryRun',
    },
  ];
}

function clientConfig(address: WebhookAddress, path: string, bundle: string): Webhook['clientConfig'] {
  const caBundle = Buffer.from(bundle, 'utf8').toString('base64');
  if ('url' in address) return { url: `${address.url.replace(/\/+$/, '')}${path}`, caBundle };
  return { service: { ...address.service, path, port: 443 }, caBundle };
}

/** Returns one rule for each group and version; kinds whose updates are of no account have a rule of their own. */
function rulesOf(kinds: readonly CountedResource[], updates: (kind: CountedResource) => boolean): Rule[] {
  const rules = new Map<string, Rule & { resources: string[] }>();
  for (const kind of kinds) {
    const { group, version, plural } = kind;
    const operations = updates(kind) ? ['CREATE', 'UPDATE'] : ['CREATE'];
    const id = `${group}/${version} ${operations.join()}`;
    const rule = rules.get(id) ?? { operations, apiGroups: [group], apiVersions: [version], resources: [], scope: 'Namespaced' };
    rule.resources.push(plural, ...(kind.quota?.updates?.subresources ?? []).map((subresource) => `${plural}/${subresource}`));
    rules.set(id, rule);
  }
  return [...rules.values()];
}
