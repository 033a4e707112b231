import type { ClusterRole, PolicyRule } from '../../../api/kinds/rbac/role.ts';
import type { Live } from '../../../api/meta/object.ts';
import { semanticEqual } from '../../../base/equality.ts';

/**
 * Returns the rules that an aggregated role is to have: those of the roles that its selectors match, selector by selector, each rule once, in the
 * order of the roles' names. Returns undefined if it has them already. `selected` lists the roles that each selector matches.
 */
export function aggregatedRules(role: Live<ClusterRole>, selected: readonly (readonly Live<ClusterRole>[])[]): PolicyRule[] | undefined {
  const rules = new Map<string, PolicyRule>();
  for (const parts of selected) {
    for (const part of parts.toSorted(byName)) {
      if (part.metadata.name === role.metadata.name) continue;
      for (const rule of part.rules ?? []) {
        const key = ruleKey(rule);
        if (!rules.has(key)) rules.set(key, rule);
      }
    }
  }
  const wanted = [...rules.values()];
  return semanticEqual(wanted, role.rules ?? []) ? undefined : wanted;
}

const byName = (a: Live<ClusterRole>, b: Live<ClusterRole>): number => (a.metadata.name < b.metadata.name ? -1 : 1);

/** A text that equal rules share; absent and empty lists are equal. */
const ruleKey = ({ verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }: PolicyRule): string =>
  JSON.stringify([verbs, apiGroups, resources, resourceNames, nonResourceURLs]);
