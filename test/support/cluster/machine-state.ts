import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layoutOf } from '../../../cli/config/data-dir.ts';

/** Things on this machine by kind. The text of a thing is stable while it exists. */
export type MachineState = Readonly<Record<string, readonly string[]>>;

const lines = (program: string, ...args: readonly string[]): string[] =>
  execFileSync(program, [...args], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');

const read = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};

/**
 * Lists everything that a node could leave behind, from the kernel and the file system. Things of other clusters on the machine (in other
 * network namespaces, cgroups and temporary directories) are left out.
 */
export function machineState(dataDir: string): MachineState {
  const { cgroupRoot } = layoutOf(dataDir);
  return {
    processes: processes(cgroupRoot),
    mounts: lines('findmnt', '-rno', 'TARGET').filter((target) => target.startsWith(dataDir) || !isOthers(target)),
    links: lines('ip', '-o', 'link', 'show').map((line) => line.split(' ').slice(1, 3).join(' ')),
    addresses: lines('ip', '-o', 'address', 'show').map((line) => line.replace(/ valid_lft.*/, '')),
    routes: lines('ip', 'route', 'show', 'table', 'all'),
    rules: lines('ip', 'rule', 'show'),
    neighbours: lines('ip', 'neigh', 'show', 'proxy'),
    nft: lines('nft', 'list', 'ruleset'),
    sysctls: lines('sysctl', '-a', '--pattern', '^net\\.(ipv4\\.(ip_forward|conf)|bridge|netfilter\\.nf_conntrack_max)'),
    sockets: [
      ...new Set(
        read('/proc/net/unix')
          .split('\n')
          .flatMap((line) => line.split(/\s+/)[7] ?? []),
      ),
    ].filter((path) => path.includes('skiff') || path.includes(dataDir)),
    cgroups: lines('find', '/sys/fs/cgroup', '-type', 'd', '-name', 'kubepods*').filter(
      (path) => !/kubepods-/.test(path) || path.endsWith(cgroupRoot),
    ),
    files: [dataDir, '/run/skiff', '/var/lib/containerd', '/etc/cni', '/var/log/pods', '/var/log/containers', '/opt/containerd'].flatMap(below),
  };
}

/** Tells whether a mount is in a temporary directory, or made for the network labs of unit tests, which may run meanwhile. */
function isOthers(target: string): boolean {
  return target.startsWith(`${tmpdir()}/`) || target === '/run/netns' || target.startsWith('/run/netns/sklab');
}

/** All entries below a directory that are not directories, at any depth. */
function below(directory: string): string[] {
  if (!existsSync(directory)) return [];
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory());
  return entries.map((entry) => join(entry.parentPath, entry.name));
}

/** Command lines of processes in this network namespace, and of processes in the cluster's cgroups. */
function processes(cgroupRoot: string): string[] {
  const ours = readlinkSync('/proc/self/ns/net');
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      try {
        const here = readlinkSync(`/proc/${pid}/ns/net`) === ours;
        const command = read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
        return (here || read(`/proc/${pid}/cgroup`).includes(cgroupRoot)) && command !== '' ? [command] : [];
      } catch {
        return [];
      }
    });
}

/** Added (`+`) and removed (`-`) things by kind; kinds without a difference are left out. */
export function difference(before: MachineState, after: MachineState): Record<string, readonly string[]> {
  const changes = Object.keys(before).map((kind): [string, string[]] => {
    const [old, now] = [before[kind] ?? [], after[kind] ?? []];
    return [
      kind,
      [
        ...now.filter((each) => !old.includes(each)).map((each) => `+ ${each}`),
        ...old.filter((each) => !now.includes(each)).map((each) => `- ${each}`),
      ],
    ];
  });
  return Object.fromEntries(changes.filter(([, change]) => change.length > 0));
}
