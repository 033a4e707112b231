import { dirname, join } from 'node:path';

/** The directories of our containerd: content that must survive a reboot is under `dataDir`, the rest under `runDir`. */
export interface ContainerdPaths {
  readonly config: string;
  readonly root: string;
  readonly state: string;
  readonly socket: string;
  readonly pidFile: string;
  /** The snapshotter's name, for those who know the socket only. */
  readonly snapshotterFile: string;
  readonly logFile: string;
  /** runc's own state. */
  readonly runcRoot: string;
  readonly cniConfDir: string;
  /** host-local's leases: gone after a reboot, as the pods are. */
  readonly cniLeasesDir: string;
  /** `<registry>/hosts.toml` and certificates, as containerd documents for `config_path`. */
  readonly registryDir: string;
}

export interface ContainerdDirs {
  readonly dataDir: string;
  readonly runDir: string;
}

export function containerdPaths({ dataDir, runDir }: ContainerdDirs): ContainerdPaths {
  const data = join(dataDir, 'containerd');
  const run = join(runDir, 'containerd');
  return {
    config: join(data, 'config.toml'),
    root: join(data, 'root'),
    state: join(run, 'state'),
    socket: join(run, 'containerd.sock'),
    pidFile: join(run, 'containerd.pid'),
    snapshotterFile: snapshotterFile(join(run, 'containerd.sock')),
    logFile: join(data, 'containerd.log'),
    runcRoot: join(run, 'runc'),
    cniConfDir: join(runDir, 'cni', 'net.d'),
    cniLeasesDir: join(runDir, 'cni', 'leases'),
    registryDir: join(dataDir, 'registries'),
  };
}

/** Beside the socket. */
export const snapshotterFile = (socket: string): string => join(dirname(socket), 'snapshotter');
