import type { Clock } from '../../base/clock.ts';
import { isKubeletPath, toKubeletPath, toOwnPath } from '../contract/kubelet-directory.ts';
import type { CsiMetrics } from './csi-metrics.ts';
import type { DriverClient } from './driver-client.ts';
import { createDriverClient } from './driver-client.ts';
import type { Version } from './versions.ts';

/** A driver that has registered with this node. */
export interface Driver {
  readonly name: string;
  readonly client: DriverClient;
  readonly version: Version;
  /** Returns a path of this node as the driver is to be told it. */
  readonly pathFor: (path: string) => string;
}

/** The drivers of this node by name. */
export interface Drivers {
  /** @throws Error in kubelet's words if no driver of the name is registered */
  get(name: string): Driver;
  find(name: string): Driver | undefined;
  all(): readonly Driver[];
  /** Takes the place of a driver of the same name. */
  add(name: string, endpoint: string, version: Version): Driver;
  remove(name: string): void;
  closeAll(): void;
}

/** @param root the agent's directory, which stands in for kubelet's */
export function createDrivers(root: string, clock: Clock, metrics: Pick<CsiMetrics, 'call'>): Drivers {
  const drivers = new Map<string, Driver>();
  const remove = (name: string) => {
    drivers.get(name)?.client.close();
    drivers.delete(name);
  };
  return {
    get(name) {
      const driver = drivers.get(name);
      if (!driver) throw new Error(`driver name ${name} not found in the list of registered CSI drivers`);
      return driver;
    },
    find: (name) => drivers.get(name),
    all: () => [...drivers.values()],
    add(name, endpoint, version) {
      remove(name);
      // A driver whose pod mounts kubelet's directory knows its files by that name: it is told paths as it tells its own.
      const pathFor = isKubeletPath(endpoint) ? (path: string) => toKubeletPath(path, root) : (path: string) => path;
      const client = createDriverClient({ driver: name, socketPath: toOwnPath(endpoint, root), clock, metrics });
      const driver: Driver = { name, version, pathFor, client };
      drivers.set(name, driver);
      return driver;
    },
    remove,
    closeAll() {
      for (const name of [...drivers.keys()]) remove(name);
    },
  };
}
