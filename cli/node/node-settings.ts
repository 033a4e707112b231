import type { Logger } from '../../base/log.ts';
import type { Credentials } from '../../runtime/client/credentials.ts';
import type { Layout } from '../config/data-dir.ts';

/** The settings that real and simulated nodes share. */
export interface NodeSettings {
  readonly layout: Layout;
  readonly nodeName: string;
  readonly nodeIp: string | undefined;
  readonly port: number;
  /** The file that names the node's resolvers, as /etc/resolv.conf does. */
  readonly resolvConf: string | undefined;
  /** The number of simulated nodes. */
  readonly nodes: number;
  readonly log: Logger;
  /** Resolves when the cluster can be reached for the first time. */
  readonly credentials: (nodeName: string, ips: readonly string[]) => Promise<NodeCredentials>;
}

export interface NodeCredentials {
  readonly client: Credentials;
  /** For the proxy, routes and DNS of the node (`PROXY_SUBJECT`). */
  readonly proxy: Credentials;
  /** PEM, for the agent's own server. */
  readonly serving: { readonly key: string; readonly cert: string; readonly clientCa: string };
}
