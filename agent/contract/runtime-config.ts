/**
 * The configuration of sandboxes and containers in the terms of the CRI (k8s.io/cri-api/pkg/apis/runtime/v1/api.proto): names, numbers and
 * meanings are those of its messages, so that the driver in `cri/` passes them on as they are. A field that is left out has its zero value.
 */
export const PROTOCOL = { TCP: 0, UDP: 1, SCTP: 2 } as const;
export const NAMESPACE = { POD: 0, CONTAINER: 1, NODE: 2, TARGET: 3 } as const;
export const PROFILE = { RuntimeDefault: 0, Unconfined: 1, Localhost: 2 } as const;
export const GROUPS_POLICY = { Merge: 0, Strict: 1 } as const;
export const PROPAGATION = { PRIVATE: 0, HOST_TO_CONTAINER: 1, BIDIRECTIONAL: 2 } as const;

type Texts = readonly string[];
type TextMap = Readonly<Record<string, string>>;

export interface NamespaceOptions {
  readonly network?: number | undefined;
  readonly pid?: number | undefined;
  readonly ipc?: number | undefined;
  readonly target_id?: string | undefined;
}

export interface SecurityProfile {
  readonly profile_type?: number | undefined;
  readonly localhost_ref?: string | undefined;
}

export interface SelinuxOptions {
  readonly user?: string | undefined;
  readonly role?: string | undefined;
  readonly type?: string | undefined;
  readonly level?: string | undefined;
}

interface Int64Value {
  readonly value?: number | undefined;
}

/** The settings that sandboxes and containers share. */
interface LinuxSecurityContext {
  readonly namespace_options?: NamespaceOptions | undefined;
  readonly selinux_options?: SelinuxOptions | undefined;
  readonly run_as_user?: Int64Value | undefined;
  readonly run_as_group?: Int64Value | undefined;
  readonly readonly_rootfs?: boolean | undefined;
  readonly supplemental_groups?: readonly number[] | undefined;
  readonly privileged?: boolean | undefined;
  readonly seccomp?: SecurityProfile | undefined;
  readonly apparmor?: SecurityProfile | undefined;
  readonly supplemental_groups_policy?: number | undefined;
}

export interface LinuxContainerSecurityContext extends LinuxSecurityContext {
  readonly capabilities?: { readonly add_capabilities?: Texts | undefined; readonly drop_capabilities?: Texts | undefined } | undefined;
  readonly run_as_username?: string | undefined;
  readonly no_new_privs?: boolean | undefined;
  readonly masked_paths?: Texts | undefined;
  readonly readonly_paths?: Texts | undefined;
}

/** A limit of huge pages of the size that is named, such as `2MB`. */
export interface HugepageLimit {
  readonly page_size?: string | undefined;
  /** Bytes. */
  readonly limit?: number | undefined;
}

export interface LinuxContainerResources {
  readonly cpu_period?: number | undefined;
  readonly cpu_quota?: number | undefined;
  readonly cpu_shares?: number | undefined;
  readonly memory_limit_in_bytes?: number | undefined;
  readonly oom_score_adj?: number | undefined;
  readonly cpuset_cpus?: string | undefined;
  readonly cpuset_mems?: string | undefined;
  readonly hugepage_limits?: readonly HugepageLimit[] | undefined;
  readonly unified?: TextMap | undefined;
  readonly memory_swap_limit_in_bytes?: number | undefined;
}

export interface PortMapping {
  readonly protocol?: number | undefined;
  readonly container_port?: number | undefined;
  readonly host_port?: number | undefined;
  readonly host_ip?: string | undefined;
}

export interface SandboxConfig {
  readonly metadata?:
    | {
        readonly name?: string | undefined;
        readonly uid?: string | undefined;
        readonly namespace?: string | undefined;
        readonly attempt?: number | undefined;
      }
    | undefined;
  readonly hostname?: string | undefined;
  readonly log_directory?: string | undefined;
  readonly dns_config?:
    | { readonly servers?: Texts | undefined; readonly searches?: Texts | undefined; readonly options?: Texts | undefined }
    | undefined;
  readonly port_mappings?: readonly PortMapping[] | undefined;
  readonly labels?: TextMap | undefined;
  readonly annotations?: TextMap | undefined;
  readonly linux?: LinuxSandboxConfig | undefined;
}

interface LinuxSandboxConfig {
  readonly cgroup_parent?: string | undefined;
  readonly security_context?: LinuxSecurityContext | undefined;
  readonly sysctls?: TextMap | undefined;
  readonly overhead?: LinuxContainerResources | undefined;
  readonly resources?: LinuxContainerResources | undefined;
}

export interface Mount {
  readonly container_path?: string | undefined;
  readonly host_path?: string | undefined;
  readonly readonly?: boolean | undefined;
  readonly selinux_relabel?: boolean | undefined;
  readonly propagation?: number | undefined;
  readonly recursive_read_only?: boolean | undefined;
}

/** A device of the machine in a container. */
export interface Device {
  readonly container_path?: string | undefined;
  readonly host_path?: string | undefined;
  /** Of `r`, `w` and `m` (mknod). */
  readonly permissions?: string | undefined;
}

interface ImageSpec {
  readonly image?: string | undefined;
  readonly annotations?: TextMap | undefined;
  readonly user_specified_image?: string | undefined;
}

export interface ContainerConfig {
  readonly metadata?: { readonly name?: string | undefined; readonly attempt?: number | undefined } | undefined;
  readonly image?: ImageSpec | undefined;
  readonly command?: Texts | undefined;
  readonly args?: Texts | undefined;
  readonly working_dir?: string | undefined;
  readonly envs?: readonly { readonly key?: string | undefined; readonly value?: string | undefined }[] | undefined;
  readonly mounts?: readonly Mount[] | undefined;
  readonly devices?: readonly Device[] | undefined;
  readonly labels?: TextMap | undefined;
  readonly annotations?: TextMap | undefined;
  /** Relative to the sandbox's log directory. */
  readonly log_path?: string | undefined;
  readonly stdin?: boolean | undefined;
  readonly stdin_once?: boolean | undefined;
  readonly tty?: boolean | undefined;
  readonly linux?:
    | { readonly resources?: LinuxContainerResources | undefined; readonly security_context?: LinuxContainerSecurityContext | undefined }
    | undefined;
  /** Devices by the names that CDI specs give them: `vendor.com/class=name`. */
  readonly CDI_devices?: readonly { readonly name?: string | undefined }[] | undefined;
  readonly stop_signal?: number | undefined;
}
