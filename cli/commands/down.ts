import { rmSync } from 'node:fs';
import { listMounts, removeContainerd, unmount } from '../../agent/containerd/index.ts';
import { removeNodeNetwork } from '../../agent/network/index.ts';
import { clusterOf, removeContext } from '../cluster/user-kubeconfig.ts';
import type { Layout } from '../config/data-dir.ts';
import { parseOptions } from '../config/options.ts';
import { clusterOptions, layoutFor } from '../config/settings.ts';
import { stopCluster } from './stop.ts';

/** Removes everything that a cluster made on this machine: processes, containers, mounts, network, files. Parts that do not exist are no error. */
export async function takeBack(layout: Layout): Promise<void> {
  await stopCluster(layout);
  if (process.platform === 'linux' && process.getuid?.() === 0) {
    const dirs = { dataDir: layout.agent, runDir: layout.run };
    await removeNodeNetwork(dirs);
    await removeContainerd({ ...dirs, cgroupRoots: [layout.cgroupRoot] });
    await unmountBelow([layout.run, layout.dataDir]);
  }
  for (const directory of [layout.run, layout.dataDir]) rmSync(directory, { recursive: true, force: true });
}

/** Unmounts the pods' volumes. Throws while one is left: the content of a mount must not be deleted with the directory. */
async function unmountBelow(directories: readonly string[]): Promise<void> {
  const below = async () => (await listMounts(directories)).filter((point) => !directories.includes(point));
  await unmount(await below());
  const left = await below();
  if (left.length > 0) throw new Error(`still mounted, so nothing below is deleted: ${left.join(', ')}`);
}

export async function run(args: readonly string[]): Promise<number> {
  const parsed = parseOptions('down', 'Stops the cluster and takes back everything it made, its data included.', clusterOptions, args);
  if (!parsed) return 0;
  const layout = layoutFor(parsed.options);
  const cluster = clusterOf(layout.adminKubeconfig);
  await takeBack(layout);
  removeContext(cluster);
  console.log('everything is taken back');
  return 0;
}
