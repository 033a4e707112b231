import { int64, message, nested, nestedList, optional, string, stringList } from '../../base/protobuf/message.ts';

/** Messages of kubelet's podresources v1, by its names and numbers. CPUs and memory are left out: no policy gives containers their own. */

export const Empty = message({});
const TopologyInfo = message({ nodes: nestedList(1, message({ ID: int64(1) })) });
const ContainerDevices = message({ resource_name: string(1), device_ids: stringList(2), topology: nested(3, TopologyInfo) });
const ClaimResource = message({
  cdi_devices: nestedList(1, message({ name: string(1) })),
  driver_name: string(2),
  pool_name: string(3),
  device_name: string(4),
  share_id: optional(string(5)),
});
const DynamicResource = message({ claim_name: string(2), claim_namespace: string(3), claim_resources: nestedList(4, ClaimResource) });
const ContainerResources = message({ name: string(1), devices: nestedList(2, ContainerDevices), dynamic_resources: nestedList(5, DynamicResource) });
export const PodResources = message({ name: string(1), namespace: string(2), containers: nestedList(3, ContainerResources) });

export const ListPodResourcesResponse = message({ pod_resources: nestedList(1, PodResources) });
export const AllocatableResourcesResponse = message({ devices: nestedList(1, ContainerDevices) });
export const GetPodResourcesRequest = message({ pod_name: string(1), pod_namespace: string(2) });
export const GetPodResourcesResponse = message({ pod_resources: nested(1, PodResources) });
