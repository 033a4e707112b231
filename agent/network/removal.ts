import { rm } from 'node:fs/promises';
import type { ContainerdDirs } from '../containerd/layout.ts';
import { containerdPaths } from '../containerd/layout.ts';
import { removeLocalAddresses } from './dns/local-address.ts';
import { removePodLinks } from './pod-links.ts';
import { removeTable } from './proxy/nft.ts';
import { removeRoutes } from './routes.ts';
import { restoreSysctls, sysctlFile } from './sysctls.ts';

/**
 * Takes back what `createNodeNetwork` made, also when the process that made it is gone: the nft table, routes, addresses, links, kernel
 * settings, the CNI list and its leases. Called after the containers have been removed, and before `removeContainerd` drops the CNI list.
 */
export async function removeNodeNetwork(dirs: ContainerdDirs): Promise<void> {
  const { cniConfDir, cniLeasesDir } = containerdPaths(dirs);
  await removePodLinks(cniConfDir);
  await Promise.all([removeTable(), removeRoutes(), removeLocalAddresses(), restoreSysctls({ file: sysctlFile(dirs.runDir) })]);
  await Promise.all([cniConfDir, cniLeasesDir].map((dir) => rm(dir, { recursive: true, force: true })));
}
