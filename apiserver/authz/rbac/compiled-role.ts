import type { PolicyRule } from '../../../api/kinds/rbac/role.ts';

/** A rule of a role, made ready for comparison. Undefined sets allow everything. */
interface CompiledRule {
  readonly verbs: ReadonlySet<string> | undefined;
  readonly groups: ReadonlySet<string> | undefined;
  /** The names that the rule is limited to. Undefined: all names. */
  readonly names: ReadonlySet<string> | undefined;
}

interface PrefixRule {
  readonly prefix: string;
  readonly rule: CompiledRule;
}

/** Counts the rules that decisions looked at. */
export interface Visits {
  rules: number;
}

/**
 * The rules of a role, filed by resource and by path. Compiling is linear in the text of the rules: no product of groups, resources and verbs
 * is formed. A question looks only at rules that name its resource, or all.
 */
export interface CompiledRole {
  readonly rules: readonly PolicyRule[];
  /** The resources that its rules name, up to the first slash, and `/` if a rule names paths. */
  readonly topics: ReadonlySet<string>;
  readonly resources: ReadonlyMap<string, readonly CompiledRule[]>;
  /** By subresource, then by resource; `*` is every resource. */
  readonly subresources: ReadonlyMap<string, ReadonlyMap<string, readonly CompiledRule[]>>;
  readonly paths: ReadonlyMap<string, readonly CompiledRule[]>;
  readonly prefixes: readonly PrefixRule[];
}

/** The topic of rules for paths that are no resources. */
export const PATHS = '/';

/** The topic that a resource belongs to: its name up to the first slash. */
export function topicOf(resource: string): string {
  const slash = resource.indexOf('/');
  return slash < 0 ? resource : resource.slice(0, slash);
}

const wordsOf = (words: readonly string[] | undefined): ReadonlySet<string> | undefined => {
  const set = new Set(words);
  return set.has('*') ? undefined : set;
};

function fileUnder<K>(map: Map<K, CompiledRule[]>, key: K, rule: CompiledRule): void {
  const filed = map.get(key);
  if (!filed) map.set(key, [rule]);
  else if (filed.at(-1) !== rule) filed.push(rule);
}

/** Compiles the rules of a role; one that has none may hold null. */
export function compileRole(given: readonly PolicyRule[] | null | undefined): CompiledRole {
  const rules = given ?? [];
  const resources = new Map<string, CompiledRule[]>();
  const subresources = new Map<string, Map<string, CompiledRule[]>>();
  const paths = new Map<string, CompiledRule[]>();
  const prefixes: PrefixRule[] = [];
  const topics = new Set<string>();
  for (const source of rules) {
    const names = source.resourceNames?.length ? new Set(source.resourceNames) : undefined;
    const rule: CompiledRule = { verbs: wordsOf(source.verbs), groups: wordsOf(source.apiGroups), names };
    for (const resource of source.resources ?? []) {
      topics.add(topicOf(resource));
      fileUnder(resources, resource, rule);
      const slash = resource.indexOf('/');
      if (slash < 0) continue;
      const subresource = resource.slice(slash + 1);
      const byResource = subresources.get(subresource) ?? new Map<string, CompiledRule[]>();
      fileUnder(byResource, resource.slice(0, slash), rule);
      subresources.set(subresource, byResource);
    }
    for (const url of source.nonResourceURLs ?? []) {
      topics.add(PATHS);
      fileUnder(paths, url, rule);
      if (url.endsWith('*')) prefixes.push({ prefix: url.replace(/\*+$/, ''), rule });
    }
  }
  return { rules, topics, resources, subresources, paths, prefixes };
}

/** Whether a rule allows a verb on a group and name. Without a name only rules for all names do. */
const matches = (rule: CompiledRule, verb: string, group: string, name: string | undefined): boolean =>
  (rule.verbs === undefined || rule.verbs.has(verb)) &&
  (rule.groups === undefined || rule.groups.has(group)) &&
  (rule.names === undefined || (name !== undefined && rule.names.has(name)));

function anyMatches(rules: readonly CompiledRule[] | undefined, verb: string, group: string, name: string | undefined, visits: Visits): boolean {
  if (rules === undefined) return false;
  for (let i = 0; i < rules.length; i++) {
    visits.rules++;
    if (matches(rules[i] as CompiledRule, verb, group, name)) return true;
  }
  return false;
}

/**
 * Whether the role allows a verb on a resource (pkg/apis/rbac/v1, ResourceMatches): its rules name the resource, `*`, or for a subresource
 * `resource/subresource` or `*` + `/subresource`. `name` undefined asks for all names.
 */
export function allowsResource(
  role: CompiledRole,
  verb: string,
  group: string,
  resource: string,
  subresource: string,
  name: string | undefined,
  visits: Visits,
): boolean {
  const { resources } = role;
  if (anyMatches(resources.get('*'), verb, group, name, visits)) return true;
  if (subresource === '') return anyMatches(resources.get(resource), verb, group, name, visits);
  const byResource = role.subresources.get(subresource);
  if (anyMatches(byResource?.get('*'), verb, group, name, visits)) return true;
  // A resource with a slash of its own comes with access reviews only.
  if (resource.includes('/')) return anyMatches(resources.get(`${resource}/${subresource}`), verb, group, name, visits);
  return anyMatches(byResource?.get(resource), verb, group, name, visits);
}

/** Whether the role allows a verb on a path: its rules name it, or a beginning of it with `*` at the end. */
export function allowsPath(role: CompiledRole, verb: string, path: string, visits: Visits): boolean {
  const exact = role.paths.get(path);
  if (exact !== undefined) {
    for (const rule of exact) {
      visits.rules++;
      if (rule.verbs === undefined || rule.verbs.has(verb)) return true;
    }
  }
  for (const { prefix, rule } of role.prefixes) {
    visits.rules++;
    if ((rule.verbs === undefined || rule.verbs.has(verb)) && path.startsWith(prefix)) return true;
  }
  return false;
}
