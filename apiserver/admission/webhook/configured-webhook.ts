import type { MutatingWebhook } from '../../../api/kinds/admissionregistration/webhook.ts';
import type { Selector } from '../../../api/selector/selector.ts';
import { selectorFrom } from '../../../api/selector/selector.ts';
import type { WebhookClientConfig } from '../../webhook/webhook-client.ts';
import type { Rule } from '../matching/rules.ts';

export type ReviewVersion = 'v1' | 'v1beta1';

/** A webhook of a configuration, ready for use. */
export interface ConfiguredWebhook {
  readonly configuration: string;
  readonly name: string;
  /** Names the webhook among all: `configuration/name/number`, as several webhooks of a configuration may have one name. */
  readonly id: string;
  /** Its place among all webhooks of its kind, in the order in which they are called. */
  readonly position: number;
  readonly rules: readonly Rule[];
  readonly matchesEquivalent: boolean;
  readonly namespaceSelector: Selector;
  readonly objectSelector: Selector;
  readonly matchConditions: readonly { readonly name: string; readonly expression: string }[];
  readonly failsOpen: boolean;
  readonly allowsDryRun: boolean;
  readonly timeoutMs: number;
  /** The version of AdmissionReview that it prefers among those known here; undefined if it knows none. */
  readonly reviewVersion: ReviewVersion | undefined;
  readonly isReinvoked: boolean;
  readonly client: WebhookClientConfig;
}

/** A stored configuration of either kind. */
export interface WebhookConfiguration {
  readonly metadata: { readonly name: string };
  readonly webhooks?: readonly Partial<MutatingWebhook>[] | undefined;
}

const DEFAULT_TIMEOUT_SECONDS = 10;
const NO_DRY_RUN: ReadonlySet<string | undefined> = new Set(['Some', 'Unknown', undefined]);
const isKnown = (version: string): version is ReviewVersion => version === 'v1' || version === 'v1beta1';

/** Lists the webhooks of configurations in the order of their calls: by the configuration's name, then as they stand in it. */
export function configuredWebhooks(configurations: Iterable<WebhookConfiguration>): readonly ConfiguredWebhook[] {
  const ordered = [...configurations].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const webhooks: ConfiguredWebhook[] = [];
  for (const { metadata, webhooks: hooks = [] } of ordered) {
    const numbers = new Map<string, number>();
    for (const hook of hooks) {
      const { name = '' } = hook;
      const number = numbers.get(name) ?? 0;
      numbers.set(name, number + 1);
      webhooks.push(configured(hook, metadata.name, `${metadata.name}/${name}/${number}`, webhooks.length));
    }
  }
  return webhooks;
}

function configured(hook: Partial<MutatingWebhook>, configuration: string, id: string, position: number): ConfiguredWebhook {
  return {
    configuration,
    name: hook.name ?? '',
    id,
    position,
    rules: hook.rules ?? [],
    matchesEquivalent: hook.matchPolicy === 'Equivalent',
    namespaceSelector: selectorFrom(hook.namespaceSelector),
    objectSelector: selectorFrom(hook.objectSelector),
    matchConditions: hook.matchConditions ?? [],
    failsOpen: hook.failurePolicy === 'Ignore',
    allowsDryRun: !NO_DRY_RUN.has(hook.sideEffects),
    timeoutMs: (hook.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS) * 1000,
    reviewVersion: hook.admissionReviewVersions?.find(isKnown),
    isReinvoked: hook.reinvocationPolicy === 'IfNeeded',
    client: hook.clientConfig ?? {},
  };
}
