import { killContainers, stopContainerd } from '../../agent/containerd/index.ts';
import { stopComponent } from '../cluster/process.ts';
import type { Layout } from '../config/data-dir.ts';
import { parseOptions } from '../config/options.ts';
import { clusterOptions, layoutFor } from '../config/settings.ts';

/** Stops the cluster's processes and containers, in the order that loses nothing: the agent first, the store last. Resolves with whether anything ran. */
export async function stopCluster(layout: Layout): Promise<boolean> {
  const agentRan = await stopComponent(layout, 'agent');
  const dirs = { dataDir: layout.agent, runDir: layout.run };
  if (process.platform === 'linux' && process.getuid?.() === 0) {
    await stopContainerd(dirs);
    await killContainers(dirs);
  }
  const serverRan = await stopComponent(layout, 'server');
  const etcdRan = await stopComponent(layout, 'etcd');
  return agentRan || serverRan || etcdRan;
}

export async function run(args: readonly string[]): Promise<number> {
  const parsed = parseOptions(
    'stop',
    "Stops the cluster's processes and containers. All data stays: 'skiff up' goes on where it was.",
    clusterOptions,
    args,
  );
  if (!parsed) return 0;
  const ran = await stopCluster(layoutFor(parsed.options));
  console.log(ran ? "stopped; 'skiff up' starts it again" : 'nothing was running');
  return 0;
}
