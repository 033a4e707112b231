import type { KindDefinition } from '../../../api/definition/kind.ts';
import type { AdmissionVerb } from '../../contract/admission.ts';

/** A rule of a webhook or policy. */
export interface Rule {
  readonly operations?: readonly string[] | undefined;
  readonly apiGroups?: readonly string[] | undefined;
  readonly apiVersions?: readonly string[] | undefined;
  readonly resources?: readonly string[] | undefined;
  readonly scope?: string | undefined;
}

const ALL = '*';

/** The names of operations in rules and reviews. */
export const OPERATIONS: Readonly<Record<AdmissionVerb, string>> = { create: 'CREATE', update: 'UPDATE', delete: 'DELETE', connect: 'CONNECT' };

const includes = (items: readonly string[] | undefined, asked: string): boolean =>
  items !== undefined && (items.includes(ALL) || items.includes(asked));

/** Whether a rule matches writes to a resource or its subresource (k8s.io/apiserver/pkg/admission/plugin/webhook/predicates/rules). */
export function matchesRule(rule: Rule, kind: KindDefinition, subresource: string, verb: AdmissionVerb): boolean {
  return (
    inScope(rule.scope, kind) &&
    includes(rule.operations, OPERATIONS[verb]) &&
    includes(rule.apiGroups, kind.group) &&
    includes(rule.apiVersions, kind.version) &&
    (rule.resources?.some((resource) => isResource(resource, kind.plural, subresource)) ?? false)
  );
}

/** A Namespace is an object of the cluster, though requests for it name a namespace. */
function inScope(scope: string | undefined, kind: KindDefinition): boolean {
  if (scope === undefined || scope === ALL) return true;
  return scope === (kind.namespaced ? 'Namespaced' : 'Cluster');
}

function isResource(pattern: string, plural: string, subresource: string): boolean {
  const slash = pattern.indexOf('/');
  const resource = slash < 0 ? pattern : pattern.slice(0, slash);
  const below = slash < 0 ? '' : pattern.slice(slash + 1);
  return (resource === ALL || resource === plural) && (below === ALL || below === subresource);
}

/**
 * Finds the version of a resource that a request for `kind` is shown in: the kind itself if a rule matches it; with the match policy Equivalent
 * else the first other served version that one matches, earlier rules first. Undefined if no rule matches.
 */
export function matchedVersion(
  rules: readonly Rule[],
  isEquivalent: boolean,
  kind: KindDefinition,
  subresource: string,
  verb: AdmissionVerb,
  versions: readonly KindDefinition[],
): KindDefinition | undefined {
  if (rules.some((rule) => matchesRule(rule, kind, subresource, verb))) return kind;
  if (!isEquivalent) return undefined;
  for (const rule of rules) {
    const found = versions.find((version) => version !== kind && matchesRule(rule, version, subresource, verb));
    if (found) return found;
  }
  return undefined;
}

/** Lists the served versions of a kind's resource that have the subresource, the kind's own among them. */
export const versionsOf = (kinds: readonly KindDefinition[], kind: KindDefinition, subresource: string): readonly KindDefinition[] =>
  kinds.filter(
    (other) => other.storagePrefix === kind.storagePrefix && (subresource === '' || other.subresources.some(({ name }) => name === subresource)),
  );

/** The resources that configure admission: neither webhooks nor policies see them (IsExemptAdmissionConfigurationResource). */
const EXEMPT: ReadonlySet<string> = new Set([
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'MutatingAdmissionPolicy',
  'MutatingAdmissionPolicyBinding',
]);

export const configuresAdmission = ({ group, kind }: KindDefinition): boolean => group === 'admissionregistration.k8s.io' && EXEMPT.has(kind);
