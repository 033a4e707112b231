import { toOwnPath } from '../contract/kubelet-directory.ts';
import type { DeviceSettings } from '../contract/plugin-devices.ts';
import type { Device, Mount } from '../contract/runtime-config.ts';
import { PROPAGATION } from '../contract/runtime-config.ts';
import type { ContainerResponse } from './endpoint.ts';

/**
 * Joins the answers of plugins for one container. Of two settings for one variable, annotation or path in the container the first one counts.
 * @param root the agent's directory: a plugin whose pod mounts kubelet's directory knows its files by that name
 */
export function deviceSettings(responses: readonly ContainerResponse[], root: string): DeviceSettings {
  const environment = new Map<string, string>();
  const annotations = new Map<string, string>();
  const mounts = new Map<string, Mount>();
  const devices = new Map<string, Device>();
  const cdiDevices = new Set<string>();
  for (const response of responses) {
    for (const [name, value] of Object.entries(response.envs)) if (!environment.has(name)) environment.set(name, value);
    for (const [name, value] of Object.entries(response.annotations)) if (!annotations.has(name)) annotations.set(name, value);
    for (const { container_path, host_path, read_only } of response.mounts) {
      if (mounts.has(container_path)) continue;
      mounts.set(container_path, { container_path, host_path: toOwnPath(host_path, root), readonly: read_only, propagation: PROPAGATION.PRIVATE });
    }
    for (const device of response.devices) if (!devices.has(device.container_path)) devices.set(device.container_path, device);
    for (const { name } of response.cdi_devices) cdiDevices.add(name);
  }
  return {
    environment,
    annotations: Object.fromEntries(annotations),
    mounts: [...mounts.values()],
    devices: [...devices.values()],
    cdiDevices: [...cdiDevices],
  };
}
