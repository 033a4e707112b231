import * as z from 'zod';
import type { LabelSelector } from '../../api/meta/label-selector.ts';
import type { Requirement } from '../../api/selector/selector.ts';
import { parseSelector } from '../../api/selector/selector.ts';
import type { FailurePolicy, WebhookAddress, WebhookSettings } from '../../controllers/admission/configuration.ts';
import { UsageError } from './options.ts';
import { portSchema } from './settings.ts';

const failurePolicy = z.enum(['Fail', 'Ignore']).default('Fail');

/** Options of `skiff controllers` about its validating webhook. */
export const webhookOptions = {
  'webhook-service': {
    schema: z
      .string()
      .regex(/^[^/]+\/[^/]+$/, 'must be NAMESPACE/NAME')
      .optional(),
    help: 'serve the validating webhook; API servers reach it by this Service (port 443)',
    value: 'NAMESPACE/NAME',
  },
  'webhook-url': {
    schema: z.url({ protocol: /^https$/, error: 'must be https://HOST[:PORT]' }).optional(),
    help: 'serve the validating webhook; API servers reach it by this address',
    value: 'URL',
  },
  'webhook-port': { schema: portSchema.default(9443), help: 'the port that the webhook serves on', value: 'PORT' },
  'webhook-secret': {
    schema: z.string().default('skiff-webhook'),
    help: "the Secret of the webhook's certificates, in the namespace of the Lease",
    value: 'NAME',
  },
  'webhook-configuration': { schema: z.string().default('skiff-controllers'), help: 'the ValidatingWebhookConfiguration to keep', value: 'NAME' },
  'webhook-failure-policy': {
    schema: failurePolicy,
    help: 'what happens to writes of skiff.dev while no replica answers: Fail or Ignore',
    value: 'POLICY',
  },
  'quota-failure-policy': {
    schema: failurePolicy,
    help: 'what happens to objects that quotas count while no replica answers: Fail or Ignore',
    value: 'POLICY',
  },
  'webhook-namespace-selector': {
    schema: z.string().optional(),
    help: 'the namespaces that the webhook is for (default: all but kube-system and that of the Lease)',
    value: 'SELECTOR',
  },
  'webhook-object-selector': { schema: z.string().default(''), help: 'the objects that the webhook is for (default: all)', value: 'SELECTOR' },
};

interface WebhookFlags {
  readonly 'webhook-service'?: string | undefined;
  readonly 'webhook-url'?: string | undefined;
  readonly 'webhook-failure-policy': FailurePolicy;
  readonly 'quota-failure-policy': FailurePolicy;
  readonly 'webhook-namespace-selector'?: string | undefined;
  readonly 'webhook-object-selector': string;
  readonly 'lease-namespace': string;
}

/**
 * Returns the settings of the webhook; undefined if none is to be served.
 * @throws UsageError if the options do not go together or a selector cannot be read
 */
export function webhookSettingsOf(flags: WebhookFlags): WebhookSettings | undefined {
  const address = addressOf(flags);
  if (!address) return undefined;
  const namespaces = flags['webhook-namespace-selector'] ?? `kubernetes.io/metadata.name notin (kube-system,${flags['lease-namespace']})`;
  return {
    address,
    failurePolicy: flags['webhook-failure-policy'],
    quotaFailurePolicy: flags['quota-failure-policy'],
    namespaceSelector: labelSelectorOf('webhook-namespace-selector', namespaces),
    objectSelector: labelSelectorOf('webhook-object-selector', flags['webhook-object-selector']),
  };
}

function addressOf({ 'webhook-service': service, 'webhook-url': url }: WebhookFlags): WebhookAddress | undefined {
  if (service !== undefined && url !== undefined) throw new UsageError('--webhook-service and --webhook-url: give one of them');
  if (url !== undefined) return { url };
  if (service === undefined) return undefined;
  const [namespace = '', name = ''] = service.split('/');
  return { service: { namespace, name } };
}

function labelSelectorOf(option: string, text: string): LabelSelector {
  try {
    const matchExpressions = parseSelector(text).requirements.map((requirement) => expressionOf(option, requirement));
    return matchExpressions.length === 0 ? {} : { matchExpressions };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`--${option} ${text}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const OPERATORS: Readonly<Record<string, string>> = {
  '=': 'In',
  '==': 'In',
  in: 'In',
  '!=': 'NotIn',
  notin: 'NotIn',
  exists: 'Exists',
  '!': 'DoesNotExist',
};

function expressionOf(option: string, { key, operator, values }: Requirement): NonNullable<LabelSelector['matchExpressions']>[number] {
  const name = OPERATORS[operator];
  if (name === undefined)
    throw new UsageError(`--${option}: the operator ${operator} is not known to selectors of webhooks: use =, !=, in, notin, a key or !key`);
  return { key, operator: name, ...(values.length === 0 ? {} : { values: [...values] }) };
}
