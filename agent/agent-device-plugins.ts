import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Registry } from 'prom-client';
import { pathExists } from '../base/path-exists.ts';
import type { PluginDevices, PluginResources } from './contract/plugin-devices.ts';
import { NO_DEVICE_SETTINGS } from './contract/plugin-devices.ts';
import type { DevicePluginSide, DevicePluginSideOptions } from './device-plugin/compose.ts';
import { listenLazily } from './plugin/lazy-socket.ts';
import type { PluginType } from './plugin/plugin-registration.ts';
import { noPluginDevices } from './simulated/simulated-parts.ts';

/** The node's side of device plugins. Its code is loaded when the first plugin connects or registers, or if an earlier agent had any. */
export interface NodeDevicePlugins {
  readonly devices: PluginDevices;
  plugins(): Promise<PluginType>;
  /** Finds what an earlier agent has left and listens for plugins until the signal aborts. Resolves once it does; never rejects. */
  begin(signal: AbortSignal): Promise<void>;
  /** The resources that plugins add to the node, from `begin` on. */
  resources(): Promise<PluginResources>;
  /** Whether no agent has run here before: what the API knows of the node's extended resources is not true any more. */
  isNewNode(): Promise<boolean>;
  /** Its metrics. Undefined as long as nothing is loaded. */
  metrics(): Registry | undefined;
}

/** kubelet's names, in its directory of device plugins. */
const DIRECTORY = 'device-plugins';
const SOCKET = 'kubelet.sock';
const CHECKPOINT = 'kubelet_internal_checkpoint';
/** An empty file that shows that an agent has run here. Its name is not `DEPRECATION`, at which plugins of some versions give up registering by call. */
const HAS_RUN = 'agent-has-run';

const NO_RESOURCES: PluginResources = { capacity: {}, allocatable: {} };

export function createNodeDevicePlugins(given: Omit<DevicePluginSideOptions, 'checkpoint' | 'directory'>): NodeDevicePlugins {
  const { root, log } = given;
  const directory = join(root, DIRECTORY);
  const options = { ...given, directory, checkpoint: join(directory, CHECKPOINT) };
  let loading: Promise<DevicePluginSide> | undefined;
  let loaded: DevicePluginSide | undefined;
  const load = (): Promise<DevicePluginSide> => {
    loading ??= import('./device-plugin/compose.ts')
      .then(({ createDevicePluginSide }) => createDevicePluginSide(options))
      .then((side) => {
        loaded = side;
        return side;
      });
    return loading;
  };
  const isNew = readdir(directory).then(
    (names) => names.length === 0,
    (error: NodeJS.ErrnoException) => error.code === 'ENOENT',
  );
  const begun = Promise.withResolvers<void>();

  return {
    devices: {
      concerns: (pod) => loaded?.devices.concerns(pod) ?? false,
      allocate: async (pod) => loaded?.devices.allocate(pod),
      settings: async (pod, container) => (loaded ? loaded.devices.settings(pod, container) : NO_DEVICE_SETTINGS),
      health: (pod, container) => loaded?.devices.health(pod, container) ?? [],
      held: (pod, container) => loaded?.devices.held(pod, container) ?? [],
      healthy: () => loaded?.devices.healthy() ?? [],
    },
    plugins: async () => (await load()).plugins,
    async begin(signal) {
      await isNew;
      try {
        await mkdir(directory, { recursive: true, mode: 0o750 });
        // Plugins watch their sockets, and register anew when these are gone.
        await removeSockets(directory);
        await writeFile(join(directory, HAS_RUN), '');
        if (await pathExists(options.checkpoint)) await load();
        await listenLazily(join(directory, SOCKET), load, log, signal);
      } catch (error) {
        log.error({ err: error, directory }, 'device plugins cannot register');
      }
      begun.resolve();
    },
    async resources() {
      await begun.promise;
      return loaded?.resources() ?? NO_RESOURCES;
    },
    isNewNode: () => isNew,
    metrics: () => loaded?.metrics,
  };
}

async function removeSockets(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    if ((await stat(path).catch(() => undefined))?.isSocket()) await rm(path, { force: true });
  }
}

/** On a simulated node. */
export const noDevicePlugins: NodeDevicePlugins = {
  devices: noPluginDevices,
  plugins: () => Promise.reject(new Error('a simulated node has no device plugins')),
  begin: () => Promise.resolve(),
  resources: () => Promise.resolve(NO_RESOURCES),
  isNewNode: () => Promise.resolve(false),
  metrics: () => undefined,
};
