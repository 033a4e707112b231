import type { Socket } from 'node:net';
import type { Registry } from 'prom-client';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { PluginDevices, PluginResources } from '../contract/plugin-devices.ts';
import type { PluginType } from '../plugin/plugin-registration.ts';
import { createAllocations } from './allocations.ts';
import { createAllocator } from './allocator.ts';
import type { SavedDevices } from './checkpoint.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { healthyDevices, heldDevices } from './device-infos.ts';
import { createDevicePluginMetrics } from './device-plugin-metrics.ts';
import { healthStatus } from './health-status.ts';
import type { ListChange } from './inventory.ts';
import { createInventory } from './inventory.ts';
import { createPlugins } from './plugins.ts';
import { createRegistrationServer } from './registration-server.ts';

export interface DevicePluginSideOptions {
  /** The agent's directory, which stands in for kubelet's. */
  readonly root: string;
  /** The directory that plugins put their sockets in. */
  readonly directory: string;
  /** The file that holds the allocations from one agent to the next. */
  readonly checkpoint: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Whether the devices of a pod are not free: it runs, is about to, or something of it is left. */
  readonly isHolder: (podUid: string) => boolean;
  /** Has the status of a pod made anew: the health of its devices has changed. */
  readonly wakePod: (podUid: string) => void;
  /** Has the node's status made anew: the resources have changed. */
  readonly reportNode: () => void;
  readonly signal: AbortSignal;
}

/** All of device plugins on one node. */
export interface DevicePluginSide {
  readonly devices: PluginDevices;
  readonly plugins: PluginType;
  readonly metrics: Registry;
  resources(): PluginResources;
  /** Serves a plugin that has connected to the agent's socket. */
  accept(connection: Socket): void;
}

const EMPTY: SavedDevices = { allocations: [], registered: {} };

/** Sets it up, with the allocations that an earlier agent has left, until the signal aborts. */
export async function createDevicePluginSide(options: DevicePluginSideOptions): Promise<DevicePluginSide> {
  const { root, directory, checkpoint, clock, log, isHolder, wakePod, reportNode, signal } = options;
  const saved = await readCheckpoint(checkpoint).catch((error: unknown) => {
    log.error({ err: error, path: checkpoint }, 'devices that an earlier agent has allocated are not known');
    return EMPTY;
  });
  const inventory = createInventory(clock);
  inventory.restore(Object.keys(saved.registered));
  const allocations = createAllocations(saved.allocations);
  const metrics = createDevicePluginMetrics(clock);
  const save = createSaver(() => writeCheckpoint(checkpoint, { allocations: allocations.all(), registered: inventory.registered() }));
  const saveSoon = (): void => void save().catch((error: unknown) => log.error({ err: error }, 'the checkpoint of devices could not be written'));

  const onList = (resource: string, { counts, devices }: ListChange): void => {
    if (devices.length > 0) for (const uid of allocations.users(resource, new Set(devices))) wakePod(uid);
    if (counts || devices.length > 0) saveSoon();
    if (counts) reportNode();
  };
  const onGone = (): void => {
    saveSoon();
    reportNode();
  };
  const plugins = createPlugins({ root, directory, inventory, clock, log, metrics, onList, onGone });
  if (Object.keys(saved.registered).length > 0) plugins.expireLater();
  const server = createRegistrationServer((request) => plugins.registerByCall(request));
  const end = (): void => {
    plugins.closeAll();
    server.close();
  };
  signal.addEventListener('abort', end, { once: true });

  return {
    devices: {
      ...createAllocator({ root, inventory, allocations, isHolder, save, metrics, log }),
      health: ({ metadata }, { name }) => healthStatus(metadata.uid, name, allocations, inventory),
      held: ({ metadata }, { name }) => heldDevices(metadata.uid, name, allocations),
      healthy: () => healthyDevices(inventory),
    },
    plugins,
    metrics: metrics.registry,
    resources: () => inventory.resources(),
    accept: (connection) => server.accept(connection),
  };
}

/** Returns a function that has `write` run once more, after the run that goes on; calls that come meanwhile share the next run. */
function createSaver(write: () => Promise<void>): () => Promise<void> {
  let running = Promise.resolve();
  let next: Promise<void> | undefined;
  return () => {
    next ??= running.then(() => {
      next = undefined;
      const run = write();
      running = run.catch(() => {});
      return run;
    });
    return next;
  };
}
