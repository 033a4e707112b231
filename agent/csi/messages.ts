import { bool, enumeration, int64, message, nested, nestedList, string, stringList, stringMap } from '../../base/protobuf/message.ts';

/** Messages of csi.v1 (github.com/container-storage-interface/spec) that a node speaks. */

export const Empty = message({});

export const ACCESS_MODE = {
  SINGLE_NODE_WRITER: 1,
  SINGLE_NODE_READER_ONLY: 2,
  MULTI_NODE_READER_ONLY: 3,
  MULTI_NODE_SINGLE_WRITER: 4,
  MULTI_NODE_MULTI_WRITER: 5,
  SINGLE_NODE_SINGLE_WRITER: 6,
  SINGLE_NODE_MULTI_WRITER: 7,
} as const;

export const NODE_CAPABILITY = {
  STAGE_UNSTAGE_VOLUME: 1,
  GET_VOLUME_STATS: 2,
  EXPAND_VOLUME: 3,
  VOLUME_CONDITION: 4,
  SINGLE_NODE_MULTI_WRITER: 5,
  VOLUME_MOUNT_GROUP: 6,
} as const;

export const USAGE_UNIT = { BYTES: 1, INODES: 2 } as const;

export const VolumeCapability = message({
  block: nested(1, Empty),
  mount: nested(2, message({ fs_type: string(1), mount_flags: stringList(2), volume_mount_group: string(3) })),
  access_mode: nested(3, message({ mode: enumeration(1) })),
});

export const Topology = message({ segments: stringMap(1) });
export const NodeGetInfoResponse = message({ node_id: string(1), max_volumes_per_node: int64(2), accessible_topology: nested(3, Topology) });
export const NodeGetCapabilitiesResponse = message({
  capabilities: nestedList(1, message({ rpc: nested(1, message({ type: enumeration(1) })) })),
});

export const NodeStageVolumeRequest = message({
  volume_id: string(1),
  publish_context: stringMap(2),
  staging_target_path: string(3),
  volume_capability: nested(4, VolumeCapability),
  secrets: stringMap(5),
  volume_context: stringMap(6),
});
export const NodeUnstageVolumeRequest = message({ volume_id: string(1), staging_target_path: string(2) });

export const NodePublishVolumeRequest = message({
  volume_id: string(1),
  publish_context: stringMap(2),
  staging_target_path: string(3),
  target_path: string(4),
  volume_capability: nested(5, VolumeCapability),
  readonly: bool(6),
  secrets: stringMap(7),
  volume_context: stringMap(8),
});
export const NodeUnpublishVolumeRequest = message({ volume_id: string(1), target_path: string(2) });

const CapacityRange = message({ required_bytes: int64(1), limit_bytes: int64(2) });
export const NodeExpandVolumeRequest = message({
  volume_id: string(1),
  volume_path: string(2),
  capacity_range: nested(3, CapacityRange),
  staging_target_path: string(4),
  volume_capability: nested(5, VolumeCapability),
  secrets: stringMap(6),
});
export const NodeExpandVolumeResponse = message({ capacity_bytes: int64(1) });

export const NodeGetVolumeStatsRequest = message({ volume_id: string(1), volume_path: string(2), staging_target_path: string(3) });
export const NodeGetVolumeStatsResponse = message({
  usage: nestedList(1, message({ available: int64(1), total: int64(2), used: int64(3), unit: enumeration(4) })),
  volume_condition: nested(2, message({ abnormal: bool(1), message: string(2) })),
});
