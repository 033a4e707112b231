import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pointsWithin, readMountTable } from '../host/mount-table.ts';
import type { ContainerdDirs } from './layout.ts';
import { containerdPaths } from './layout.ts';

/** A container (or sandbox) whose bundle lies in our containerd's state. */
export interface Bundle {
  readonly dir: string;
  /** Its first process, as the shim wrote it down; it may be gone. */
  readonly pid: number | undefined;
  /** Below each cgroup hierarchy: `/kubepods/…/<id>`. */
  readonly cgroup: string | undefined;
  /** The shim's socket: outside our directories, under /run/containerd/s (fixed in containerd 1.6). */
  readonly shimSocket: string | undefined;
}

export async function listBundles(dirs: ContainerdDirs): Promise<Bundle[]> {
  const tasks = join(containerdPaths(dirs).state, 'io.containerd.runtime.v2.task');
  const bundles: Bundle[] = [];
  for (const namespace of await readdir(tasks).catch(() => [])) {
    for (const id of await readdir(join(tasks, namespace))) bundles.push(await readBundle(join(tasks, namespace, id)));
  }
  return bundles;
}

async function readBundle(dir: string): Promise<Bundle> {
  const text = (name: string) => readFile(join(dir, name), 'utf8').catch(() => '');
  const [pid, address, bootstrap, config] = await Promise.all([text('init.pid'), text('address'), text('bootstrap.json'), text('config.json')]);
  return { dir, pid: Number(pid) || undefined, cgroup: cgroupOf(config), shimSocket: shimSocketOf(address, bootstrap) };
}

/** containerd 1.6 writes the address of the shim down as it is, 2.x in a document beside the protocol. */
export function shimSocketOf(address: string, bootstrap: string): string | undefined {
  let text = address;
  try {
    const document: unknown = bootstrap === '' ? undefined : JSON.parse(bootstrap);
    if (typeof document === 'object' && document !== null && 'address' in document && typeof document.address === 'string') text = document.address;
  } catch {
    // A half-written one after a crash: the bundle is removed without its socket.
  }
  return text.replace('unix://', '').trim() || undefined;
}

function cgroupOf(config: string): string | undefined {
  // The bundle is containerd's: a half-written one after a crash must not hold up the removal of the others.
  try {
    const path: unknown = JSON.parse(config)?.linux?.cgroupsPath;
    return typeof path === 'string' && /^\/[^/.]/.test(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

export interface FoundProcess {
  readonly pid: number;
  readonly args: readonly string[];
}

/** Shims that talk to our containerd, known by the socket in their arguments; and containerd itself. */
export async function listProcesses(dirs: ContainerdDirs): Promise<FoundProcess[]> {
  const { socket, config } = containerdPaths(dirs);
  const found: FoundProcess[] = [];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const args = (await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '')).split('\0');
    const [program = ''] = args;
    const ours = /(^|\/)containerd-shim/.test(program) ? args.includes(socket) : /(^|\/)containerd$/.test(program) && args.includes(config);
    if (ours) found.push({ pid: Number(entry), args: args.slice(0, -1) });
  }
  return found;
}

/** Mount points at or below any of `dirs`, the innermost and latest first: the order in which they come off. */
export const listMounts = async (dirs: readonly string[]): Promise<string[]> => pointsWithin(await readMountTable(), dirs).reverse();

/** Directories that stand for `cgroup` in every hierarchy that is mounted (one in v2, one per controller in v1). Never the root: it holds everyone. */
export async function cgroupDirs(cgroup: string): Promise<string[]> {
  if (!/^\/[^/.]/.test(cgroup)) throw new RangeError(`not a cgroup of its own: '${cgroup}'`);
  const found: string[] = [];
  for (const { type, point } of await readMountTable()) {
    if (type !== 'cgroup' && type !== 'cgroup2') continue;
    const dir = join(point, cgroup);
    if (await readdir(dir).then(Boolean, () => false)) found.push(dir);
  }
  return found;
}
