import { homedir } from 'node:os';
import { join } from 'node:path';
import { sha256Hex } from '../../base/sha256.ts';

const SYSTEM_DATA_DIR = '/var/lib/skiff';

/** The directory that holds everything skiff keeps: under /var/lib for root, otherwise by the XDG specification. */
export function defaultDataDir(): string {
  if (process.env.SKIFF_DATA_DIR) return process.env.SKIFF_DATA_DIR;
  if (process.getuid?.() === 0) return SYSTEM_DATA_DIR;
  return join(process.env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'skiff');
}

/** The data directory of a cluster with a name of its own: beside the default one. */
export const dataDirOfName = (name: string): string => `${defaultDataDir()}-${name}`;

/** The data directory that the arguments name (`--data-dir X` or `--data-dir=X`), read before the command parses them. */
export function dataDirOf(args: readonly string[]): string {
  const at = args.findIndex((arg) => arg === '--data-dir' || arg.startsWith('--data-dir='));
  const arg = args[at];
  return (arg?.includes('=') ? arg.slice(arg.indexOf('=') + 1) : at < 0 ? undefined : args[at + 1]) ?? defaultDataDir();
}

/** The paths of everything in a data directory. */
export function layoutOf(dataDir: string) {
  const isSystems = dataDir === SYSTEM_DATA_DIR;
  return {
    dataDir,
    pki: join(dataDir, 'pki'),
    database: join(dataDir, 'state.db'),
    etcd: join(dataDir, 'etcd'),
    /** The settings of `up`, kept for the next `up`. */
    settings: join(dataDir, 'settings.json'),
    adminKubeconfig: join(dataDir, 'admin.conf'),
    agent: join(dataDir, 'agent'),
    /** Manifests of static pods: the agent runs them even without a server. */
    manifests: join(dataDir, 'manifests'),
    agentKubeconfig: join(dataDir, 'agent', 'kubelet.conf'),
    /** State that does not outlive the machine's uptime: pids, sockets, containerd's state. */
    run: isSystems ? '/run/skiff' : join(dataDir, 'run'),
    /** The cgroup that holds the pods'; clusters of one machine have one each. */
    cgroupRoot: isSystems ? '/kubepods' : `/kubepods-${sha256Hex(dataDir).slice(0, 8)}`,
    logs: join(dataDir, 'logs'),
    /** Compiled code; may be deleted at any time. */
    cache: join(dataDir, 'cache'),
  };
}

export type Layout = ReturnType<typeof layoutOf>;
