import {
  bool,
  bytes,
  int32,
  int64,
  message,
  nested,
  nestedList,
  string,
  stringList,
  stringMap,
  uint32,
  uint64,
} from '../../base/protobuf/message.ts';
import { ContainerMetadata } from './container-messages.ts';

/** Messages of runtime.v1 about the runtime as a whole and its statistics, and the events API of containerd. */

export const Empty = message({});
export const VersionRequest = message({ version: string(1) });
export const VersionResponse = message({ version: string(1), runtime_name: string(2), runtime_version: string(3), runtime_api_version: string(4) });

export const RuntimeCondition = message({ type: string(1), status: bool(2), reason: string(3), message: string(4) });
export const StatusRequest = message({ verbose: bool(1) });
export const RuntimeHandler = message({
  name: string(1),
  features: nested(2, message({ recursive_read_only_mounts: bool(1), user_namespaces: bool(2) })),
});
export const StatusResponse = message({
  status: nested(1, message({ conditions: nestedList(1, RuntimeCondition) })),
  info: stringMap(2),
  runtime_handlers: nestedList(3, RuntimeHandler),
  features: nested(4, message({ supplemental_groups_policy: bool(1) })),
});

const UInt64Value = message({ value: uint64(1) });
export const FilesystemUsage = message({
  timestamp: int64(1),
  fs_id: nested(2, message({ mountpoint: string(1) })),
  used_bytes: nested(3, UInt64Value),
  inodes_used: nested(4, UInt64Value),
});
export const ImageFsInfoResponse = message({ image_filesystems: nestedList(1, FilesystemUsage) });

export const ContainerStats = message({
  attributes: nested(1, message({ id: string(1), metadata: nested(2, ContainerMetadata), labels: stringMap(3), annotations: stringMap(4) })),
  cpu: nested(2, message({ timestamp: int64(1), usage_core_nano_seconds: nested(2, UInt64Value) })),
  memory: nested(
    3,
    message({
      timestamp: int64(1),
      working_set_bytes: nested(2, UInt64Value),
      usage_bytes: nested(4, UInt64Value),
      rss_bytes: nested(5, UInt64Value),
    }),
  ),
  writable_layer: nested(4, FilesystemUsage),
});
export const ListContainerStatsResponse = message({ stats: nestedList(1, ContainerStats) });

/** containerd.services.events.v1: what containerd 1.6 has in place of the CRI's GetContainerEvents. */
export const SubscribeRequest = message({ filters: stringList(1) });
const Timestamp = message({ seconds: int64(1), nanos: int32(2) });
export const Envelope = message({
  timestamp: nested(1, Timestamp),
  namespace: string(2),
  topic: string(3),
  event: nested(4, message({ type_url: string(1), value: bytes(2) })),
});
export const TaskExit = message({ container_id: string(1), id: string(2), pid: uint32(3), exit_status: uint32(4), exited_at: nested(5, Timestamp) });
