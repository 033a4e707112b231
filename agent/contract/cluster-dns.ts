/** resolv.conf in the CRI's three lists. */
export interface DnsSettings {
  readonly servers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

export interface ClusterDns {
  /** Addresses of the cluster's DNS service. */
  readonly servers: readonly string[];
  /** `cluster.local` */
  readonly domain: string;
  /** The node's own resolv.conf. */
  readonly host: DnsSettings;
}
