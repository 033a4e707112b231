import type { UserInfo } from '../contract/request.ts';
import type { RequestInfo, ResourceRequestInfo } from '../contract/request-info.ts';
import type { Level, StageName } from './event.ts';
import { LEVELS } from './event.ts';
import type { Policy, PolicyRule } from './policy.ts';

/** The way in which a request is recorded. */
export interface AuditConfig {
  readonly level: Level;
  readonly omitStages: ReadonlySet<string>;
  readonly omitManagedFields: boolean;
}

type Matches = (user: UserInfo | undefined, info: RequestInfo) => boolean;

const isLevel = (text: string): text is Level => LEVELS.some((level) => level === text);

/** Returns whether a rule's path is a request's: exactly, or all that begin with what stands before a final `*`. */
function pathMatches(path: string, spec: string): boolean {
  if (spec === '*' || spec === path) return true;
  return spec.endsWith('*') && path.startsWith(spec.replace(/\*+$/, ''));
}

// `pods`, `pods/log`, `pods/*`, `*/scale` and `*` are entries.
/** Returns whether an entry of a rule's `resources` names a resource or subresource. */
function resourceMatches(entry: string, { plural, subresource }: ResourceRequestInfo): boolean {
  if (entry === '*' || entry === (subresource === '' ? plural : `${plural}/${subresource}`)) return true;
  if (subresource !== '' && entry.startsWith('*/') && entry.slice(2) === subresource) return true;
  return entry.endsWith('/*') && entry.slice(0, -2) === plural;
}

function groupMatches(group: PolicyRule['resources'][number], info: ResourceRequestInfo): boolean {
  if (group.group !== info.group) return false;
  if (group.resources.length === 0) return true;
  if (group.resourceNames.length > 0 && !group.resourceNames.includes(info.name)) return false;
  return group.resources.some((entry) => resourceMatches(entry, info));
}

/** Makes the test of one rule (k8s.io/apiserver/pkg/audit/policy, checker.go). */
function matcherOf({ users, userGroups, verbs, namespaces, resources, nonResourceURLs }: PolicyRule): Matches {
  const [userSet, groupSet, verbSet, namespaceSet] = [new Set(users), new Set(userGroups), new Set(verbs), new Set(namespaces)];
  return (user, info) => {
    if (userSet.size > 0 && !(user && userSet.has(user.name))) return false;
    if (groupSet.size > 0 && !user?.groups.some((group) => groupSet.has(group))) return false;
    if (verbSet.size > 0 && !verbSet.has(info.verb)) return false;
    if (namespaceSet.size > 0 || resources.length > 0) {
      if (!info.isResource) return false;
      if (namespaceSet.size > 0 && !namespaceSet.has(info.accessNamespace)) return false;
      return resources.length === 0 || resources.some((group) => groupMatches(group, info));
    }
    if (nonResourceURLs.length > 0) return !info.isResource && nonResourceURLs.some((spec) => pathMatches(info.path, spec));
    return true;
  };
}

/** Compiles a policy: the first rule that matches a request decides; without one it is not recorded. */
export function policyEvaluator(policy: Policy): (user: UserInfo | undefined, info: RequestInfo) => AuditConfig {
  const rules = policy.rules.map((rule) => {
    const config: AuditConfig = {
      level: isLevel(rule.level) ? rule.level : 'None',
      omitStages: new Set<StageName | string>([...policy.omitStages, ...rule.omitStages]),
      omitManagedFields: rule.omitManagedFields ?? policy.omitManagedFields,
    };
    return { matches: matcherOf(rule), config };
  });
  const otherwise: AuditConfig = { level: 'None', omitStages: new Set(policy.omitStages), omitManagedFields: policy.omitManagedFields };
  return (user, info) => rules.find(({ matches }) => matches(user, info))?.config ?? otherwise;
}
