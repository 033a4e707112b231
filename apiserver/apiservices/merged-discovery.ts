import { compareVersions } from '../../api/definition/version-order.ts';
import { compareTexts } from '../../base/sort-steps.ts';
import { builtinPriorities, CUSTOM_GROUP_PRIORITY, CUSTOM_VERSION_PRIORITY, serviceName } from './desired-services.ts';
import type { RemoteVersion } from './remote-version.ts';

/** A group in `/apis` (metav1.APIGroup). */
export interface ListedGroup {
  readonly name: string;
  readonly versions: readonly { readonly groupVersion: string; readonly version: string }[];
  readonly preferredVersion?: { readonly groupVersion: string; readonly version: string };
}

/** A group in the aggregated document (apidiscovery.k8s.io, APIGroupDiscovery). */
export interface AggregatedGroup {
  readonly metadata: { readonly name?: string };
  readonly versions: readonly { readonly version: string }[];
}

interface Priorities {
  readonly group: number;
  readonly version: number;
}

interface Entry<T> extends Priorities {
  readonly name: string;
  readonly of: T;
}

/** The group of APIServices themselves comes first, whatever priority others have. */
const FIRST = 'apiregistration.k8s.io';
const CUSTOM: Priorities = { group: CUSTOM_GROUP_PRIORITY, version: CUSTOM_VERSION_PRIORITY };

const localPriorities = (group: string, version: string): Priorities =>
  group === FIRST ? { group: Number.POSITIVE_INFINITY, version: 0 } : (builtinPriorities(group, version) ?? CUSTOM);

/** The versions of a group, local and remote; a remote one stands for a local one of the same name. The preferred one comes first. */
function versionsOf<T>(
  group: string,
  local: readonly T[],
  remote: readonly RemoteVersion[],
  nameOf: (of: T) => string,
  made: (of: RemoteVersion) => T,
) {
  const entries: Entry<T>[] = remote.map((of) => ({ name: of.version, group: of.groupPriority, version: of.versionPriority, of: made(of) }));
  const taken = new Set(remote.map(({ version }) => version));
  for (const of of local) {
    const name = nameOf(of);
    if (!taken.has(name)) entries.push({ name, ...localPriorities(group, name), of });
  }
  return entries.sort((a, b) => b.version - a.version || compareVersions(a.name, b.name));
}

const highest = (entries: readonly Priorities[]): number => Math.max(...entries.map(({ group }) => group));

function byGroup(remote: readonly RemoteVersion[]): Map<string, RemoteVersion[]> {
  const groups = new Map<string, RemoteVersion[]>();
  for (const one of remote) {
    const list = groups.get(one.group);
    if (list) list.push(one);
    else groups.set(one.group, [one]);
  }
  return groups;
}

const listed = (group: string, version: string) => ({ groupVersion: `${group}/${version}`, version });

function listedGroup(name: string, local: ListedGroup | undefined, remote: readonly RemoteVersion[]) {
  const entries = versionsOf(
    name,
    local?.versions ?? [],
    remote,
    ({ version }) => version,
    ({ version }) => listed(name, version),
  );
  const versions = entries.map(({ of }) => of);
  return { entries, group: { name, versions, preferredVersion: versions[0] ?? listed(name, '') } };
}

/** Returns a group of `/apis/GROUP`, with the versions that other servers serve. */
export const mergeGroup = (name: string, local: ListedGroup | undefined, remote: readonly RemoteVersion[]): ListedGroup =>
  listedGroup(
    name,
    local,
    remote.filter(({ group }) => group === name),
  ).group;

/** Returns the groups of `/apis` in upstream's order: by priority, equal ones by the name of their first APIService. */
export function mergeGroupList(local: readonly ListedGroup[], remote: readonly RemoteVersion[]): ListedGroup[] {
  const remoteGroups = byGroup(remote.filter(({ group }) => group !== ''));
  const locals = new Map(local.map((group) => [group.name, group]));
  const names = new Set([...locals.keys(), ...remoteGroups.keys()]);
  const merged = [...names].map((name) => {
    const { entries, group } = listedGroup(name, locals.get(name), remoteGroups.get(name) ?? []);
    const priority = highest(entries);
    const first = entries
      .filter((entry) => entry.group === priority)
      .map((entry) => serviceName(name, entry.name))
      .sort(compareTexts)[0];
    return { group, priority, first: first ?? name };
  });
  return merged.sort((a, b) => (a.priority === b.priority ? compareTexts(a.first, b.first) : b.priority - a.priority)).map(({ group }) => group);
}

/** Returns the groups of the aggregated document in upstream's order: by priority, equal ones by name. */
export function mergeAggregated(local: readonly AggregatedGroup[], remote: readonly RemoteVersion[]): AggregatedGroup[] {
  const remoteGroups = byGroup(remote);
  const locals = new Map(local.map((group) => [group.metadata.name ?? '', group]));
  const names = new Set([...locals.keys(), ...remoteGroups.keys()]);
  const merged = [...names].map((name) => {
    const mine = locals.get(name);
    const entries = versionsOf<{ readonly version: string }>(
      name,
      mine?.versions ?? [],
      remoteGroups.get(name) ?? [],
      ({ version }) => version,
      ({ version, resources, freshness }) => ({ version, resources, freshness }),
    );
    const metadata = mine?.metadata ?? { name, creationTimestamp: null };
    return { name, priority: highest(entries), group: { ...mine, metadata, versions: entries.map(({ of }) => of) } };
  });
  return merged.sort((a, b) => (a.priority === b.priority ? compareTexts(a.name, b.name) : b.priority - a.priority)).map(({ group }) => group);
}
