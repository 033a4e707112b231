import { readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeDirectories } from '../../base/make-directories.ts';
import { pathExists } from '../../base/path-exists.ts';
import { hasHugetlbController } from '../containerd/node-abilities.ts';
import type { CgroupManager } from '../contract/cgroups.ts';
import { pageSizeName } from '../spec/huge-pages.ts';
import { CPU_PERIOD, cpuQuota } from '../spec/pod-resources.ts';
import { statisticsV1, statisticsV2 } from './cgroup-statistics.ts';
import { machineHugePages } from './huge-pages.ts';
import { readPressures } from './pressure-files.ts';

const MOUNT = '/sys/fs/cgroup';
/** Controllers of v1 whose limits pods have; the runtime makes the directories of the others itself, and we remove them. */
const V1_CONTROLLERS = ['cpu', 'memory'] as const;
const QOS_PARENTS = ['', 'burstable', 'besteffort'];

/** Sources about the machine beside its cgroups. */
interface CgroupSources {
  readonly hugePages?: typeof machineHugePages;
  readonly proc?: string;
}

/** cgroups of the version that is mounted at `mount`. @throws Error if there are none: the node could not limit its pods. */
export async function openCgroups(mount = MOUNT, { hugePages = machineHugePages, proc = '/proc' }: CgroupSources = {}): Promise<CgroupManager> {
  const hugePageSizes = (await hasHugetlbController(mount)) ? (await hugePages()).map(({ pageSize }) => pageSize) : [];
  if (await pathExists(join(mount, 'cgroup.controllers'))) return cgroupsV2(mount, hugePageSizes, proc);
  const missing: string[] = [];
  for (const controller of V1_CONTROLLERS) if (!(await pathExists(join(mount, controller, 'cgroup.procs')))) missing.push(controller);
  if (missing.length === 0) return cgroupsV1(mount, hugePageSizes);
  const what = missing.length === V1_CONTROLLERS.length ? 'no cgroups are mounted' : `the cgroup controller ${missing.join(', ')} is not mounted`;
  throw new Error(
    `${mount}: ${what}, and pods need them: mount cgroup2 there, or run the agent where it sees the host's (in a container: --privileged --cgroupns=host)`,
  );
}

function cgroupsV1(mount: string, hugePageSizes: readonly number[]): CgroupManager {
  return {
    version: 1,
    hugePageSizes,
    async apply({ path, cpuShares, cpuLimitMilli, memoryLimitBytes, pidsLimit, hugePages }) {
      const directory = (controller: string) => join(mount, controller, path);
      const pages = hugePages && pageLimits(hugePageSizes, hugePages);
      const controllers = [...V1_CONTROLLERS, ...(pidsLimit > 0 ? ['pids'] : []), ...(pages?.length ? ['hugetlb'] : [])];
      const made = await Promise.all(controllers.map((controller) => makeDirectories(directory(controller))));
      await Promise.all([
        write(join(directory('cpu'), 'cpu.shares'), cpuShares),
        cpuLimitMilli > 0 ? write(join(directory('cpu'), 'cpu.cfs_period_us'), CPU_PERIOD) : undefined,
        write(join(directory('cpu'), 'cpu.cfs_quota_us'), cpuLimitMilli > 0 ? cpuQuota(cpuLimitMilli) : -1),
        // -1 takes a limit back that a resize has removed.
        write(join(directory('memory'), 'memory.limit_in_bytes'), memoryLimitBytes > 0 ? memoryLimitBytes : -1),
        pidsLimit > 0 ? write(join(directory('pids'), 'pids.max'), pidsLimit) : undefined,
        ...(pages ?? []).map(([size, limit]) => limitPages(join(directory('hugetlb'), `hugetlb.${size}`), 'limit_in_bytes', limit)),
      ]);
      return made.includes(true);
    },
    async remove(path) {
      const controllers = await readdir(mount);
      await Promise.all(controllers.map((controller) => removeTree(join(mount, controller, path))));
    },
    list: (root) => listPods(join(mount, 'cpu'), root),
    memoryUsage: async (path) => numberIn(join(mount, 'memory', path, 'memory.usage_in_bytes')),
    processes: async (path) => numberIn(join(mount, 'pids', path, 'pids.current')),
    statistics: (path) => statisticsV1(mount, path),
    // kubelet shows none of the machine either unless cgroups have it (IsPsiEnabled).
    machinePressure: () => Promise.resolve(undefined),
    someProcess: async (path) => firstProcess(join(mount, 'cpu', path)),
  };
}

function cgroupsV2(mount: string, hugePageSizes: readonly number[], proc: string): CgroupManager {
  const controllers = ['cpu', 'memory', 'pids', ...(hugePageSizes.length > 0 ? ['hugetlb'] : [])];
  return {
    version: 2,
    hugePageSizes,
    async apply({ path, cpuShares, cpuLimitMilli, memoryLimitBytes, pidsLimit, hugePages }) {
      const directory = join(mount, path);
      const isNew = await makeDirectories(directory);
      await delegate(mount, path, controllers);
      await Promise.all([
        // The mapping of runc and kubelet from v1's shares (2 … 262144) to v2's weight (1 … 10000).
        write(join(directory, 'cpu.weight'), Math.floor(1 + ((cpuShares - 2) * 9999) / 262_142)),
        write(join(directory, 'cpu.max'), cpuLimitMilli > 0 ? `${cpuQuota(cpuLimitMilli)} ${CPU_PERIOD}` : 'max'),
        write(join(directory, 'memory.max'), memoryLimitBytes > 0 ? memoryLimitBytes : 'max'),
        write(join(directory, 'pids.max'), pidsLimit > 0 ? pidsLimit : 'max'),
        ...(hugePages ? pageLimits(hugePageSizes, hugePages) : []).map(([size, limit]) =>
          limitPages(join(directory, `hugetlb.${size}`), 'max', limit),
        ),
      ]);
      return isNew;
    },
    remove: (path) => removeTree(join(mount, path)),
    list: (root) => listPods(mount, root),
    memoryUsage: async (path) => numberIn(join(mount, path, 'memory.current')),
    processes: async (path) => numberIn(join(mount, path, 'pids.current')),
    statistics: (path) => statisticsV2(mount, path),
    machinePressure: () => readPressures((resource) => readFile(join(proc, 'pressure', resource), 'utf8').catch(() => '')),
    someProcess: async (path) => firstProcess(join(mount, path)),
  };
}

/** The limit of each size that the machine has, by its name. */
const pageLimits = (sizes: readonly number[], limits: ReadonlyMap<number, number>): readonly (readonly [string, number])[] =>
  sizes.map((size) => [pageSizeName(size), limits.get(size) ?? 0]);

/** Limits the huge pages that may be used, and those that may be reserved, which kernels before 5.7 do not limit. */
async function limitPages(prefix: string, file: string, limit: number): Promise<void> {
  await write(`${prefix}.${file}`, limit);
  await writeFile(`${prefix}.rsvd.${file}`, String(limit), { flag: 'r+' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

/** Hands controllers down every level above `path`. */
async function delegate(mount: string, path: string, controllers: readonly string[]): Promise<void> {
  const all = controllers.map((name) => `+${name}`).join(' ');
  const levels: string[] = [];
  for (let level = dirname(path); level !== '/'; level = dirname(level)) levels.unshift(level);
  for (const level of ['/', ...levels]) await write(join(mount, level, 'cgroup.subtree_control'), all);
}

/** Returns undefined if the file does not exist. */
async function numberIn(path: string): Promise<number | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.trim() === '' ? undefined : Number(text);
}

async function firstProcess(cgroup: string): Promise<number | undefined> {
  const text = await readFile(join(cgroup, 'cgroup.procs'), 'utf8').catch(() => '');
  const id = /^\d+/.exec(text)?.[0];
  return id === undefined ? undefined : Number(id);
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
