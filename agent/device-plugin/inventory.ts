import type { Clock } from '../../base/clock.ts';
import type { PluginResources } from '../contract/plugin-devices.ts';
import type { Endpoint, PluginDevice, PluginOptions } from './endpoint.ts';
import { HEALTHY } from './messages.ts';

/** A plugin that serves a resource. */
export interface Server {
  readonly endpoint: Endpoint;
  readonly options: PluginOptions;
}

/** The changes that a list of devices has brought. */
export interface ListChange {
  /** The numbers that the node shows. */
  readonly counts: boolean;
  /** Devices that are new, or whose health is another. */
  readonly devices: readonly string[];
}

/**
 * The devices of this node by resource, as plugins have last listed them. A resource is known from the first list on. After its plugin is gone
 * all its devices count as unhealthy; five minutes later the resource is forgotten.
 */
export interface Inventory {
  isKnown(resource: string): boolean;
  /** Sorted. */
  healthy(resource: string): readonly string[];
  /** A device as it was last listed, even if its plugin is gone. */
  device(resource: string, id: string): PluginDevice | undefined;
  /** The plugin of a resource. Returns undefined if it is gone. */
  server(resource: string): Server | undefined;
  /** Whether a resource is known, or its plugin has been connected. */
  hasPlugin(resource: string): boolean;
  /** The names of the resources that an earlier agent knew: their plugins have to register anew. */
  restore(resources: Iterable<string>): void;
  /** Takes the place of an earlier plugin of the resource. */
  connected(resource: string, server: Server): void;
  listed(resource: string, devices: readonly PluginDevice[]): ListChange;
  disconnected(resource: string): void;
  /** Forgets resources whose plugins have been gone for too long, and returns whether there were any. */
  expire(): boolean;
  /** Resources that are gone are shown as 0. */
  resources(): PluginResources;
  /** The resources that are known, sorted. */
  known(): readonly string[];
  /** Healthy devices by resource. */
  registered(): Readonly<Record<string, readonly string[]>>;
}

interface Entry {
  server: Server | undefined;
  /** By the monotonic clock; undefined while a plugin serves. */
  stoppedAt: number | undefined;
  isListed: boolean;
  healthy: ReadonlySet<string>;
  unhealthy: ReadonlySet<string>;
}

/** kubelet's endpointStopGracePeriod. */
export const STOP_GRACE_MS = 5 * 60_000;

export function createInventory(clock: Clock): Inventory {
  const entries = new Map<string, Entry>();
  const lists = new Map<string, ReadonlyMap<string, PluginDevice>>();
  const gone = new Set<string>();
  const entryOf = (resource: string): Entry => {
    const entry = entries.get(resource) ?? { server: undefined, stoppedAt: undefined, isListed: false, healthy: NONE, unhealthy: NONE };
    entries.set(resource, entry);
    return entry;
  };
  const listedEntries = () => [...entries].filter(([, { isListed }]) => isListed);

  return {
    isKnown: (resource) => entries.get(resource)?.isListed ?? false,
    healthy: (resource) => [...(entries.get(resource)?.healthy ?? [])].sort(),
    device: (resource, id) => lists.get(resource)?.get(id),
    server: (resource) => entries.get(resource)?.server,
    hasPlugin: (resource) => entries.has(resource),
    restore(resources) {
      for (const resource of resources) Object.assign(entryOf(resource), { isListed: true, stoppedAt: clock.monotonic() });
    },
    connected(resource, server) {
      Object.assign(entryOf(resource), { server, stoppedAt: undefined });
    },
    listed(resource, devices) {
      const entry = entryOf(resource);
      const before = { ...entry, list: lists.get(resource) };
      const list = new Map(devices.map((device) => [device.ID, device]));
      const ids = [...list.values()];
      const healthy = new Set(ids.filter(({ health }) => health === HEALTHY).map(({ ID }) => ID));
      const unhealthy = new Set(ids.filter(({ health }) => health !== HEALTHY).map(({ ID }) => ID));
      Object.assign(entry, { isListed: true, healthy, unhealthy });
      lists.set(resource, list);
      gone.delete(resource);
      return {
        counts: !before.isListed || before.healthy.size !== healthy.size || before.unhealthy.size !== unhealthy.size,
        devices: ids.filter(({ ID, health }) => before.list?.get(ID)?.health !== health).map(({ ID }) => ID),
      };
    },
    disconnected(resource) {
      const entry = entryOf(resource);
      const unhealthy = new Set([...entry.unhealthy, ...entry.healthy]);
      Object.assign(entry, { server: undefined, stoppedAt: clock.monotonic(), healthy: NONE, unhealthy });
    },
    expire() {
      const expired = [...entries].filter(([, { stoppedAt }]) => stoppedAt !== undefined && clock.monotonic() - stoppedAt >= STOP_GRACE_MS);
      for (const [resource] of expired) {
        entries.delete(resource);
        gone.add(resource);
      }
      return expired.length > 0;
    },
    resources() {
      const zeros = [...gone].map((resource) => [resource, '0'] as const);
      const listed = listedEntries();
      return {
        capacity: Object.fromEntries([...zeros, ...listed.map(([name, { healthy, unhealthy }]) => [name, String(healthy.size + unhealthy.size)])]),
        allocatable: Object.fromEntries([...zeros, ...listed.map(([name, { healthy }]) => [name, String(healthy.size)])]),
      };
    },
    known: () =>
      listedEntries()
        .map(([resource]) => resource)
        .sort(),
    registered: () => Object.fromEntries(listedEntries().map(([name, { healthy }]) => [name, [...healthy].sort()])),
  };
}

const NONE: ReadonlySet<string> = new Set();
