import type { Registry } from 'prom-client';
import type { Node } from '../../api/kinds/core/node/index.ts';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Service } from '../../api/kinds/core/service/index.ts';
import type { EndpointSlice } from '../../api/kinds/discovery/endpoint-slice.ts';
import type { Clock } from '../../base/clock.ts';
import { systemClock } from '../../base/clock.ts';
import type { ListenAddress } from '../../base/kept-listener.ts';
import type { Logger } from '../../base/log.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { Runnable } from '../../runtime/control/runnable.ts';
import type { Informer } from '../../runtime/watch/informer.ts';
import type { ContainerRuntime } from '../contract/runtime.ts';
import { createClusterDns } from './dns/index.ts';
import { removeLocalAddresses } from './dns/local-address.ts';
import { createDnsMetrics } from './dns/metrics.ts';
import { informerRecords } from './dns/records.ts';
import { keepCniConfig } from './pod-network/cni-keeper.ts';
import { keepRoutes } from './pod-network/routes.ts';
import { applySysctls, sysctlFile } from './pod-network/sysctls.ts';
import { createNetworkPolicies } from './policy/index.ts';
import { removePolicyTable } from './policy/policy-kernel.ts';
import { createProxyMetrics } from './proxy/metrics.ts';
import { createProxy } from './proxy/proxy.ts';
import { createProxyHealth } from './proxy/proxy-health.ts';
import { informerSource, withoutServices } from './proxy/source.ts';

export { removeNodeNetwork } from './removal.ts';
export type { OwnTraces } from './traces.ts';
export { listOwnTraces } from './traces.ts';

export interface NodeNetworkOptions {
  readonly nodeName: string;
  /** Not started yet: indexes are declared on them. `pods` may hold this node's pods only. */
  readonly informers: {
    readonly services: Informer<Service>;
    readonly endpointSlices: Informer<EndpointSlice>;
    readonly nodes: Informer<Node>;
    readonly pods: Informer<Pod>;
  };
  /** As containerd was told: `containerdPaths(…)`. */
  readonly cniConfDir: string;
  readonly cniLeasesDir: string;
  readonly runDir: string;
  /** The cluster DNS address: 10.96.0.10. */
  readonly clusterDNS: string;
  /** Default `cluster.local`. */
  readonly clusterDomain?: string;
  /** `10.96.0.0/12`: what is in there and belongs to no service is dropped. */
  readonly serviceCIDR?: string;
  /** Default true. False: another proxy serves services on this node; host ports and the pods' way out stay ours. */
  readonly proxy?: boolean;
  /** Default true. False: the cluster's DNS is a service like any other. */
  readonly dns?: boolean;
  /** Reads network policies, namespaces and the pods of all nodes. Without it, network policies are not enforced: another program may do so. */
  readonly policyClient?: Client | undefined;
  /** The node's resolvers. Default /etc/resolv.conf. */
  readonly resolvConf?: string;
  readonly log: Logger;
  readonly registry?: Registry;
  /** The addresses on which the proxy tells of its health and of its metrics, as kube-proxy does. Left out, it does not. */
  readonly proxyStatus?: { readonly healthz: ListenAddress | undefined; readonly metrics: ListenAddress | undefined };
  readonly clock?: Clock;
}

/** `ready` when pods can be given addresses, and services and names are served. */
export interface NodeNetwork extends Runnable {
  /** Resolves when the CNI list is there: what a node's Ready condition waits for. */
  readonly podNetworkReady: Promise<void>;
  /** The same runtime, in which containers wait until the network policies that select their pods are in force. */
  guard(runtime: ContainerRuntime): ContainerRuntime;
}

/**
 * The network of a node: pods' addresses, routes to other nodes' pods, services, DNS. When the signal aborts, everything stays in the kernel as it is
 * (the agent may be restarting, and pods go on talking) but DNS, which needs the agent; `removeNodeNetwork` takes it back.
 */
export function createNodeNetwork(options: NodeNetworkOptions): NodeNetwork {
  const { informers, nodeName, log, registry, clock = systemClock, policyClient, proxy: servesServices = true } = options;
  const source = informerSource(informers, nodeName);
  const health = createProxyHealth(clock);
  const proxy = createProxy({
    health,
    source: servesServices ? source : withoutServices(source),
    nodeName,
    ownAddresses: options.dns === false ? [] : [options.clusterDNS],
    ...(servesServices ? { serviceCIDR: options.serviceCIDR } : {}),
    log: log.child({ part: 'proxy' }),
    metrics: registry && createProxyMetrics(registry),
    clock,
  });
  const dns = options.dns === false ? undefined : nodeDns(options);
  const policies =
    policyClient &&
    createNetworkPolicies({ client: policyClient, ownPods: informers.pods, nodeName, clock, log: log.child({ part: 'network policies' }), registry });
  const serveProxyStatus = async (addresses: NonNullable<NodeNetworkOptions['proxyStatus']>, signal: AbortSignal) => {
    const { runStatusServers } = await import('./proxy/status-servers.ts');
    const node = () => informers.nodes.get({ namespace: '', name: nodeName });
    await runStatusServers({ ...addresses, health, node, registry, clock, log: log.child({ part: 'proxy' }) }, signal);
  };
  let written = () => {};
  const podNetworkReady = new Promise<void>((resolve) => {
    written = resolve;
  });
  return {
    podNetworkReady,
    guard: (runtime) => policies?.guard(runtime) ?? runtime,
    ready: Promise.all([podNetworkReady, proxy.ready, dns?.ready]).then(() => {}),
    async run(signal) {
      await applySysctls({ file: sysctlFile(options.runDir) });
      await Promise.all([
        keepCniConfig(
          {
            nodes: informers.nodes,
            nodeName,
            confDir: options.cniConfDir,
            leasesDir: options.cniLeasesDir,
            log: log.child({ part: 'cni' }),
            written,
          },
          signal,
        ),
        keepRoutes({ nodes: informers.nodes, nodeName, log: log.child({ part: 'routes' }), clock }, signal),
        proxy.run(signal),
        servesServices && options.proxyStatus && serveProxyStatus(options.proxyStatus, signal),
        // An address that is left over from an agent with DNS would keep pods from the cluster's own service.
        dns ? dns.run(signal) : removeLocalAddresses(),
        // Rules of an earlier process go: another program enforces policies now, or none does.
        policies?.run(signal) ?? removePolicyTable(),
      ]);
    },
  };
}

const nodeDns = ({ informers, clusterDNS, log, registry, clock, ...options }: NodeNetworkOptions) =>
  createClusterDns({
    records: informerRecords(informers.services, informers.endpointSlices),
    address: clusterDNS,
    domain: options.clusterDomain,
    resolvConf: options.resolvConf,
    log: log.child({ part: 'dns' }),
    metrics: registry && createDnsMetrics(registry, `dns://${clusterDNS}:53`),
    clock,
  });
