import type { DiscoveredKind, Discovery } from '../../runtime/client/discovered.ts';
import { staleVersion } from '../../runtime/client/discovered.ts';
import type { RemoteVersion } from './remote-version.ts';

/** Returns the kinds of other servers, each in the version that is preferred, and the versions whose servers do not say what they serve. */
export function remoteKinds(versions: readonly RemoteVersion[]): Discovery {
  const kinds = new Map<string, DiscoveredKind>();
  const preferred = versions.toSorted((a, b) => b.versionPriority - a.versionPriority);
  for (const { group, version, resources } of preferred) {
    for (const { resource, responseKind, scope, verbs } of resources) {
      const key = `${resource}.${group}`;
      if (kinds.has(key)) continue;
      kinds.set(key, { group, version, kind: responseKind?.kind ?? '', plural: resource, namespaced: scope === 'Namespaced', verbs });
    }
  }
  const undiscovered = versions.filter(({ freshness }) => freshness === 'Stale').map(({ group, version }) => staleVersion(group, version));
  return { kinds: [...kinds.values()], undiscovered };
}
