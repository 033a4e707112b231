import { readFile, statfs } from 'node:fs/promises';
import { arch, cpus, release, totalmem } from 'node:os';
import type { NodeSystemInfo } from '../../api/kinds/core/node/index.ts';
import { GIT_VERSION } from '../../api/meta/version.ts';
import { canonicalQuantity } from '../../api/schema/quantity.ts';
import type { HugePages } from '../contract/huge-pages.ts';
import type { RuntimeVersion } from '../contract/runtime.ts';
import { machineHugePages } from './huge-pages.ts';
import type { Reservation } from './reservation.ts';
import { NO_RESERVATION } from './reservation.ts';
import { taskLimit } from './task-limit.ts';

/** The resources and the identity of a node. */
export interface NodeFacts {
  readonly info: NodeSystemInfo;
  readonly capacity: Readonly<Record<string, string>>;
  readonly allocatable: Readonly<Record<string, string>>;
  readonly memoryBytes: number;
  /** Processes and threads that the machine can have. Undefined if the kernel does not tell, and on a simulated node. */
  readonly taskLimit?: number | undefined;
}

/** kubelet's defaults: memory and disk that pods do not get (evictionHard), and pods a node. */
const RESERVED_MEMORY_BYTES = 100 * 1024 * 1024;
const RESERVED_DISK_SHARE = 0.1;
export const MAX_PODS = 110;

const KI = 1024;
const read = (path: string): Promise<string> =>
  readFile(path, 'utf8').then(
    (text) => text.trim(),
    () => '',
  );

/** The amounts that pods do not get. */
export interface Reserved {
  /** Those that other programs need. */
  readonly system: Reservation;
  /** Those that evictions keep free beside them: bytes of a whole. */
  readonly memory: (capacity: number) => number;
  readonly disk: (capacity: number) => number;
}

const RESERVED: Reserved = {
  system: NO_RESERVATION,
  memory: () => RESERVED_MEMORY_BYTES,
  disk: (capacity) => capacity * RESERVED_DISK_SHARE,
};

/** Reads this machine. `dataDir` stands on the file system that pods write to. @throws Error if more is reserved than it has */
export async function machineFacts(dataDir: string, runtime: RuntimeVersion, maxPods = MAX_PODS, reserved = RESERVED): Promise<NodeFacts> {
  const [machineID, systemUUID, bootID, osRelease, disk, hugePages, tasks] = await Promise.all([
    read('/etc/machine-id'),
    read('/sys/class/dmi/id/product_uuid'),
    read('/proc/sys/kernel/random/boot_id'),
    read('/etc/os-release'),
    statfs(dataDir),
    machineHugePages(),
    taskLimit(),
  ]);
  const osImage = /^PRETTY_NAME="?(.*?)"?$/m.exec(osRelease)?.[1] ?? process.platform;
  const facts = { machineID, systemUUID: systemUUID || machineID, bootID, osImage, kernelVersion: release() };
  const memoryBytes = totalmem();
  const amounts = { cpus: cpus().length, memoryBytes, diskBytes: disk.blocks * disk.bsize, pods: maxPods, hugePages };
  checkReserved(amounts, tasks, reserved);
  return {
    info: systemInfo(facts, `${runtime.name}://${runtime.version}`),
    ...resources(amounts, reserved),
    memoryBytes,
    taskLimit: tasks,
  };
}

const ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: 'amd64',
  arm64: 'arm64',
  arm: 'arm',
  ia32: '386',
  ppc64: 'ppc64le',
  s390x: 's390x',
  riscv64: 'riscv64',
};
/** The machine's architecture in Go's words. */
export const architecture = (): string => ARCHITECTURES[arch()] ?? arch();

type Identity = Pick<NodeSystemInfo, 'machineID' | 'systemUUID' | 'bootID' | 'osImage' | 'kernelVersion'>;

export const systemInfo = (identity: Identity, containerRuntimeVersion: string): NodeSystemInfo => ({
  ...identity,
  architecture: architecture(),
  operatingSystem: 'linux',
  containerRuntimeVersion,
  kubeletVersion: GIT_VERSION,
  // Empty since 1.33: nodes do not know what forwards their services.
  kubeProxyVersion: '',
});

export interface Amounts {
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly diskBytes: number;
  readonly pods: number;
  readonly hugePages?: readonly HugePages[];
}

/** The resource that counts huge pages of a size: `hugepages-2Mi`. */
const hugePagesName = (pageSize: number): string => `hugepages-${canonicalQuantity(`${pageSize / KI}Ki`)}`;

/**
 * Returns what a machine has and what pods may use of it, in the form in which the API keeps quantities: a status is compared with the stored one.
 * Huge pages are memory that the kernel has set aside: pods cannot use it as such.
 */
export function resources(
  { cpus: cpu, memoryBytes, diskBytes, pods, hugePages = [] }: Amounts,
  reserved = RESERVED,
): Pick<NodeFacts, 'capacity' | 'allocatable'> {
  const kibibytes = (bytes: number) => canonicalQuantity(`${Math.floor(bytes / KI)}Ki`);
  const bytes = (count: number) => (count % KI === 0 ? kibibytes(count) : canonicalQuantity(String(Math.floor(count))));
  const processors = (milli: number) => canonicalQuantity(`${Math.max(0, milli)}m`);
  const milli = Math.round(cpu * 1000);
  const { system } = reserved;
  const base = {
    cpu: processors(milli),
    pods: String(pods),
    ...Object.fromEntries(hugePages.map(({ pageSize, total }) => [hugePagesName(pageSize), kibibytes(total)])),
  };
  const pagesBytes = hugePages.reduce((sum, { total }) => sum + total, 0);
  return {
    capacity: { ...base, memory: kibibytes(memoryBytes), 'ephemeral-storage': kibibytes(diskBytes) },
    allocatable: {
      ...base,
      cpu: processors(milli - system.cpu),
      memory: bytes(Math.max(0, memoryBytes - reserved.memory(memoryBytes) - system.memory - pagesBytes)),
      'ephemeral-storage': canonicalQuantity(String(Math.max(0, Math.floor(diskBytes - reserved.disk(diskBytes) - system['ephemeral-storage'])))),
    },
  };
}

/** Refuses a node that keeps more from its pods than it has (pkg/kubelet/cm, validateNodeAllocatable). */
export function checkReserved({ cpus: cpu, memoryBytes, diskBytes }: Amounts, tasks: number | undefined, { system, memory, disk }: Reserved): void {
  const facts: readonly (readonly [resource: string, capacity: number, reserved: number])[] = [
    ['millicores of cpu', cpu * 1000, system.cpu],
    ['bytes of memory', memoryBytes, system.memory + memory(memoryBytes)],
    ['bytes of ephemeral-storage', diskBytes, system['ephemeral-storage'] + disk(diskBytes)],
    ['pid', tasks ?? Number.POSITIVE_INFINITY, system.pid],
  ];
  for (const [resource, capacity, reserved] of facts) {
    if (reserved <= capacity) continue;
    const amounts = `${Math.ceil(reserved)} ${resource} are kept from pods, and the node has ${capacity}`;
    throw new Error(`--system-reserved, --kube-reserved and --eviction-hard: ${amounts}: reserve less`);
  }
}
