import { createLogger } from '../../base/log.ts';
import { kubeconfigCredentials } from '../../runtime/client/kubeconfig.ts';
import { stopSignal } from '../cluster/signals.ts';
import { layoutOf } from '../config/data-dir.ts';
import { parseOptions } from '../config/options.ts';
import { agentOptions } from '../node/agent-options.ts';
import { localNodeCredentials, serverKeys } from '../node/node-credentials.ts';
import type { NodeSettings } from '../node/node-settings.ts';

export async function run(args: readonly string[]): Promise<number> {
  const parsed = parseOptions('agent', 'Runs the agent of a node: beside a server on this machine, or joined to one elsewhere.', agentOptions, args);
  if (!parsed) return 0;
  const flags = parsed.options;
  const layout = layoutOf(flags['data-dir']);
  const log = createLogger({ component: 'agent', level: flags['log-level'] });
  const signal = stopSignal();
  const { join, token } = flags;
  const settings: NodeSettings = {
    layout,
    nodeName: flags['node-name'],
    nodeIp: flags['node-ip'],
    port: flags.port,
    resolvConf: flags['resolv-conf'],
    allowedUnsafeSysctls: flags['allowed-unsafe-sysctls'],
    nodes: flags.nodes,
    log,
    async credentials(nodeName, ips) {
      if (join === undefined) return localNodeCredentials({ layout, nodeName, ips, log, signal });
      const { joinCluster } = await import('../node/join.ts');
      return joinCluster({ server: join, token, caHash: flags['ca-hash'], layout, nodeName, ips, log, signal });
    },
    administrator:
      join === undefined
        ? async () => {
            await serverKeys(layout, signal);
            return kubeconfigCredentials(layout.adminKubeconfig);
          }
        : undefined,
  };
  if (flags.simulate) await (await import('../node/simulated-nodes.ts')).runSimulatedNodes(settings, signal);
  else await (await import('../node/real-node.ts')).runRealNode(settings, signal);
  log.info('stopped');
  return 0;
}
