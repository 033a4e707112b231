import type { PolicyRule } from '../../../api/kinds/rbac/role.ts';
import type { CompiledRole, Visits } from './compiled-role.ts';
import { allowsPath, allowsResource } from './compiled-role.ts';

/** The permissions that somebody holds, asked about one at a time. */
export interface Coverage {
  /** `resource` may hold a subresource; without a name, all names are asked for. */
  resource(verb: string, group: string, resource: string, subresource: string, name: string | undefined): boolean;
  path(verb: string, path: string): boolean;
}

/** The permissions of roles taken together. */
export function coverageOf(...roles: readonly CompiledRole[]): Coverage {
  const visits: Visits = { rules: 0 };
  return {
    resource: (verb, group, resource, subresource, name) =>
      roles.some((role) => allowsResource(role, verb, group, resource, subresource, name, visits)),
    path: (verb, path) => roles.some((role) => allowsPath(role, verb, path, visits)),
  };
}

/**
 * Lists the single permissions (one verb on one resource, name or path) that rules grant and the coverage lacks, undefined for one that is
 * covered (k8s.io/component-helpers/auth/rbac/validation, Covers). A rule stands for the product of its lists, so the consumer decides how many
 * permissions it looks at.
 */
export function* checkedPermissions(rules: readonly PolicyRule[], held: Coverage): Generator<PolicyRule | undefined> {
  for (const rule of rules) {
    const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
    const names: readonly (string | undefined)[] = resourceNames.length > 0 ? resourceNames : [undefined];
    for (const group of apiGroups) {
      for (const text of resources) {
        const slash = text.indexOf('/');
        const [resource, subresource] = slash < 0 ? [text, ''] : [text.slice(0, slash), text.slice(slash + 1)];
        for (const verb of verbs) {
          for (const name of names) {
            if (held.resource(verb, group, resource, subresource, name)) yield undefined;
            else yield { verbs: [verb], apiGroups: [group], resources: [text], ...(name === undefined ? {} : { resourceNames: [name] }) };
          }
        }
      }
    }
    for (const url of nonResourceURLs) {
      for (const verb of verbs) yield held.path(verb, url) ? undefined : { verbs: [verb], nonResourceURLs: [url] };
    }
  }
}

/** The single permissions that rules grant and the coverage lacks. For rules of moderate size. */
export const missingPermissions = (rules: readonly PolicyRule[], held: Coverage): PolicyRule[] =>
  [...checkedPermissions(rules, held)].filter((rule) => rule !== undefined);

/** Joins single permissions that differ in their verb alone (pkg/registry/rbac/validation, CompactRules); those with names stay as they are. */
export function compacted(rules: readonly PolicyRule[]): PolicyRule[] {
  const joined: PolicyRule[] = [];
  const simple = new Map<string, string[]>();
  for (const rule of rules) {
    const { apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [], verbs } = rule;
    if (resourceNames.length > 0 || nonResourceURLs.length > 0) {
      joined.push(rule);
      continue;
    }
    const key = `${apiGroups[0] ?? ''}\n${resources[0] ?? ''}`;
    const known = simple.get(key);
    if (known) for (const verb of verbs) known.push(verb);
    else {
      const all = [...verbs];
      simple.set(key, all);
      joined.push({ ...rule, verbs: all });
    }
  }
  return joined;
}

const list = (texts: readonly string[]): string => `[${texts.map((text) => JSON.stringify(text)).join(' ')}]`;

/** `{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}`, as the message of a refusal shows a rule (pkg/apis/rbac/v1, CompactString). */
export function ruleText({ apiGroups = [], resources = [], nonResourceURLs = [], resourceNames = [], verbs }: PolicyRule): string {
  const parts: string[] = [];
  if (apiGroups.length > 0) parts.push(`APIGroups:${list(apiGroups)}`);
  if (resources.length > 0) parts.push(`Resources:${list(resources)}`);
  if (nonResourceURLs.length > 0) parts.push(`NonResourceURLs:${list(nonResourceURLs)}`);
  if (resourceNames.length > 0) parts.push(`ResourceNames:${list(resourceNames)}`);
  if (verbs.length > 0) parts.push(`Verbs:${list(verbs)}`);
  return `{${parts.join(', ')}}`;
}

/** `["a" "b"]`: a list of texts as Go prints it. */
export const quotedList = list;
