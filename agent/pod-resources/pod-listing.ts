import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import type { Container } from '../../api/pod/container/container.ts';
import type { InputOf } from '../../base/protobuf/message.ts';
import type { PodDevices } from '../contract/node-parts.ts';
import type { ClaimInfo, PluginDeviceInfo } from '../contract/pod-resources.ts';
import type { AllocatableResourcesResponse, PodResources } from './messages.ts';

type ListedPod = InputOf<typeof PodResources>;
type ListedDevices = NonNullable<InputOf<typeof AllocatableResourcesResponse>['devices']>;

/** Returns the resources of a pod's containers, sidecars among them; other init containers are left out, as in kubelet. */
export function listedPod(pod: Live<Pod>, devices: PodDevices): ListedPod {
  const { metadata, spec } = pod;
  const sidecars = (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  const containers = [...sidecars, ...(spec?.containers ?? [])].map((container) => listedContainer(pod, container, devices));
  return { name: metadata.name, namespace: metadata.namespace ?? '', containers };
}

const listedContainer = (pod: Live<Pod>, container: Container, { pluginDevices, dynamicResources }: PodDevices) => ({
  name: container.name,
  devices: listedDevices(pluginDevices.held(pod, container)),
  dynamic_resources: dynamicResources.held(pod, container).map(listedClaim),
});

/** Returns an entry per device, and for a device that is near several NUMA nodes one for each of these. */
export const listedDevices = (devices: readonly PluginDeviceInfo[]): ListedDevices =>
  devices.flatMap(({ resource, id, numaNodes }) => {
    const entry = { resource_name: resource, device_ids: [id] };
    return numaNodes.length === 0 ? [entry] : numaNodes.map((ID) => ({ ...entry, topology: { nodes: [{ ID }] } }));
  });

const listedClaim = ({ name, namespace, devices }: ClaimInfo) => ({
  claim_name: name,
  claim_namespace: namespace,
  claim_resources: devices.map(({ driver, pool, device, shareId, cdiDevices }) => ({
    cdi_devices: cdiDevices.map((cdi) => ({ name: cdi })),
    driver_name: driver,
    pool_name: pool,
    device_name: device,
    share_id: shareId,
  })),
});
