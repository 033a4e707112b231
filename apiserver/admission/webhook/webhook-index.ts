import type { KindDefinition } from '../../../api/definition/kind.ts';
import type { AdmissionVerb } from '../../contract/admission.ts';
import { matchedVersion, versionsOf } from '../matching/rules.ts';
import type { ConfiguredWebhook, WebhookConfiguration } from './configured-webhook.ts';
import { configuredWebhooks } from './configured-webhook.ts';

/** A webhook whose rules match, and the version of the resource that it is shown. */
export interface Candidate {
  readonly webhook: ConfiguredWebhook;
  readonly kind: KindDefinition;
}

/** The webhooks of one kind of configuration, by what their rules match. */
export interface WebhookIndex {
  /** Takes a configuration in, or its new state. */
  set(configuration: WebhookConfiguration): void;
  remove(name: string): void;
  /** Forgets what was found for resources: the served kinds have changed. */
  kindsChanged(): void;
  /** Lists the webhooks whose rules match such writes, in the order of their calls. Found once per kind, subresource and verb. */
  candidates(kind: KindDefinition, subresource: string, verb: AdmissionVerb): readonly Candidate[];
}

type Found = Partial<Record<AdmissionVerb, Map<string, readonly Candidate[]>>>;

const NONE: readonly Candidate[] = [];

/** `kinds` lists the served kinds. */
export function createWebhookIndex(kinds: () => readonly KindDefinition[]): WebhookIndex {
  const configurations = new Map<string, WebhookConfiguration>();
  let webhooks: readonly ConfiguredWebhook[] = [];
  let known = new WeakMap<KindDefinition, Found>();

  function changed(): void {
    webhooks = configuredWebhooks(configurations.values());
    known = new WeakMap();
  }

  function find(kind: KindDefinition, subresource: string, verb: AdmissionVerb): readonly Candidate[] {
    const versions = versionsOf(kinds(), kind, subresource);
    const found: Candidate[] = [];
    for (const webhook of webhooks) {
      const shown = matchedVersion(webhook.rules, webhook.matchesEquivalent, kind, subresource, verb, versions);
      if (shown) found.push({ webhook, kind: shown });
    }
    return found.length === 0 ? NONE : found;
  }

  return {
    set(configuration) {
      configurations.set(configuration.metadata.name, configuration);
      changed();
    },
    remove(name) {
      if (configurations.delete(name)) changed();
    },
    kindsChanged() {
      known = new WeakMap();
    },
    candidates(kind, subresource, verb) {
      if (webhooks.length === 0) return NONE;
      let found = known.get(kind);
      if (!found) {
        found = {};
        known.set(kind, found);
      }
      found[verb] ??= new Map();
      let candidates = found[verb].get(subresource);
      if (!candidates) {
        candidates = find(kind, subresource, verb);
        found[verb].set(subresource, candidates);
      }
      return candidates;
    },
  };
}
