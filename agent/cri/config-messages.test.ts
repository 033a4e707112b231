import { describe, expect, it } from '@jest/globals';
import type { ContainerConfig as ContainerConfiguration, LinuxContainerResources, SandboxConfig } from '../contract/runtime-config.ts';
import { GROUPS_POLICY, NAMESPACE, PROFILE, PROPAGATION, PROTOCOL } from '../contract/runtime-config.ts';
import { ContainerConfig } from './container-messages.ts';
import { PodSandboxConfig } from './sandbox-messages.ts';

/** Every field set, so that a field that is added to the contract has to be added here. */
type Whole<T> = T extends readonly (infer Item)[]
  ? readonly Whole<Item>[]
  : T extends object
    ? string extends keyof T
      ? T
      : { readonly [K in keyof T]-?: Whole<NonNullable<T[K]>> }
    : T;

const resources: Whole<LinuxContainerResources> = {
  cpu_period: 100_000,
  cpu_quota: 50_000,
  cpu_shares: 512,
  memory_limit_in_bytes: 2 ** 40,
  oom_score_adj: -997,
  cpuset_cpus: '0-1',
  cpuset_mems: '0',
  hugepage_limits: [
    { page_size: '2MB', limit: 2 ** 21 },
    { page_size: '1GB', limit: 0 },
  ],
  unified: { 'memory.high': '1' },
  memory_swap_limit_in_bytes: 7,
};

const security = {
  namespace_options: { network: NAMESPACE.NODE, pid: NAMESPACE.TARGET, ipc: NAMESPACE.CONTAINER, target_id: 'abc' },
  selinux_options: { user: 'u', role: 'r', type: 't', level: 'l' },
  run_as_user: { value: 1000 },
  run_as_group: { value: 1001 },
  readonly_rootfs: true,
  supplemental_groups: [1, 2000],
  privileged: true,
  seccomp: { profile_type: PROFILE.Localhost, localhost_ref: '/profiles/a' },
  apparmor: { profile_type: PROFILE.Unconfined, localhost_ref: 'b' },
  supplemental_groups_policy: GROUPS_POLICY.Strict,
};

const sandbox: Whole<SandboxConfig> = {
  metadata: { name: 'p', uid: 'u1', namespace: 'default', attempt: 3 },
  hostname: 'p',
  log_directory: '/logs',
  dns_config: { servers: ['10.96.0.10'], searches: ['svc'], options: ['ndots:5'] },
  port_mappings: [{ protocol: PROTOCOL.UDP, container_port: 53, host_port: 5353, host_ip: '192.0.2.7' }],
  labels: { a: 'b' },
  annotations: { c: 'd' },
  linux: { cgroup_parent: '/kubepods', security_context: security, sysctls: { 'net.core.somaxconn': '1' }, overhead: resources, resources },
};

const container: Whole<ContainerConfiguration> = {
  metadata: { name: 'c', attempt: 2 },
  image: { image: 'sha256:1', annotations: { e: 'f' }, user_specified_image: 'img' },
  command: ['sh'],
  args: ['-c', 'true'],
  working_dir: '/work',
  envs: [{ key: 'A', value: '1' }],
  mounts: [
    {
      container_path: '/in',
      host_path: '/out',
      readonly: true,
      selinux_relabel: true,
      propagation: PROPAGATION.BIDIRECTIONAL,
      recursive_read_only: true,
    },
  ],
  devices: [{ container_path: '/dev/xvda', host_path: '/dev/loop0', permissions: 'mrw' }],
  labels: { g: 'h' },
  annotations: { i: 'j' },
  log_path: 'c/2.log',
  stdin: true,
  stdin_once: true,
  tty: true,
  linux: {
    resources,
    security_context: {
      ...security,
      capabilities: { add_capabilities: ['NET_ADMIN'], drop_capabilities: ['ALL'] },
      run_as_username: 'me',
      no_new_privs: true,
      masked_paths: ['/proc/kcore'],
      readonly_paths: ['/proc/bus'],
    },
  },
  CDI_devices: [{ name: 'vendor.com/class=a' }],
  stop_signal: 15,
};

describe('the messages of the CRI', () => {
  it('carry every field of a sandbox’s configuration', () => {
    expect(PodSandboxConfig.decode(PodSandboxConfig.encode(sandbox))).toEqual(sandbox);
  });

  it('carry every field of a container’s configuration', () => {
    expect(ContainerConfig.decode(ContainerConfig.encode(container))).toMatchObject(container);
  });
});
