import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import type { Container } from '../../api/pod/container/container.ts';
import type { Logger } from '../../base/log.ts';
import type { DeviceSettings, PluginDevices } from '../contract/plugin-devices.ts';
import type { Allocation, Allocations } from './allocations.ts';
import { NO_NUMA_NODE } from './allocations.ts';
import { chooseDevices } from './device-choice.ts';
import type { DevicePluginMetrics } from './device-plugin-metrics.ts';
import { deviceSettings } from './device-settings.ts';
import type { Inventory } from './inventory.ts';
import { deviceContainers, extendedLimits, reusableDevices } from './pod-resources.ts';

export interface AllocatorOptions {
  /** The agent's directory, which stands in for kubelet's. */
  readonly root: string;
  readonly inventory: Inventory;
  readonly allocations: Allocations;
  /** Whether the devices of a pod are not free: it runs, is about to, or something of it is left. */
  readonly isHolder: (podUid: string) => boolean;
  /** Writes to disk which devices belong to whom. */
  readonly save: () => Promise<void>;
  readonly metrics: DevicePluginMetrics;
  readonly log: Logger;
}

/** Gives containers the devices of plugins, a pod at a time, as kubelet admits pods. */
export function createAllocator(options: AllocatorOptions): Pick<PluginDevices, 'concerns' | 'allocate' | 'settings'> {
  const { root, inventory, allocations, isHolder, save, metrics, log } = options;
  let last = Promise.resolve();
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  };
  const isOfPlugin = (resource: string): boolean => inventory.isKnown(resource) || allocations.isAllocated(resource);
  const limits = (pod: Pod, container: Container) => extendedLimits(pod, container).filter(([resource]) => isOfPlugin(resource));

  /** Returns the devices to allocate; none if the container has what it needs. */
  const choose = async (pod: Live<Pod>, container: Container, resource: string, size: number): Promise<readonly string[]> => {
    const { uid } = pod.metadata;
    const owned = allocations.devices(uid, container.name, resource);
    if (owned && owned.length !== size) {
      throw new Error(
        `pod ${quoted(uid)} container ${quoted(container.name)} changed request for resource ${quoted(resource)} from ${owned.length} to ${size}`,
      );
    }
    if (!inventory.isKnown(resource)) throw new Error(`cannot allocate unregistered device ${resource}`);
    const healthy = inventory.healthy(resource);
    if (healthy.length === 0) throw new Error(`no healthy devices present; cannot allocate unhealthy devices ${resource}`);
    if (owned && !owned.every((id) => healthy.includes(id))) {
      throw new Error(`previously allocated devices are no longer healthy; cannot allocate unhealthy devices ${resource}`);
    }
    if (owned || size === 0) return [];
    return chooseDevices({
      resource,
      size,
      reusable: reusableDevices(pod, container, resource, allocations),
      healthy,
      inUse: allocations.inUse(resource),
      prefer: (available, mustInclude) => prefer(resource, available, mustInclude, size),
    });
  };

  const prefer = async (resource: string, available: readonly string[], mustInclude: readonly string[], size: number): Promise<readonly string[]> => {
    const server = inventory.server(resource);
    if (!server) throw new Error(`endpoint not found in cache for a registered resource: ${resource}`);
    if (!server.options.get_preferred_allocation_available) return [];
    return server.endpoint.prefer(available, mustInclude, size).catch((error: unknown) => {
      throw new Error(`device plugin GetPreferredAllocation rpc failed with err: ${textOf(error)}`);
    });
  };

  /** Returns whether there is anything new to save. */
  const allocateContainer = async (pod: Live<Pod>, container: Container): Promise<boolean> => {
    let hasChanged = false;
    for (const [resource, size] of limits(pod, container)) {
      const ids = await choose(pod, container, resource, size);
      if (ids.length === 0) continue;
      const server = inventory.server(resource);
      if (!server) throw new Error(`unknown Device Plugin ${resource}`);
      const response = await metrics.allocation(resource, () => server.endpoint.allocate(ids));
      const devices = byNumaNode(ids, (id) => inventory.device(resource, id)?.topology?.nodes.map(({ ID }) => ID) ?? []);
      allocations.put({ podUid: pod.metadata.uid, container: container.name, resource, devices, response });
      log.info({ pod: pod.metadata.name, container: container.name, resource, devices: ids }, 'devices have been allocated');
      hasChanged = true;
    }
    return hasChanged;
  };

  const allocateAll = (pod: Live<Pod>, containers: readonly Container[]): Promise<void> =>
    inTurn(async () => {
      allocations.keepOnly((uid) => uid === pod.metadata.uid || isHolder(uid));
      let hasChanged = false;
      for (const container of containers) if (await allocateContainer(pod, container)) hasChanged = true;
      if (hasChanged) await save();
    });

  const preStart = async (podUid: string, container: string, resource: string): Promise<void> => {
    if (!inventory.hasPlugin(resource)) throw new Error(`endpoint not found in cache for a registered resource: ${resource}`);
    const server = inventory.server(resource);
    if (!server?.options.pre_start_required) return;
    const devices = allocations.devices(podUid, container, resource);
    if (!devices) throw new Error(`no devices found allocated in local cache for pod ${podUid}, container ${container}, resource ${resource}`);
    await server.endpoint.preStart(devices).catch((error: unknown) => {
      throw new Error(`device plugin PreStartContainer rpc failed with err: ${textOf(error)}`);
    });
  };

  return {
    concerns: (pod) => deviceContainers(pod).some((container) => limits(pod, container).length > 0),
    allocate: (pod) => allocateAll(pod, deviceContainers(pod)),
    async settings(pod, container): Promise<DeviceSettings> {
      const { uid } = pod.metadata;
      const wanted = limits(pod, container).filter(([, size]) => size > 0);
      for (const [resource] of wanted) await preStart(uid, container.name, resource);
      // A plugin may have registered after the pod was admitted.
      const isComplete = wanted.every(([resource]) => allocations.devices(uid, container.name, resource));
      if (!isComplete && isHolder(uid)) await allocateAll(pod, [container]);
      return deviceSettings(
        allocations.of(uid, container.name).map(([, { response }]) => response),
        root,
      );
    },
  };
}

function byNumaNode(ids: readonly string[], nodesOf: (id: string) => readonly number[]): Allocation['devices'] {
  const devices: Record<string, string[]> = {};
  for (const id of ids) {
    const nodes = nodesOf(id);
    for (const node of nodes.length === 0 ? [NO_NUMA_NODE] : nodes) {
      devices[node] ??= [];
      devices[node].push(id);
    }
  }
  return devices;
}

const quoted = (text: string): string => JSON.stringify(text);
const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
