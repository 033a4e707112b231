import {
  bool,
  enumeration,
  int32,
  int64,
  integerList,
  message,
  nested,
  nestedList,
  string,
  stringList,
  stringMap,
  uint32,
  uint64,
} from '../../base/protobuf/message.ts';

/** Messages of runtime.v1 about sandboxes: names, numbers and meanings are those of k8s.io/cri-api/pkg/apis/runtime/v1/api.proto. */

export const SANDBOX_READY = 0;

export const DnsConfig = message({ servers: stringList(1), searches: stringList(2), options: stringList(3) });
export const PortMapping = message({ protocol: enumeration(1), container_port: int32(2), host_port: int32(3), host_ip: string(4) });
export const NamespaceOption = message({ network: enumeration(1), pid: enumeration(2), ipc: enumeration(3), target_id: string(4) });
export const Int64Value = message({ value: int64(1) });
export const SecurityProfile = message({ profile_type: enumeration(1), localhost_ref: string(2) });
export const SelinuxOption = message({ user: string(1), role: string(2), type: string(3), level: string(4) });

export const LinuxSandboxSecurityContext = message({
  namespace_options: nested(1, NamespaceOption),
  selinux_options: nested(2, SelinuxOption),
  run_as_user: nested(3, Int64Value),
  run_as_group: nested(8, Int64Value),
  readonly_rootfs: bool(4),
  supplemental_groups: integerList(5),
  privileged: bool(6),
  seccomp: nested(9, SecurityProfile),
  apparmor: nested(10, SecurityProfile),
  supplemental_groups_policy: enumeration(11),
});

export const LinuxContainerResources = message({
  cpu_period: int64(1),
  cpu_quota: int64(2),
  cpu_shares: int64(3),
  memory_limit_in_bytes: int64(4),
  oom_score_adj: int64(5),
  cpuset_cpus: string(6),
  cpuset_mems: string(7),
  hugepage_limits: nestedList(8, message({ page_size: string(1), limit: uint64(2) })),
  unified: stringMap(9),
  memory_swap_limit_in_bytes: int64(10),
});

export const LinuxPodSandboxConfig = message({
  cgroup_parent: string(1),
  security_context: nested(2, LinuxSandboxSecurityContext),
  sysctls: stringMap(3),
  overhead: nested(4, LinuxContainerResources),
  resources: nested(5, LinuxContainerResources),
});

export const PodSandboxMetadata = message({ name: string(1), uid: string(2), namespace: string(3), attempt: uint32(4) });

export const PodSandboxConfig = message({
  metadata: nested(1, PodSandboxMetadata),
  hostname: string(2),
  log_directory: string(3),
  dns_config: nested(4, DnsConfig),
  port_mappings: nestedList(5, PortMapping),
  labels: stringMap(6),
  annotations: stringMap(7),
  linux: nested(8, LinuxPodSandboxConfig),
});

export const RunPodSandboxRequest = message({ config: nested(1, PodSandboxConfig), runtime_handler: string(2) });
export const RunPodSandboxResponse = message({ pod_sandbox_id: string(1) });
/** StopPodSandboxRequest, RemovePodSandboxRequest and PodSandboxStatusRequest share this form. */
export const SandboxIdRequest = message({ pod_sandbox_id: string(1), verbose: bool(2) });

export const PodIp = message({ ip: string(1) });
export const PodSandboxNetworkStatus = message({ ip: string(1), additional_ips: nestedList(2, PodIp) });
export const LinuxPodSandboxStatus = message({ namespaces: nested(1, message({ options: nested(2, NamespaceOption) })) });

export const PodSandboxStatus = message({
  id: string(1),
  metadata: nested(2, PodSandboxMetadata),
  state: enumeration(3),
  created_at: int64(4),
  network: nested(5, PodSandboxNetworkStatus),
  linux: nested(6, LinuxPodSandboxStatus),
  labels: stringMap(7),
  annotations: stringMap(8),
  runtime_handler: string(9),
});
export const PodSandboxStatusResponse = message({ status: nested(1, PodSandboxStatus) });

export const PodSandboxFilter = message({ id: string(1), label_selector: stringMap(3) });
export const ListPodSandboxRequest = message({ filter: nested(1, PodSandboxFilter) });
export const PodSandbox = message({
  id: string(1),
  metadata: nested(2, PodSandboxMetadata),
  state: enumeration(3),
  created_at: int64(4),
  labels: stringMap(5),
  annotations: stringMap(6),
  runtime_handler: string(7),
});
export const ListPodSandboxResponse = message({ items: nestedList(1, PodSandbox) });
