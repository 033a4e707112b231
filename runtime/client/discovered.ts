import type { Kind } from '../../api/definition/kind.ts';

/** A resource that a server says it serves, with the verbs that it takes. */
export interface DiscoveredKind extends Kind {
  readonly verbs: readonly string[];
}

/** A version whose resources could not be learned, with the reason. */
export interface UndiscoveredVersion {
  readonly group: string;
  readonly version: string;
  readonly error: string;
}

/** The resources that a server serves: each once, in the version that its group prefers. Subresources are left out. */
export interface Discovery {
  readonly kinds: readonly DiscoveredKind[];
  readonly undiscovered: readonly UndiscoveredVersion[];
}

/** The reason that upstream's clients give for a version of an aggregated server that does not answer. */
export const staleVersion = (group: string, version: string): UndiscoveredVersion => ({
  group,
  version,
  error: `stale GroupVersion discovery: ${group}/${version}`,
});

/**
 * Returns upstream's text of an incomplete discovery, as conditions of namespaces show it; undefined if it is complete
 * (k8s.io/client-go/discovery, ErrGroupDiscoveryFailed; pkg/controller/namespace/deletion, ProcessDiscoverResourcesErr).
 */
export function undiscoveredText(undiscovered: readonly UndiscoveredVersion[]): string | undefined {
  if (undiscovered.length === 0) return undefined;
  const groups = undiscovered.map(({ group, version, error }) => `${group}/${version}: ${error}`).sort();
  const failed = `unable to retrieve the complete list of server APIs: ${groups.join(', ')}`;
  return `Discovery failed for some groups, ${groups.length} failing: ${failed}`;
}
