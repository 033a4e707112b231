import { stat } from 'node:fs/promises';
import type { ContainerConfig, Device, Mount } from '../../contract/runtime-config.ts';
import { PROPAGATION } from '../../contract/runtime-config.ts';
import type { CdiMount, ContainerEdits, DeviceNode } from './cdi-spec.ts';
import type { NamedEdits } from './cdi-specs.ts';

/** The facts of a file of this machine that a device node is compared with. */
export interface HostFile {
  /** `b`, `c` or `p`; undefined for files that are no devices. */
  readonly type: string | undefined;
  readonly major: number;
  readonly minor: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** Returns undefined if there is no such file. */
export type LookUp = (path: string) => Promise<HostFile | undefined>;

/**
 * Adds what devices need to the configuration of a container, as far as the CRI has words for it: variables, device nodes as they are on this
 * machine, bind mounts, groups. What stands there already under the same name or path gives way.
 * @throws Error naming all that the CRI cannot express, and the remedy
 */
export async function withEdits(config: ContainerConfig, all: readonly NamedEdits[], lookUp: LookUp = hostFile): Promise<ContainerConfig> {
  const envs = new Map((config.envs ?? []).map(({ key = '', value = '' }) => [key, value]));
  const devices = new Map((config.devices ?? []).map((device) => [device.container_path ?? '', device]));
  const mounts = new Map((config.mounts ?? []).map((mount) => [mount.container_path ?? '', mount]));
  const groups = new Set(config.linux?.security_context?.supplemental_groups);
  for (const { edits } of all) for (const gid of edits.additionalGids ?? []) if (gid !== 0) groups.add(gid);
  const inexpressible: string[] = [];
  for (const { name, edits } of all) {
    for (const variable of edits.env ?? []) {
      const at = variable.indexOf('=');
      envs.set(variable.slice(0, at), variable.slice(at + 1));
    }
    for (const node of edits.deviceNodes ?? []) {
      const host = await lookUp(node.hostPath || node.path);
      const fault = deviceFault(node, host) ?? ownerFault(node, host, config, groups);
      if (fault !== undefined) inexpressible.push(`${name}: device node ${node.path} ${fault}`);
      devices.set(node.path, deviceOf(node));
    }
    for (const mount of edits.mounts ?? []) {
      const fault = mountFault(mount, await lookUp(mount.hostPath));
      if (fault !== undefined) inexpressible.push(`${name}: mount ${mount.containerPath} ${fault}`);
      mounts.delete(mount.containerPath);
      mounts.set(mount.containerPath, mountOf(mount));
    }
    inexpressible.push(...beyondCri(edits).map((what) => `${name}: ${what}`));
  }
  if (inexpressible.length > 0) {
    throw new Error(`the CRI of this containerd cannot express ${inexpressible.join('; ')}: containerd 1.7 or newer, with CDI enabled, can`);
  }
  const linux = { ...config.linux, security_context: { ...config.linux?.security_context, supplemental_groups: [...groups] } };
  return {
    ...config,
    envs: [...envs].map(([key, value]) => ({ key, value })),
    devices: [...devices.values()],
    mounts: [...mounts.values()],
    ...(groups.size > 0 ? { linux } : {}),
    CDI_devices: [],
  };
}

function beyondCri({ hooks, intelRdt, netDevices }: ContainerEdits): readonly string[] {
  return [
    ...(hooks ?? []).map(({ hookName, path }) => `hook ${hookName} (${path})`),
    ...(netDevices ?? []).map(({ hostInterfaceName }) => `network device ${hostInterfaceName}`),
    ...(intelRdt ? ['intelRdt'] : []),
  ];
}

const deviceOf = ({ path, hostPath, permissions }: DeviceNode): Device => ({
  container_path: path,
  host_path: hostPath || path,
  permissions: permissions || 'rwm',
});

/** Returns what a node asks for beyond the node of the machine, which is all that the CRI can give. Undefined if there is nothing. */
function deviceFault({ hostPath, path, permissions, ...asked }: DeviceNode, host: HostFile | undefined): string | undefined {
  if (permissions === 'none') return 'without permissions';
  if (host?.type === undefined) return `that is not on this machine (${hostPath || path})`;
  if (asked.type && asked.type !== host.type && !(asked.type === 'u' && host.type === 'c')) return `of type ${asked.type}`;
  if (asked.type && asked.major && (asked.major !== host.major || (asked.minor ?? 0) !== host.minor))
    return `with number ${asked.major}:${asked.minor ?? 0}`;
  if (typeof asked.fileMode === 'number' && (asked.fileMode & PERMISSION_BITS) !== (host.mode & PERMISSION_BITS)) {
    return `with mode ${(asked.fileMode & PERMISSION_BITS).toString(8)}`;
  }
  if (typeof asked.uid === 'number' && asked.uid !== host.uid) return `of user ${asked.uid}`;
  if (typeof asked.gid === 'number' && asked.gid !== host.gid) return `of group ${asked.gid}`;
  return undefined;
}

const PERMISSION_BITS = 0o777;

/** A node of no stated owner belongs to the container's user; the CRI leaves it to the owner that it has on the machine, who may keep others out. */
function ownerFault(
  { uid, gid }: DeviceNode,
  host: HostFile | undefined,
  { linux }: ContainerConfig,
  groups: ReadonlySet<number>,
): string | undefined {
  const user = linux?.security_context?.run_as_user?.value ?? 0;
  if (!host || user === 0 || typeof uid === 'number' || typeof gid === 'number' || host.uid === user) return undefined;
  const isMember = groups.has(host.gid) || linux?.security_context?.run_as_group?.value === host.gid;
  const needed = isMember ? GROUP_BITS : OTHER_BITS;
  return (host.mode & needed) === needed ? undefined : `for user ${user}`;
}

/** Reading and writing. */
const GROUP_BITS = 0o060;
const OTHER_BITS = 0o006;

const OPTIONS: ReadonlyMap<string, Mount> = new Map([
  ['bind', {}],
  ['rbind', {}],
  ['rw', { readonly: false }],
  ['ro', { readonly: true }],
  ['private', { propagation: PROPAGATION.PRIVATE }],
  ['rprivate', { propagation: PROPAGATION.PRIVATE }],
  ['slave', { propagation: PROPAGATION.HOST_TO_CONTAINER }],
  ['rslave', { propagation: PROPAGATION.HOST_TO_CONTAINER }],
  ['shared', { propagation: PROPAGATION.BIDIRECTIONAL }],
  ['rshared', { propagation: PROPAGATION.BIDIRECTIONAL }],
]);

const mountOf = ({ hostPath, containerPath, options }: CdiMount): Mount =>
  Object.assign({ container_path: containerPath, host_path: hostPath }, ...(options ?? []).map((option) => OPTIONS.get(option)));

function mountFault({ hostPath, type, options }: CdiMount, host: HostFile | undefined): string | undefined {
  if (type && type !== 'bind') return `of type ${type}`;
  const unknown = (options ?? []).filter((option) => !OPTIONS.has(option));
  if (unknown.length > 0) return `with ${unknown.join(', ')}`;
  // containerd would make a directory of that name.
  return host ? undefined : `of ${hostPath}, which is not on this machine`;
}

const hostFile: LookUp = async (path) => {
  const stats = await stat(path).catch(() => undefined);
  if (!stats) return undefined;
  const type = stats.isBlockDevice() ? 'b' : stats.isCharacterDevice() ? 'c' : stats.isFIFO() ? 'p' : undefined;
  return { type, ...deviceNumber(stats.rdev), mode: stats.mode, uid: stats.uid, gid: stats.gid };
};

/** Splits Linux's number of a device. Numbers past 32 bits are no device's. */
const deviceNumber = (rdev: number) => ({ major: (rdev >>> 8) & 0xfff, minor: (rdev & 0xff) | ((rdev >>> 12) & 0xfff00) });
