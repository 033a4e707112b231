import { bool, int32, int64, message, nested, nestedList, string, stringList, stringMap } from '../../base/protobuf/message.ts';

/** Messages of kubelet's deviceplugin v1beta1, by its names and numbers. */

export const Empty = message({});
export const DevicePluginOptions = message({ pre_start_required: bool(1), get_preferred_allocation_available: bool(2) });
export const RegisterRequest = message({
  version: string(1),
  endpoint: string(2),
  resource_name: string(3),
  options: nested(4, DevicePluginOptions),
});

export const Device = message({
  ID: string(1),
  health: string(2),
  topology: nested(3, message({ nodes: nestedList(1, message({ ID: int64(1) })) })),
});
export const ListAndWatchResponse = message({ devices: nestedList(1, Device) });

export const PreferredAllocationRequest = message({
  container_requests: nestedList(
    1,
    message({ available_deviceIDs: stringList(1), must_include_deviceIDs: stringList(2), allocation_size: int32(3) }),
  ),
});
export const PreferredAllocationResponse = message({ container_responses: nestedList(1, message({ deviceIDs: stringList(1) })) });

export const AllocateRequest = message({ container_requests: nestedList(1, message({ devices_ids: stringList(1) })) });
export const ContainerAllocateResponse = message({
  envs: stringMap(1),
  mounts: nestedList(2, message({ container_path: string(1), host_path: string(2), read_only: bool(3) })),
  devices: nestedList(3, message({ container_path: string(1), host_path: string(2), permissions: string(3) })),
  annotations: stringMap(4),
  cdi_devices: nestedList(5, message({ name: string(1) })),
});
export const AllocateResponse = message({ container_responses: nestedList(1, ContainerAllocateResponse) });

export const PreStartContainerRequest = message({ devices_ids: stringList(1) });

/** The health of a device that can be used. */
export const HEALTHY = 'Healthy';
