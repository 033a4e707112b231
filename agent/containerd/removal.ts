import { readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { sleep, systemClock } from '../../base/clock.ts';
import { attempt } from './command.ts';
import type { ContainerdDirs } from './layout.ts';
import { containerdPaths } from './layout.ts';
import { stopContainerd } from './supervisor.ts';
import { cgroupDirs, listBundles, listMounts, listProcesses } from './traces.ts';

export interface RemovalOptions extends ContainerdDirs {
  /** Cgroups that hold the pods' (`/kubepods`), taken away with all below them. */
  readonly cgroupRoots?: readonly string[];
  readonly clock?: Clock;
}

/** Fixed in containerd 1.6, whatever its configuration says; other containerds of the machine have theirs there too. */
const SHIM_SOCKET_DIR = '/run/containerd/s';
const SHARED_DIRS = [SHIM_SOCKET_DIR, '/run/containerd/runc/k8s.io', '/run/containerd/runc', '/run/containerd/fifo', '/run/containerd'];
const KILL_TIMEOUT_MS = 10_000;

/**
 * Kills every container of our containerd with its shim, and takes away what they held: mounts, network namespaces, cgroups, sockets.
 * Works without the process that started them. The data (images, snapshots) stays; containerd must have been stopped.
 */
export async function killContainers(options: RemovalOptions): Promise<void> {
  const clock = options.clock ?? systemClock;
  const paths = containerdPaths(options);
  const bundles = await listBundles(options);
  const shims = await listProcesses(options);
  // Shims first: they would report, and containerd would clean up, what is being killed.
  for (const { pid } of shims) kill(pid);
  const cgroups = new Set(options.cgroupRoots);
  for (const bundle of bundles) if (bundle.cgroup !== undefined) cgroups.add(bundle.cgroup);
  const dirs = (await Promise.all([...cgroups].map(cgroupDirs))).flat();
  for (const { pid } of bundles) if (pid !== undefined && (await isContainer(pid, cgroups))) kill(pid);
  await emptyCgroups(dirs, clock);
  await unmount(await listMounts([paths.state]));
  for (const dir of dirs) await removeCgroup(dir);
  for (const { shimSocket } of bundles) {
    if (shimSocket && dirname(shimSocket) === SHIM_SOCKET_DIR) await rm(shimSocket, { force: true });
  }
  await removeIfEmpty(...SHARED_DIRS);
  await Promise.all([paths.runcRoot, paths.state].map((dir) => rm(dir, { recursive: true, force: true })));
}

/** Ends containerd and all its containers, and removes every file of both: what `skiff down` asks for. Nothing there is fine. */
export async function removeContainerd(options: RemovalOptions): Promise<void> {
  const paths = containerdPaths(options);
  await stopContainerd(options, options.clock);
  await killContainers(options);
  const dirs = [dirname(paths.root), dirname(paths.state), paths.cniLeasesDir, paths.cniConfDir, paths.registryDir];
  await unmount(await listMounts(dirs));
  await Promise.all(dirs.map((dir) => rm(dir, { recursive: true, force: true })));
  await removeIfEmpty(dirname(paths.cniConfDir), options.runDir, options.dataDir);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already, which is what was wanted.
  }
}

/** A recorded pid may have been given to another process: only one in the containers' cgroups is a container's. */
async function isContainer(pid: number, cgroups: ReadonlySet<string>): Promise<boolean> {
  const membership = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '');
  return membership.split('\n').some((line) => {
    const path = line.split(':').slice(2).join(':');
    return [...cgroups].some((cgroup) => path === cgroup || path.startsWith(`${cgroup}/`));
  });
}

/** Kills whoever is left in these cgroups or below (containers in the host's PID namespace leave more than a first process). */
async function emptyCgroups(dirs: readonly string[], clock: Clock): Promise<void> {
  const deadline = clock.monotonic() + KILL_TIMEOUT_MS;
  for (;;) {
    const members = new Set((await Promise.all(dirs.map(membersBelow))).flat());
    if (members.size === 0 || clock.monotonic() > deadline) return;
    for (const pid of members) kill(pid);
    await sleep(clock, 5);
  }
}

async function membersBelow(dir: string): Promise<number[]> {
  const own = (await readFile(join(dir, 'cgroup.procs'), 'utf8').catch(() => '')).split('\n').map(Number).filter(Boolean);
  return [...own, ...(await Promise.all((await childCgroups(dir)).map(membersBelow))).flat()];
}

async function removeCgroup(dir: string): Promise<void> {
  for (const child of await childCgroups(dir)) await removeCgroup(child);
  await rmdir(dir).catch(() => {});
}

async function childCgroups(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(dir, entry.name));
}

/** Detaches: a mount that somebody still uses goes away with its last user. */
export async function unmount(points: readonly string[]): Promise<void> {
  for (let at = 0; at < points.length; at += 100) await attempt('umount', ['--lazy', ...points.slice(at, at + 100)]);
}

async function removeIfEmpty(...dirs: readonly string[]): Promise<void> {
  for (const dir of dirs) await rmdir(dir).catch(() => {});
}
