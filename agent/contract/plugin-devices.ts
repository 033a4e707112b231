import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import type { Container } from '../../api/pod/container/container.ts';
import type { ResourceStatus } from '../../api/pod/container/container-status.ts';
import type { PluginDeviceInfo } from './pod-resources.ts';
import type { Device, Mount } from './runtime-config.ts';

/** The settings by which a container gets its devices. */
export interface DeviceSettings {
  readonly environment: ReadonlyMap<string, string>;
  readonly mounts: readonly Mount[];
  readonly devices: readonly Device[];
  readonly annotations: Readonly<Record<string, string>>;
  /** Devices by their CDI names. */
  readonly cdiDevices: readonly string[];
}

export const NO_DEVICE_SETTINGS: DeviceSettings = { environment: new Map(), mounts: [], devices: [], annotations: {}, cdiDevices: [] };

/** The devices that pods have by the extended resources of device plugins. */
export interface PluginDevices {
  /** Whether a container of the pod asks for a resource of which a device plugin on this node is known. */
  concerns(pod: Pod): boolean;
  /** Gives the containers of a pod their devices, before the node takes it; safe to repeat. @throws Error in kubelet's words */
  allocate(pod: Live<Pod>): Promise<void>;
  /** Returns what a container that is about to be started gets, after its plugins have made it ready. @throws Error in kubelet's words */
  settings(pod: Live<Pod>, container: Container): Promise<DeviceSettings>;
  /** The health of the devices of a container, as its status shows it. */
  health(pod: Live<Pod>, container: Container): readonly ResourceStatus[];
  /** The devices that a container has. */
  held(pod: Live<Pod>, container: Container): readonly PluginDeviceInfo[];
  /** All devices of the node that can be used, whether they are free or not. */
  healthy(): readonly PluginDeviceInfo[];
}

/** The resources that device plugins add to a node. */
export interface PluginResources {
  readonly capacity: Readonly<Record<string, string>>;
  readonly allocatable: Readonly<Record<string, string>>;
}
