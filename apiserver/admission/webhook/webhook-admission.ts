import type { Kind } from '../../../api/definition/kind.ts';
import { isKind } from '../../../api/definition/kind.ts';
import { mutatingWebhookConfigurations, validatingWebhookConfigurations } from '../../../api/kinds/admissionregistration/index.ts';
import { usePolicyCompiler } from '../../../api/kinds/admissionregistration/policy-expressions.ts';
import type { KubeObject } from '../../../api/meta/object.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../../contract/admission.ts';
import type { Part } from '../../contract/part.ts';
import type { Registry } from '../../contract/resource.ts';
import type { StorageAccess } from '../../contract/storage-access.ts';
import { configuresAdmission } from '../matching/rules.ts';
import type { WebhookConfiguration } from './configured-webhook.ts';
import type { Candidate, WebhookIndex } from './webhook-index.ts';
import { createWebhookIndex } from './webhook-index.ts';

type Invoke = (attributes: AdmissionAttributes, candidates: readonly Candidate[]) => Promise<void>;

/** The calls of webhooks, of both kinds. */
export interface WebhookCalls {
  readonly mutate: Invoke;
  readonly validate: Invoke;
}

export interface WebhookAdmissionOptions {
  readonly objects: StorageAccess;
  readonly registry: Pick<Registry, 'kinds' | 'onChange'>;
  /** Loads what calls webhooks. It is asked for once, when there is the first webhook. */
  readonly load: () => Promise<WebhookCalls>;
}

const CONFIGURATIONS: readonly Kind[] = [mutatingWebhookConfigurations, validatingWebhookConfigurations];

/**
 * Upstream's plugins MutatingAdmissionWebhook and ValidatingAdmissionWebhook. A configuration is in effect for every request that is admitted
 * after its write. A request that no webhook's rules match costs a look-up by kind, verb and subresource, or nothing where there are no
 * webhooks.
 */
export function webhookAdmission({ objects, registry, load }: WebhookAdmissionOptions): Part {
  let calls: Promise<WebhookCalls> | undefined;
  const mutating = createWebhookIndex(() => registry.kinds);
  const validating = createWebhookIndex(() => registry.kinds);

  function follow<T extends KubeObject & Pick<WebhookConfiguration, 'webhooks'>>(kind: Kind<T>, index: WebhookIndex): void {
    const set = (configuration: WebhookConfiguration) => {
      index.set(configuration);
      calls ??= load();
    };
    for (const configuration of objects.list(kind)) set(configuration);
    objects.follow(kind, (configuration, isDeleted) => {
      if (isDeleted) index.remove(configuration.metadata.name);
      else set(configuration);
    });
  }

  const step = (index: WebhookIndex, name: keyof WebhookCalls) => (attributes: AdmissionAttributes) => {
    const candidates = index.candidates(attributes.kind, attributes.subresource, attributes.verb);
    return candidates.length === 0 ? undefined : invoke(name, attributes, candidates);
  };

  async function invoke(name: keyof WebhookCalls, attributes: AdmissionAttributes, candidates: readonly Candidate[]): Promise<void> {
    calls ??= load();
    const loaded = await calls;
    await loaded[name](attributes, candidates);
  }

  const expressions: AdmissionPlugin = {
    name: 'WebhookExpressions',
    handles: (kind, _subresource, verb) =>
      (verb === 'create' || verb === 'update') && CONFIGURATIONS.some((configuration) => isKind(kind, configuration)),
    // The rules of the kinds are not asynchronous: what they compile expressions with is there before they run.
    async admit() {
      usePolicyCompiler((await import('../policy/expressions/policy-compiler.ts')).compilePolicyExpressions);
    },
  };
  const handles: AdmissionPlugin['handles'] = (kind) => !configuresAdmission(kind);
  return {
    name: 'webhooks',
    plugins: [
      expressions,
      { name: 'MutatingAdmissionWebhook', place: 'webhook', handles, admit: step(mutating, 'mutate') },
      { name: 'ValidatingAdmissionWebhook', place: 'webhook', handles, validatesStored: true, validate: step(validating, 'validate') },
    ],
    async start() {
      follow(mutatingWebhookConfigurations, mutating);
      follow(validatingWebhookConfigurations, validating);
      registry.onChange(() => {
        mutating.kindsChanged();
        validating.kindsChanged();
      });
    },
  };
}
