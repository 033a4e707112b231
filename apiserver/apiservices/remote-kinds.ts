import type { Kind } from '../../api/definition/kind.ts';
import type { RemoteVersion } from './remote-version.ts';

/** The kinds of other servers that can be listed and deleted by namespace, each in the version that is preferred, and what could not be learned. */
export interface RemoteContent {
  readonly kinds: readonly Kind[];
  /** Upstream's words for versions whose servers do not say what they serve; undefined if all do. */
  readonly discoveryError: string | undefined;
}

/** Upstream's message of an incomplete discovery (k8s.io/client-go/discovery, ErrGroupDiscoveryFailed). */
function failedText(stale: readonly RemoteVersion[]): string {
  const groups = stale.map(({ group, version }) => `${group}/${version}: stale GroupVersion discovery: ${group}/${version}`).sort();
  return `Discovery failed for some groups, ${groups.length} failing: unable to retrieve the complete list of server APIs: ${groups.join(', ')}`;
}

export function remoteContent(versions: readonly RemoteVersion[]): RemoteContent {
  const kinds = new Map<string, Kind>();
  const stale = versions.filter(({ freshness }) => freshness === 'Stale');
  const preferred = versions.toSorted((a, b) => b.versionPriority - a.versionPriority);
  for (const { group, version, resources } of preferred) {
    for (const { resource, responseKind, scope, verbs } of resources) {
      const key = `${resource}.${group}`;
      if (scope !== 'Namespaced' || !verbs.includes('delete') || !verbs.includes('list') || kinds.has(key)) continue;
      kinds.set(key, { group, version, kind: responseKind?.kind ?? '', plural: resource, namespaced: true });
    }
  }
  return { kinds: [...kinds.values()], discoveryError: stale.length > 0 ? failedText(stale) : undefined };
}
