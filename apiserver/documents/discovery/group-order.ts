import type { KindDefinition } from '../../../api/definition/kind.ts';
import { groupOf } from '../../../api/kinds/index.ts';

/** A served group with its versions, the preferred one first; each version with its kinds by plural name. */
export interface ServedGroup {
  readonly name: string;
  readonly versions: readonly { readonly version: string; readonly kinds: readonly KindDefinition[] }[];
}

interface ParsedVersion {
  readonly stability: number;
  readonly major: number;
  readonly minor: number;
}

function parseVersion(version: string): ParsedVersion | undefined {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (!match) return undefined;
  const stability = match[2] === undefined ? 2 : match[2] === 'beta' ? 1 : 0;
  return { stability, major: Number(match[1]), minor: Number(match[3] ?? 0) };
}

/**
 * Sorts versions as Kubernetes prefers them: stable before beta before alpha, newer before older, then names that are no version
 * (https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/#version-priority).
 */
export function compareVersions(a: string, b: string): number {
  const left = parseVersion(a);
  const right = parseVersion(b);
  if (left && right) return right.stability - left.stability || right.major - left.major || right.minor - left.minor;
  if (left) return -1;
  if (right) return 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Groups of Kubernetes by rank; groups of custom resources follow by name. */
function compareGroups(a: string, b: string): number {
  const left = groupOf(a)?.rank ?? 0;
  const right = groupOf(b)?.rank ?? 0;
  return right - left || (a < b ? -1 : a > b ? 1 : 0);
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
