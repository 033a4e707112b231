import { rm } from 'node:fs/promises';
import type { ContainerdDirs } from '../containerd/layout.ts';
import { containerdPaths } from '../containerd/layout.ts';
import { removeLocalAddresses } from './dns/local-address.ts';
import { removeCniResults } from './pod-network/cni-results.ts';
import { removePodLinks } from './pod-network/pod-links.ts';
import { removeRoutes } from './pod-network/routes.ts';
import { restoreSysctls, sysctlFile } from './pod-network/sysctls.ts';
import { removePolicyTable } from './policy/policy-kernel.ts';
import { removeTable } from './proxy/nft.ts';

/**
 * Takes back what `createNodeNetwork` made, also when the process that made it is gone: the nft tables, routes, addresses, links, kernel
 * settings, the CNI list, its leases and what libcni noted of them. Called after the containers have been removed, and before `removeContainerd` drops the CNI list.
 */
export async function removeNodeNetwork(dirs: ContainerdDirs): Promise<void> {
  const { cniConfDir, cniLeasesDir } = containerdPaths(dirs);
  await removePodLinks(cniConfDir);
  const settings = restoreSysctls({ file: sysctlFile(dirs.runDir) });
  await Promise.all([removeTable(), removePolicyTable(), removeRoutes(), removeLocalAddresses(), removeCniResults(cniLeasesDir), settings]);
  await Promise.all([cniConfDir, cniLeasesDir].map((dir) => rm(dir, { recursive: true, force: true })));
}
