/** The resources of a version as aggregated discovery shows them (apidiscovery.k8s.io/v2, APIResourceDiscovery); what a server adds is passed on. */
export interface DiscoveredResource {
  readonly resource: string;
  readonly responseKind?: { readonly group: string; readonly version: string; readonly kind: string } | null;
  readonly scope: string;
  readonly singularResource?: string;
  readonly verbs: readonly string[];
  readonly subresources?: readonly DiscoveredSubresource[];
}

export interface DiscoveredSubresource {
  readonly subresource: string;
  readonly responseKind?: DiscoveredResource['responseKind'];
  readonly verbs: readonly string[];
}

/** A version that another server serves, as it stands in discovery. */
export interface RemoteVersion {
  readonly group: string;
  readonly version: string;
  readonly groupPriority: number;
  readonly versionPriority: number;
  readonly resources: readonly DiscoveredResource[];
  /** Stale: the server did not say what it serves when it was last asked. */
  readonly freshness: 'Current' | 'Stale';
}
