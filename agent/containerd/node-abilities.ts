import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathExists } from '../../base/path-exists.ts';
import { tryCommand } from './command.ts';
import type { Snapshotter } from './config.ts';

const CAP_SYS_RESOURCE = 24n;

/** Whether this process may lower OOM scores: CAP_SYS_RESOURCE is in its effective set. */
export async function mayLowerOomScores(): Promise<boolean> {
  const mask = /^CapEff:\s*([0-9a-f]+)$/m.exec(await readFile('/proc/self/status', 'utf8').catch(() => ''))?.[1];
  return mask !== undefined && ((BigInt(`0x${mask}`) >> CAP_SYS_RESOURCE) & 1n) === 1n;
}

/** Returns whether cgroups can limit huge pages. If not, neither the cgroups of pods nor those of containers are given such limits. */
export async function hasHugetlbController(cgroupMount = '/sys/fs/cgroup'): Promise<boolean> {
  const unified = await readFile(join(cgroupMount, 'cgroup.controllers'), 'utf8').catch(() => undefined);
  return unified === undefined ? pathExists(join(cgroupMount, 'hugetlb', 'cgroup.procs')) : unified.split(/\s+/).includes('hugetlb');
}

/** Returns overlayfs if the kernel mounts it on top of `root`'s file system (not so on another overlay, in many containers), otherwise native. */
export async function usableSnapshotter(root: string): Promise<Snapshotter> {
  await mkdir(root, { recursive: true, mode: 0o711 });
  const trial = await mkdtemp(join(root, '.overlay-'));
  const dir = (name: string) => join(trial, name);
  try {
    await Promise.all(['lower', 'upper', 'work', 'merged'].map((name) => mkdir(dir(name))));
    const layers = `lowerdir=${dir('lower')},upperdir=${dir('upper')},workdir=${dir('work')}`;
    const mounted = await tryCommand('mount', ['-t', 'overlay', '-o', layers, 'overlay', dir('merged')]);
    if (mounted.code !== 0) return 'native';
    await tryCommand('umount', [dir('merged')]);
    return 'overlayfs';
  } finally {
    await rm(trial, { recursive: true, force: true });
  }
}
