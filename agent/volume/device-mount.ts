import { mkdir, stat } from 'node:fs/promises';
import { CommandError, tryCommand } from '../containerd/command.ts';
import { readMountTable } from '../host/mount-table.ts';
import { createLines } from './lines.ts';
import { isMountPoint, mountFailure } from './mount-command.ts';

export interface DeviceMount {
  /** The path of a block device. */
  readonly device: string;
  readonly target: string;
  /** The file system that is made if there is none on the device. Empty: ext4. */
  readonly fsType: string;
  readonly options: readonly string[];
}

/** Devices are the machine's, and a file system must not be made or mended twice at a time. */
const lines = createLines();

/**
 * Mounts a block device at a directory, which it makes; safe to repeat. A device without a file system gets one, and one that nobody has mounted is
 * checked first (k8s.io/mount-utils, SafeFormatAndMount).
 * @throws Error in kubelet's words
 */
export const mountDevice = (mount: DeviceMount): Promise<void> =>
  lines.inLine(mount.device, async () => {
    const { device, target, options } = mount;
    const fsType = mount.fsType || 'ext4';
    if (await isMountPoint(target)) return;
    await mkdir(target, { recursive: true, mode: 0o750 });
    if (!(await isMounted(device))) await prepare({ ...mount, fsType });
    const args = ['-t', fsType, '-o', [...options, 'defaults'].join(','), device, target];
    const { code, output } = await run('mount', args);
    if (code !== 0) throw new Error(mountFailure(code, args, output));
  });

async function prepare({ device, fsType, options }: DeviceMount): Promise<void> {
  const format = await formatOf(device);
  const readOnly = options.includes('ro');
  if (format === '') {
    if (readOnly) throw new Error(`cannot mount unformatted disk ${device} as we are manipulating it in read-only mode`);
    await makeFileSystem(device, fsType);
  } else if (!readOnly) await repair(device);
}

/** Stands for the format of a device that holds partitions, or another thing that is no file system. */
const UNKNOWN_DATA = 'unknown data, probably partitions';
const NOTHING_FOUND = 2;

/** Returns the file system on a device; empty if there is nothing at all. */
async function formatOf(device: string): Promise<string> {
  const { code, output } = await run('blkid', ['-p', '-s', 'TYPE', '-s', 'PTTYPE', '-o', 'export', device]);
  if (code === NOTHING_FOUND) return '';
  if (code !== 0) throw new Error(`failed to get disk format of disk ${device}: blkid: ${endOf(code)}: ${output.trim()}`);
  const type = /^TYPE=(.+)$/m.exec(output)?.[1] ?? '';
  return type === '' && /^PTTYPE=./m.test(output) ? UNKNOWN_DATA : type;
}

async function makeFileSystem(device: string, fsType: string): Promise<void> {
  const { code, output } = await run(`mkfs.${fsType}`, [...(FORCED[fsType] ?? []), device]);
  if (code === 0) return;
  throw new Error(`format of disk ${JSON.stringify(device)} failed: type:(${JSON.stringify(fsType)}) errcode:(${endOf(code)}) output:(${output})`);
}

/** No question is asked, and ext keeps no blocks for the superuser. */
const FORCED: Readonly<Record<string, readonly string[]>> = { ext3: ['-F', '-m0'], ext4: ['-F', '-m0'], xfs: ['-f'] };
const UNCORRECTED = 4;

async function repair(device: string): Promise<void> {
  const { code, output } = await run('fsck', ['-a', device]);
  if (code === UNCORRECTED) throw new Error(`'fsck' found errors on device ${device} but could not correct them: ${output}`);
}

/** Whether the machine has a device mounted anywhere that this process sees. */
async function isMounted(device: string): Promise<boolean> {
  const { rdev } = await stat(device);
  // The numbers of a device as glibc's makedev packs them.
  const major = (rdev >>> 8) & 0xfff;
  const minor = (rdev & 0xff) | ((rdev >>> 12) & 0xfff00);
  return (await readMountTable()).some((mount) => mount.device === `${major}:${minor}`);
}

const endOf = (code: number | string): string => (typeof code === 'number' ? `exit status ${code}` : code);

/** Runs a program to its end. `code` is a text if it could not be started. */
async function run(program: string, args: readonly string[]): Promise<{ readonly code: number | string; readonly output: string }> {
  try {
    const { code, stdout, stderr } = await tryCommand(program, args);
    return { code, output: stdout + stderr };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { code: `exec: ${JSON.stringify(program)}: executable file not found in $PATH`, output: '' };
  }
}
