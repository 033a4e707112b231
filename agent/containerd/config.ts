import type { ContainerdPaths } from './layout.ts';
import { PAUSE_IMAGE } from './pause-image.ts';

export type Snapshotter = 'overlayfs' | 'native';

export interface ContainerdConfigOptions {
  readonly paths: ContainerdPaths;
  readonly snapshotter: Snapshotter;
  /** Set where the process lacks CAP_SYS_RESOURCE: scores are then never set below containerd's own. */
  readonly restrictOomScoreAdj: boolean;
  /** Set where cgroups have the controller hugetlb. Elsewhere containerd would write a warning for each container. */
  readonly limitHugePages: boolean;
  /** The directory of Debian's containernetworking-plugins, or of another build of them. */
  readonly cniBinDir: string;
  /** Runtimes beside runc that pods may ask for by the handler of a RuntimeClass. */
  readonly runtimes?: readonly RuntimeHandler[];
  /** Bytes; a longer line of a container's output is split in the log file. Kubelet's log reader expects 16 KiB. */
  readonly maxLogLineBytes?: number;
}

/** Plugins that a node of ours never uses: each costs memory, start-up time, or a line of warning. */
const DISABLED_PLUGINS = [
  'io.containerd.internal.v1.restart',
  'io.containerd.internal.v1.tracing',
  'io.containerd.monitor.v1.cgroups',
  'io.containerd.snapshotter.v1.aufs',
  'io.containerd.snapshotter.v1.btrfs',
  'io.containerd.snapshotter.v1.devmapper',
  'io.containerd.snapshotter.v1.zfs',
  'io.containerd.tracing.processor.v1.otlp',
];

/**
 * The text of containerd's configuration file (version 2, which 1.6 and 1.7 read and 2.x migrates; 1.6 does not know `enable_cdi` and NRI, and
 * leaves them alone). From 2.0 on NRI would listen at one path for the whole machine, and take it from another containerd. Equal options
 * give equal text.
 */
export function containerdConfig(options: ContainerdConfigOptions): string {
  const { paths } = options;
  const cri = (suffix = '') => `[plugins."io.containerd.grpc.v1.cri"${suffix}]`;
  const runtimes = (options.runtimes ?? []).map((runtime) => runtimeSections(runtime, cri)).join('');
  return `version = 2
root = ${toml(paths.root)}
state = ${toml(paths.state)}
disabled_plugins = [${DISABLED_PLUGINS.map(toml).join(', ')}]

[grpc]
address = ${toml(paths.socket)}

[debug]
level = "warn"

[plugins."io.containerd.nri.v1.nri"]
disable = true

${cri()}
sandbox_image = ${toml(PAUSE_IMAGE)}
restrict_oom_score_adj = ${options.restrictOomScoreAdj}
disable_tcp_service = true
stream_server_address = "127.0.0.1"
stream_server_port = "0"
max_container_log_line_size = ${options.maxLogLineBytes ?? 16384}
netns_mounts_under_state_dir = true
tolerate_missing_hugetlb_controller = true
disable_hugetlb_controller = ${!options.limitHugePages}
enable_cdi = true

${cri('.cni')}
bin_dir = ${toml(options.cniBinDir)}
conf_dir = ${toml(paths.cniConfDir)}
max_conf_num = 1

${cri('.containerd')}
snapshotter = ${toml(options.snapshotter)}
default_runtime_name = "runc"
disable_snapshot_annotations = true

${cri('.containerd.runtimes.runc')}
runtime_type = "io.containerd.runc.v2"

${cri('.containerd.runtimes.runc.options')}
Root = ${toml(paths.runcRoot)}
SystemdCgroup = false

${runtimes}${cri('.registry')}
config_path = ${toml(paths.registryDir)}
`;
}

/** A runtime of containerd, under the name of the handler. */
export interface RuntimeHandler {
  readonly name: string;
  /** `io.containerd.runsc.v1` */
  readonly type: string;
  /** The program that runc's shim runs in the place of runc. */
  readonly binary?: string;
}

function runtimeSections({ name, type, binary }: RuntimeHandler, cri: (suffix: string) => string): string {
  const section = `.containerd.runtimes.${name}`;
  const options = binary === undefined ? '' : `\n${cri(`${section}.options`)}\nBinaryName = ${toml(binary)}\nSystemdCgroup = false\n`;
  return `${cri(section)}\nruntime_type = ${toml(type)}\n${options}\n`;
}

/** A TOML basic string. JSON's escapes are a subset of TOML's. */
const toml = (text: string): string => JSON.stringify(text);

/** The snapshotter that an existing configuration names: images and containers live in it, so that it must stay. */
export function snapshotterOf(config: string): Snapshotter | undefined {
  const name = /^snapshotter = "(\w+)"$/m.exec(config)?.[1];
  return name === 'overlayfs' || name === 'native' ? name : undefined;
}
