import {
  bool,
  bytes,
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
import { Int64Value, LinuxContainerResources, NamespaceOption, PodSandboxConfig, SecurityProfile, SelinuxOption } from './sandbox-messages.ts';

/** Messages of runtime.v1 about containers and images. */

export const ImageSpec = message({ image: string(1), annotations: stringMap(2), user_specified_image: string(18) });
export const KeyValue = message({ key: string(1), value: string(2) });
export const Mount = message({
  container_path: string(1),
  host_path: string(2),
  readonly: bool(3),
  selinux_relabel: bool(4),
  propagation: enumeration(5),
  recursive_read_only: bool(8),
});
export const Device = message({ container_path: string(1), host_path: string(2), permissions: string(3) });
export const Capability = message({ add_capabilities: stringList(1), drop_capabilities: stringList(2) });

export const LinuxContainerSecurityContext = message({
  capabilities: nested(1, Capability),
  privileged: bool(2),
  namespace_options: nested(3, NamespaceOption),
  selinux_options: nested(4, SelinuxOption),
  run_as_user: nested(5, Int64Value),
  run_as_group: nested(12, Int64Value),
  run_as_username: string(6),
  readonly_rootfs: bool(7),
  supplemental_groups: integerList(8),
  no_new_privs: bool(11),
  masked_paths: stringList(13),
  readonly_paths: stringList(14),
  seccomp: nested(15, SecurityProfile),
  apparmor: nested(16, SecurityProfile),
  supplemental_groups_policy: enumeration(17),
});

export const ContainerMetadata = message({ name: string(1), attempt: uint32(2) });
export const ContainerConfig = message({
  metadata: nested(1, ContainerMetadata),
  image: nested(2, ImageSpec),
  command: stringList(3),
  args: stringList(4),
  working_dir: string(5),
  envs: nestedList(6, KeyValue),
  mounts: nestedList(7, Mount),
  devices: nestedList(8, Device),
  labels: stringMap(9),
  annotations: stringMap(10),
  log_path: string(11),
  stdin: bool(12),
  stdin_once: bool(13),
  tty: bool(14),
  linux: nested(15, message({ resources: nested(1, LinuxContainerResources), security_context: nested(2, LinuxContainerSecurityContext) })),
  CDI_devices: nestedList(17, message({ name: string(1) })),
  stop_signal: enumeration(18),
});

export const CreateContainerRequest = message({
  pod_sandbox_id: string(1),
  config: nested(2, ContainerConfig),
  sandbox_config: nested(3, PodSandboxConfig),
});
export const CreateContainerResponse = message({ container_id: string(1) });
/** StartContainer, RemoveContainer, ReopenContainerLog and ContainerStatus requests share this form. */
export const ContainerIdRequest = message({ container_id: string(1), verbose: bool(2) });
export const StopContainerRequest = message({ container_id: string(1), timeout: int64(2) });

export const ListContainersRequest = message({
  filter: nested(1, message({ id: string(1), pod_sandbox_id: string(3), label_selector: stringMap(4) })),
});
export const Container = message({
  id: string(1),
  pod_sandbox_id: string(2),
  metadata: nested(3, ContainerMetadata),
  image: nested(4, ImageSpec),
  image_ref: string(5),
  state: enumeration(6),
  created_at: int64(7),
  labels: stringMap(8),
  annotations: stringMap(9),
});
export const ListContainersResponse = message({ containers: nestedList(1, Container) });

export const LinuxContainerUser = message({ uid: int64(1), gid: int64(2), supplemental_groups: integerList(3) });
export const ContainerUser = message({ linux: nested(1, LinuxContainerUser) });

export const ContainerStatus = message({
  id: string(1),
  metadata: nested(2, ContainerMetadata),
  state: enumeration(3),
  created_at: int64(4),
  started_at: int64(5),
  finished_at: int64(6),
  exit_code: int32(7),
  image: nested(8, ImageSpec),
  image_ref: string(9),
  reason: string(10),
  message: string(11),
  labels: stringMap(12),
  annotations: stringMap(13),
  log_path: string(15),
  user: nested(18, ContainerUser),
});
export const ContainerStatusResponse = message({ status: nested(1, ContainerStatus), info: stringMap(2) });
export const UpdateContainerResourcesRequest = message({ container_id: string(1), linux: nested(2, LinuxContainerResources) });

export const ExecSyncRequest = message({ container_id: string(1), cmd: stringList(2), timeout: int64(3) });
export const ExecSyncResponse = message({ stdout: bytes(1), stderr: bytes(2), exit_code: int32(3) });
export const ExecRequest = message({ container_id: string(1), cmd: stringList(2), tty: bool(3), stdin: bool(4), stdout: bool(5), stderr: bool(6) });
export const AttachRequest = message({ container_id: string(1), stdin: bool(2), tty: bool(3), stdout: bool(4), stderr: bool(5) });
export const PortForwardRequest = message({ pod_sandbox_id: string(1), port: integerList(2) });
export const StreamingUrlResponse = message({ url: string(1) });

export const Image = message({
  id: string(1),
  repo_tags: stringList(2),
  repo_digests: stringList(3),
  size: uint64(4),
  uid: nested(5, Int64Value),
  username: string(6),
  pinned: bool(8),
});
export const ListImagesRequest = message({ filter: nested(1, message({ image: nested(1, ImageSpec) })) });
export const ListImagesResponse = message({ images: nestedList(1, Image) });
/** ImageStatus and RemoveImage requests. */
export const ImageRequest = message({ image: nested(1, ImageSpec), verbose: bool(2) });
export const ImageStatusResponse = message({ image: nested(1, Image), info: stringMap(2) });
export const AuthConfig = message({
  username: string(1),
  password: string(2),
  auth: string(3),
  server_address: string(4),
  identity_token: string(5),
  registry_token: string(6),
});
export const PullImageRequest = message({ image: nested(1, ImageSpec), auth: nested(2, AuthConfig), sandbox_config: nested(3, PodSandboxConfig) });
export const PullImageResponse = message({ image_ref: string(1) });
