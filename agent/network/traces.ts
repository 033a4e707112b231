import { access } from 'node:fs/promises';
import { attempt } from '../containerd/command.ts';
import type { ContainerdDirs } from '../containerd/layout.ts';
import { cgroupDirs, listBundles, listMounts, listProcesses } from '../containerd/traces.ts';
import { listLocalAddresses } from './dns/local-address.ts';
import { listPodLinks } from './pod-network/pod-links.ts';
import { listRoutes } from './pod-network/routes.ts';
import { POLICY_TABLE } from './policy/policy-table.ts';
import { TABLE } from './proxy/table.ts';

/** The traces that a node of ours leaves on a machine, by kind; all empty after `skiff down`. */
export interface OwnTraces {
  /** containerd and its shims: `pid arguments`. */
  readonly processes: readonly string[];
  /** Mount points, network namespaces' included: containerd keeps these under its state. */
  readonly mounts: readonly string[];
  readonly links: readonly string[];
  readonly addresses: readonly string[];
  readonly nftTables: readonly string[];
  readonly routes: readonly string[];
  readonly cgroups: readonly string[];
  readonly files: readonly string[];
}

/** Lists them by name, prefix and label; needs no process of ours. `cgroupRoots`: where the pods' cgroups are (`/kubepods`). */
export async function listOwnTraces(options: ContainerdDirs & { readonly cgroupRoots?: readonly string[] }): Promise<OwnTraces> {
  const bundles = await listBundles(options);
  const cgroups = new Set([...(options.cgroupRoots ?? []), ...bundles.flatMap(({ cgroup }) => cgroup ?? [])]);
  const tables = (await attempt('nft', ['list', 'tables'])).stdout.split('\n');
  const shimSockets = bundles.flatMap(({ shimSocket }) => shimSocket ?? []);
  return {
    processes: (await listProcesses(options)).map(({ pid, args }) => `${pid} ${args.join(' ')}`),
    mounts: await listMounts([options.dataDir, options.runDir]),
    links: (await listPodLinks()).map(({ device }) => device),
    addresses: await listLocalAddresses(),
    nftTables: tables.filter((line) => line === `table ${TABLE}` || line === `table ${POLICY_TABLE}`),
    routes: [...(await listRoutes().catch(() => new Map<string, string>()))].map(([cidr, via]) => `${cidr} via ${via}`),
    cgroups: (await Promise.all([...cgroups].map(cgroupDirs))).flat(),
    files: [...(await existing([options.dataDir, options.runDir, ...shimSockets]))],
  };
}

async function existing(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    paths.map((path) =>
      access(path).then(
        () => [path],
        () => [],
      ),
    ),
  );
  return found.flat();
}
