import { access, readdir, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeDirectories } from '../../base/make-directories.ts';
import type { CgroupManager } from '../contract/cgroups.ts';
import { CPU_PERIOD, cpuQuota } from '../spec/pod-resources.ts';

const MOUNT = '/sys/fs/cgroup';
/** Controllers of v1 whose limits pods have; the runtime makes the directories of the others itself, and we remove them. */
const V1_CONTROLLERS = ['cpu', 'memory'] as const;
const QOS_PARENTS = ['', 'burstable', 'besteffort'];

/** cgroups of the version that is mounted at `mount`. @throws Error if there are none: the node could not limit its pods. */
export async function openCgroups(mount = MOUNT): Promise<CgroupManager> {
  if (await exists(join(mount, 'cgroup.controllers'))) return cgroupsV2();
  const missing: string[] = [];
  for (const controller of V1_CONTROLLERS) if (!(await exists(join(mount, controller, 'cgroup.procs')))) missing.push(controller);
  if (missing.length === 0) return cgroupsV1();
  const what = missing.length === V1_CONTROLLERS.length ? 'no cgroups are mounted' : `the cgroup controller ${missing.join(', ')} is not mounted`;
  throw new Error(
    `${mount}: ${what}, and pods need them: mount cgroup2 there, or run the agent where it sees the host's (in a container: --privileged --cgroupns=host)`,
  );
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

function cgroupsV1(): CgroupManager {
  return {
    async apply({ path, cpuShares, cpuLimitMilli, memoryLimitBytes }) {
      await Promise.all(V1_CONTROLLERS.map((controller) => makeDirectories(join(MOUNT, controller, path))));
      await Promise.all([
        write(join(MOUNT, 'cpu', path, 'cpu.shares'), cpuShares),
        cpuLimitMilli > 0 ? write(join(MOUNT, 'cpu', path, 'cpu.cfs_period_us'), CPU_PERIOD) : undefined,
        write(join(MOUNT, 'cpu', path, 'cpu.cfs_quota_us'), cpuLimitMilli > 0 ? cpuQuota(cpuLimitMilli) : -1),
        memoryLimitBytes > 0 ? write(join(MOUNT, 'memory', path, 'memory.limit_in_bytes'), memoryLimitBytes) : undefined,
      ]);
    },
    async remove(path) {
      const controllers = await readdir(MOUNT);
      await Promise.all(controllers.map((controller) => removeTree(join(MOUNT, controller, path))));
    },
    list: (root) => listPods(join(MOUNT, 'cpu'), root),
  };
}

function cgroupsV2(): CgroupManager {
  return {
    async apply({ path, cpuShares, cpuLimitMilli, memoryLimitBytes }) {
      await makeDirectories(join(MOUNT, path));
      await delegate(path);
      await Promise.all([
        // The mapping of runc and kubelet from v1's shares (2 … 262144) to v2's weight (1 … 10000).
        write(join(MOUNT, path, 'cpu.weight'), Math.floor(1 + ((cpuShares - 2) * 9999) / 262_142)),
        write(join(MOUNT, path, 'cpu.max'), cpuLimitMilli > 0 ? `${cpuQuota(cpuLimitMilli)} ${CPU_PERIOD}` : 'max'),
        write(join(MOUNT, path, 'memory.max'), memoryLimitBytes > 0 ? memoryLimitBytes : 'max'),
      ]);
    },
    remove: (path) => removeTree(join(MOUNT, path)),
    list: (root) => listPods(MOUNT, root),
  };
}

/** Hands cpu, memory and pids down every level above `path`. */
async function delegate(path: string): Promise<void> {
  const levels: string[] = [];
  for (let level = dirname(path); level !== '/'; level = dirname(level)) levels.unshift(level);
  for (const level of ['/', ...levels]) await write(join(MOUNT, level, 'cgroup.subtree_control'), '+cpu +memory +pids');
}

const write = (path: string, value: string | number): Promise<void> => writeFile(path, String(value));

/** cgroup directories are removed leaf first, and only as directories: their files are not real. */
async function removeTree(path: string): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await removeTree(join(path, entry.name));
  await rmdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
  });
}

async function listPods(mount: string, root: string): Promise<readonly string[]> {
  const found = await Promise.all(
    QOS_PARENTS.map(async (qos) => {
      const parent = qos === '' ? root : `${root}/${qos}`;
      const names = await readdir(join(mount, parent)).catch(() => []);
      return names.filter((name) => name.startsWith('pod')).map((name) => `${parent}/${name}`);
    }),
  );
  return found.flat();
}
