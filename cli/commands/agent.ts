import * as z from 'zod';
import { createLogger } from '../../base/log.ts';
import { kubeconfigCredentials } from '../../runtime/client/kubeconfig.ts';
import { stopSignal } from '../cluster/signals.ts';
import { defaultDataDir, layoutOf } from '../config/data-dir.ts';
import { parseOptions } from '../config/options.ts';
import { portSchema } from '../config/settings.ts';
import { machineName } from '../node/machine.ts';
import { localNodeCredentials, serverKeys } from '../node/node-credentials.ts';
import type { NodeSettings } from '../node/node-settings.ts';

const options = {
  'node-name': { schema: z.string().default(machineName), help: "the node's name (default: the machine's)", value: 'NAME' },
  'node-ip': { schema: z.string().optional(), help: "the node's address (default: the machine's first)", value: 'IP' },
  port: { schema: portSchema.default(10250), help: "the port of the agent's server", value: 'PORT' },
  join: {
    schema: z.url({ error: 'must be a URL such as https://10.0.0.1:6443' }).optional(),
    help: 'join the cluster of this API server; with --token',
    value: 'URL',
  },
  token: { schema: z.string().optional(), help: "a token from 'skiff token create'", value: 'TOKEN' },
  'ca-hash': { schema: z.string().optional(), help: "the hash of the cluster's CA, as 'skiff token create' prints it", value: 'sha256:HEX' },
  'resolv-conf': { schema: z.string().optional(), help: "the node's resolvers (default: /etc/resolv.conf)", value: 'FILE' },
  'allowed-unsafe-sysctls': {
    schema: z
      .string()
      .default('')
      .transform((text) => text.split(',').filter((name) => name !== '')),
    help: "sysctls that pods may set beside the safe ones, such as 'kernel.msg*,net.core.somaxconn'",
    value: 'LIST',
  },
  simulate: { schema: z.boolean().default(false), help: 'simulated nodes: pods run in name only' },
  nodes: { schema: z.coerce.number().int().min(1).max(10_000).default(1), help: 'how many simulated nodes', value: 'N' },
  'log-level': { schema: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'), help: 'what is logged', value: 'LEVEL' },
  'data-dir': { schema: z.string().default(defaultDataDir), help: 'where everything is kept', value: 'DIR' },
};

export async function run(args: readonly string[]): Promise<number> {
  const parsed = parseOptions('agent', 'Runs the agent of a node: beside a server on this machine, or joined to one elsewhere.', options, args);
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
