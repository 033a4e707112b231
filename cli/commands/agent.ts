import { existsSync } from 'node:fs';
import { createLogger } from '../../base/log.ts';
import { kubeconfigCredentials } from '../../runtime/client/kubeconfig.ts';
import { recordSelf } from '../cluster/process.ts';
import { stopSignal } from '../cluster/signals.ts';
import { layoutOf } from '../config/data-dir.ts';
import { parseOptions, UsageError } from '../config/options.ts';
import { agentOptions } from '../node/agent-options.ts';
import type { JoinOptions } from '../node/join.ts';
import { kubeletSettings } from '../node/kubelet-options.ts';
import { localNodeCredentials, serverKeys } from '../node/node-credentials.ts';
import type { NodeSettings } from '../node/node-settings.ts';
import { nodeSize } from '../node/registration-options.ts';

type Flags = NonNullable<ReturnType<typeof parse>>['options'];

const parse = (args: readonly string[]) =>
  parseOptions('agent', 'Runs the agent of a node: beside a server on this machine, or joined to one elsewhere.', agentOptions, args);

/** The cluster elsewhere that the options name, and what lets the node in; undefined for a node beside its server. @throws UsageError */
async function remoteOf(flags: Flags): Promise<Pick<JoinOptions, 'server' | 'token' | 'caHash' | 'bootstrap' | 'own' | 'proxy'> | undefined> {
  const { join, token, kubeconfig, 'ca-hash': caHash, 'bootstrap-kubeconfig': bootstrapFile, 'proxy-kubeconfig': proxyFile } = flags;
  const own = kubeconfig !== undefined && existsSync(kubeconfig) ? await kubeconfigCredentials(kubeconfig) : undefined;
  const bootstrap = bootstrapFile === undefined || own ? undefined : await kubeconfigCredentials(bootstrapFile);
  if (join !== undefined && (kubeconfig ?? bootstrapFile) !== undefined)
    throw new UsageError('--join and --kubeconfig or --bootstrap-kubeconfig name a cluster each: give one of them');
  if (kubeconfig !== undefined && !own && !bootstrap)
    throw new UsageError(`--kubeconfig ${kubeconfig}: there is no such file; --bootstrap-kubeconfig lets the node request its credentials`);
  const server = join ?? own?.server ?? bootstrap?.server;
  const proxy = proxyFile === undefined ? undefined : await kubeconfigCredentials(proxyFile);
  if (server === undefined) {
    if (proxy) throw new UsageError('--proxy-kubeconfig goes with --join, --kubeconfig or --bootstrap-kubeconfig');
    return undefined;
  }
  return { server, token, caHash, bootstrap, own, proxy };
}

/** @throws UsageError */
async function credentialProvidersOf(flags: Flags): Promise<NodeSettings['credentialProviders']> {
  if ((flags['image-credential-provider-config'] ?? flags['image-credential-provider-bin-dir']) === undefined) return undefined;
  return (await import('../node/credential-provider-config.ts')).readCredentialProviders(flags);
}

export async function run(args: readonly string[]): Promise<number> {
  const parsed = parse(args);
  if (!parsed) return 0;
  const flags = parsed.options;
  const layout = layoutOf(flags['data-dir']);
  const log = createLogger({ component: 'agent', level: flags['log-level'] });
  const signal = stopSignal();
  const remote = await remoteOf(flags);
  const settings: NodeSettings = {
    layout,
    nodeName: flags['node-name'],
    nodeIp: flags['node-ip'],
    port: flags.port,
    resolvConf: flags['resolv-conf'],
    proxy: flags.proxy,
    dns: flags.dns,
    networkPolicy: flags['network-policy'],
    clusterDns: flags['cluster-dns'],
    clusterDomain: flags['cluster-domain'],
    serviceCidr: flags['service-cluster-ip-range'],
    allowedUnsafeSysctls: flags['allowed-unsafe-sysctls'],
    labels: flags['node-labels'],
    taints: flags['register-with-taints'],
    kubelet: kubeletSettings(flags),
    credentialProviders: await credentialProvidersOf(flags),
    nodes: flags.nodes,
    size: nodeSize(flags),
    log,
    async credentials(nodeName, ips) {
      if (!remote) return localNodeCredentials({ layout, nodeName, ips, log, signal });
      const { joinCluster } = await import('../node/join.ts');
      return joinCluster({ ...remote, layout, nodeName, ips, log, signal });
    },
    administrator: remote
      ? undefined
      : async () => {
          await serverKeys(layout, signal);
          return kubeconfigCredentials(layout.adminKubeconfig);
        },
  };
  void recordSelf(layout, 'agent');
  if (flags.simulate) await (await import('../node/simulated-nodes.ts')).runSimulatedNodes(settings, signal);
  else await (await import('../node/real-node.ts')).runRealNode(settings, signal);
  log.info('stopped');
  return 0;
}
