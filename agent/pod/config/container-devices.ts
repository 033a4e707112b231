import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Container } from '../../../api/pod/container/container.ts';
import type { PodDevices } from '../../contract/node-parts.ts';
import type { DeviceSettings } from '../../contract/plugin-devices.ts';

/** Joins what a container gets by its ResourceClaims and from device plugins. @throws Error in kubelet's words */
export async function containerDevices(
  { dynamicResources, pluginDevices }: PodDevices,
  pod: Live<Pod>,
  container: Container,
): Promise<DeviceSettings> {
  const [claimed, settings] = await Promise.all([dynamicResources.devices(pod, container), pluginDevices.settings(pod, container)]);
  return { ...settings, cdiDevices: [...claimed, ...settings.cdiDevices] };
}
