import type { KindDefinition } from '../../../../api/definition/kind.ts';
import type { MatchResources } from '../../../../api/kinds/admissionregistration/match-resources.ts';
import type { NamedRuleWithOperations } from '../../../../api/kinds/admissionregistration/rule.ts';
import { selectorFrom } from '../../../../api/selector/selector.ts';
import type { AdmissionAttributes, AdmissionVerb } from '../../../contract/admission.ts';
import type { StorageAccess } from '../../../contract/storage-access.ts';
import { matchesRule } from '../../matching/rules.ts';
import { matchesNamespace, matchesObject } from '../../matching/selectors.ts';

/** The resource and operation of requests that are alike for the rules of policies. */
export interface Target {
  readonly kind: KindDefinition;
  readonly subresource: string;
  readonly verb: AdmissionVerb;
  /** The served versions of the resource. */
  readonly versions: readonly KindDefinition[];
}

/** A version of the resource that a rule matches, and the names of the objects that it is about; undefined for all names. */
interface VersionMatch {
  readonly kind: KindDefinition;
  readonly names: ReadonlySet<string> | undefined;
}

/** The rules and selectors of a policy or binding, prepared for the requests of one target. */
export interface Criteria {
  /**
   * Returns the version of the resource in which a request matches; undefined if it does not.
   * @throws StatusError NotFound if the request matches but for a namespace selector, and there is no such namespace.
   */
  match(attributes: AdmissionAttributes, objects: StorageAccess): KindDefinition | undefined | Promise<KindDefinition | undefined>;
}

function versionMatches(rules: readonly NamedRuleWithOperations[], isEquivalent: boolean, target: Target): readonly VersionMatch[] {
  const { kind, subresource, verb, versions } = target;
  const found: VersionMatch[] = [];
  const add = (rule: NamedRuleWithOperations, version: KindDefinition) => {
    if (!matchesRule(rule, version, subresource, verb)) return;
    found.push({ kind: version, names: rule.resourceNames?.length ? new Set(rule.resourceNames) : undefined });
  };
  for (const rule of rules) add(rule, kind);
  if (isEquivalent) for (const rule of rules) for (const version of versions) if (version !== kind) add(rule, version);
  return found;
}

const named = (matches: readonly VersionMatch[], name: string): KindDefinition | undefined =>
  matches.find(({ names }) => names === undefined || names.has(name))?.kind;

/** Prepares criteria for a target. Returns undefined if no request of the target can match. */
export function criteriaFor(resources: MatchResources, target: Target): Criteria | undefined {
  const { resourceRules = [], excludeResourceRules = [], matchPolicy, namespaceSelector, objectSelector } = resources;
  const isEquivalent = matchPolicy === 'Equivalent';
  const included: readonly VersionMatch[] =
    resourceRules.length === 0 ? [{ kind: target.kind, names: undefined }] : versionMatches(resourceRules, isEquivalent, target);
  const excluded = versionMatches(excludeResourceRules, isEquivalent, target);
  if (included.length === 0 || excluded.some(({ names }) => names === undefined)) return undefined;
  const inNamespaces = selectorFrom(namespaceSelector ?? {});
  const objectsWith = selectorFrom(objectSelector ?? {});
  return {
    match(attributes, objects) {
      const { name } = attributes.key;
      const kind = named(included, name);
      if (kind === undefined || named(excluded, name) !== undefined || !matchesObject(objectsWith, attributes)) return undefined;
      const isSelected = matchesNamespace(inNamespaces, attributes, objects);
      if (isSelected instanceof Promise) return isSelected.then((yes) => (yes ? kind : undefined));
      return isSelected ? kind : undefined;
    },
  };
}
