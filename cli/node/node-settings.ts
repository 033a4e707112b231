import type { Registry } from 'prom-client';
import type { CredentialProviders } from '../../agent/image/credential-provider/provider-settings.ts';
import type { ServingCertificate } from '../../agent/server/serving-certificate.ts';
import type { Logger } from '../../base/log.ts';
import type { Credentials } from '../../runtime/client/credentials.ts';
import type { Layout } from '../config/data-dir.ts';
import type { KubeletSettings } from './kubelet-options.ts';
import type { NodeSize, NodeTaint } from './registration-options.ts';

/** The settings that real and simulated nodes share. */
export interface NodeSettings {
  readonly layout: Layout;
  readonly nodeName: string;
  readonly nodeIp: string | undefined;
  readonly port: number;
  /** The file that names the node's resolvers, as /etc/resolv.conf does. */
  readonly resolvConf: string | undefined;
  /** Whether this node serves services, names of the cluster, and enforces network policies. */
  readonly proxy: boolean;
  readonly dns: boolean;
  readonly networkPolicy: boolean;
  /** The address that pods send DNS requests to, the cluster's domain, and the range of services' addresses. */
  readonly clusterDns: string;
  readonly clusterDomain: string;
  readonly serviceCidr: string;
  /** Sysctls, or patterns of them, that pods may set beside the safe ones. */
  readonly allowedUnsafeSysctls: readonly string[];
  /** The labels and taints that a node registers with. */
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly NodeTaint[];
  readonly kubelet: KubeletSettings;
  /** Programs that get credentials for images. */
  readonly credentialProviders: CredentialProviders | undefined;
  /** The number of simulated nodes, and the size of each. */
  readonly nodes: number;
  readonly size: NodeSize;
  readonly log: Logger;
  /** Resolves when the cluster can be reached for the first time. `ips`: the addresses that the node's status shows. */
  readonly credentials: (nodeName: string, ips: readonly string[]) => Promise<NodeCredentials>;
  /** Credentials of an administrator, where the server is on this machine. */
  readonly administrator: (() => Promise<Credentials>) | undefined;
}

/** The certificates of a node, each as it is now. */
export interface NodeCredentials {
  readonly client: Credentials;
  /** For the proxy, routes and DNS of the node (`PROXY_SUBJECT`). */
  readonly proxy: Credentials;
  readonly serving: ServingCertificate;
  /** PEM of the authority that clients of the agent's server are checked by. */
  readonly clientCa: string;
  /** Registers the metrics of the node's certificates. */
  measure(registry: Registry): void;
  /** Renews the certificates before they end, until the signal aborts. Call it once. */
  run(signal: AbortSignal): Promise<void>;
}
