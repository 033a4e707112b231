import type { KindDefinition } from '../../../api/definition/kind.ts';
import { compareVersions } from '../../../api/definition/version-order.ts';
import { groupOf } from '../../../api/kinds/index.ts';
import { compareTexts } from '../../../base/sort-steps.ts';

/** A served group with its versions, the preferred one first; each version with its kinds by plural name. */
export interface ServedGroup {
  readonly name: string;
  readonly versions: readonly { readonly version: string; readonly kinds: readonly KindDefinition[] }[];
}

/** Groups of Kubernetes by rank; groups of custom resources follow by name. */
function compareGroups(a: string, b: string): number {
  const left = groupOf(a)?.rank ?? 0;
  const right = groupOf(b)?.rank ?? 0;
  return right - left || compareTexts(a, b);
}

/** Orders the kinds for discovery: groups as upstream lists them, versions by preference, kinds by name. */
export function servedGroups(kinds: readonly KindDefinition[]): readonly ServedGroup[] {
  const groups = new Map<string, Map<string, KindDefinition[]>>();
  for (const kind of kinds) {
    const versions = groups.get(kind.group) ?? new Map<string, KindDefinition[]>();
    groups.set(kind.group, versions);
    versions.set(kind.version, [...(versions.get(kind.version) ?? []), kind]);
  }
  return [...groups]
    .sort(([a], [b]) => compareGroups(a, b))
    .map(([name, versions]) => ({
      name,
      versions: [...versions]
        .sort(([a], [b]) => compareVersions(a, b))
        .map(([version, members]) => ({ version, kinds: members.sort((a, b) => (a.plural < b.plural ? -1 : 1)) })),
    }));
}
