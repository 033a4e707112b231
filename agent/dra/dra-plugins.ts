import type { Clock } from '../../base/clock.ts';
import { sleep } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import { toOwnPath } from '../contract/kubelet-directory.ts';
import { RuntimeError } from '../contract/runtime.ts';
import type { Plugin, PluginType } from '../plugin/plugin-registration.ts';
import type { DraMetrics } from './dra-metrics.ts';
import type { HealthReport, PluginClient, Service } from './plugin-client.ts';
import { createPluginClient, SERVICES } from './plugin-client.ts';

export interface DraPluginsOptions {
  /** The agent's directory, which stands in for kubelet's. */
  readonly root: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: DraMetrics;
  /** Told when a driver has its first plugin that can be reached, or none any more. */
  readonly onUsable: (driver: string, isUsable: boolean) => void;
  readonly onHealth: (driver: string, report: HealthReport) => void;
  /** No plugin of the driver reports health any more. */
  readonly onHealthLost: (driver: string) => void;
}

/** The DRA drivers of this node. A driver may have several plugins at a time: an update starts the new one before the old one ends. */
export interface DraPlugins extends PluginType {
  /** Returns the newest plugin of a driver, one that can be reached if there is any. @throws Error in kubelet's words if none is registered */
  get(driver: string): PluginClient;
  closeAll(): void;
}

interface Registered {
  readonly endpoint: string;
  readonly client: PluginClient;
  readonly ending: AbortController;
  isConnected: boolean;
  /** Its health is followed: a stream is open, or will be opened again. */
  isFollowed: boolean;
  tellsHealth: boolean;
}

/** The pause between two streams of health, as kubelet has it. */
const HEALTH_RETRY_MS = 5_000;

export function createDraPlugins({ root, clock, log, metrics, ...told }: DraPluginsOptions): DraPlugins {
  const drivers = new Map<string, Registered[]>();

  const followHealth = async (driver: string, plugin: Registered): Promise<void> => {
    const { client, ending } = plugin;
    if (plugin.isFollowed) return;
    plugin.isFollowed = true;
    while (plugin.isConnected && !ending.signal.aborted) {
      plugin.tellsHealth = true;
      const end = await client.watchHealth((report) => told.onHealth(driver, report), ending.signal).catch((error: unknown) => error);
      plugin.tellsHealth = false;
      tellHealthLost(driver);
      // A plugin does not gain the service before it starts anew.
      if (end instanceof RuntimeError && end.code === 'Unimplemented') break;
      if (end !== undefined) log.debug({ err: end, driver }, 'the stream of device health has broken');
      await sleep(clock, HEALTH_RETRY_MS, ending.signal);
    }
    plugin.isFollowed = false;
  };

  const tellHealthLost = (driver: string): void => {
    if (!drivers.get(driver)?.some((plugin) => plugin.tellsHealth)) told.onHealthLost(driver);
  };

  const connectionChanged = (driver: string, plugin: Registered, isConnected: boolean): void => {
    if (plugin.ending.signal.aborted) return;
    plugin.isConnected = isConnected;
    tellUsable(driver);
    if (isConnected) void followHealth(driver, plugin);
  };

  const tellUsable = (driver: string): void => told.onUsable(driver, drivers.get(driver)?.some((plugin) => plugin.isConnected) ?? false);

  const close = (plugin: Registered): void => {
    plugin.ending.abort();
    plugin.client.close();
  };

  return {
    get(driver) {
      const plugins = drivers.get(driver) ?? [];
      const plugin = plugins.findLast(({ isConnected }) => isConnected) ?? plugins.at(-1);
      if (!plugin) throw new Error(`DRA driver ${driver} is not registered`);
      return plugin.client;
    },
    validate: (plugin) => void chosenService(plugin),
    async register(plugin) {
      const { name, endpoint } = plugin;
      const service = chosenService(plugin);
      const plugins = drivers.get(name) ?? [];
      if (plugins.some((other) => other.endpoint === endpoint)) {
        throw new Error(`endpoint ${endpoint} already registered for DRA driver plugin ${name}`);
      }
      const client = createPluginClient({ driver: name, socketPath: toOwnPath(endpoint, root), service, clock, metrics });
      const added: Registered = { endpoint, client, ending: new AbortController(), isConnected: false, isFollowed: false, tellsHealth: false };
      drivers.set(name, [...plugins, added]);
      log.info({ driver: name, endpoint, service }, 'a DRA plugin has registered');
      client.keepConnected((isConnected) => connectionChanged(name, added, isConnected));
    },
    async deregister({ name, endpoint }) {
      const plugins = drivers.get(name) ?? [];
      const gone = plugins.find((plugin) => plugin.endpoint === endpoint);
      if (!gone) return;
      const left = plugins.filter((plugin) => plugin !== gone);
      if (left.length > 0) drivers.set(name, left);
      else drivers.delete(name);
      close(gone);
      log.info({ driver: name, endpoint }, 'a DRA plugin is gone');
      tellUsable(name);
      tellHealthLost(name);
    },
    closeAll() {
      for (const plugins of drivers.values()) for (const plugin of plugins) close(plugin);
      drivers.clear();
    },
  };
}

/** Returns the first of the plugin's services that kubelet speaks. @throws Error in kubelet's words if there is none */
function chosenService({ name, endpoint, versions }: Plugin): Service {
  const fault = (why: string) => new Error(`invalid supported gRPC versions of DRA driver plugin ${name} at endpoint ${endpoint}: ${why}`);
  if (versions.length === 0) throw fault('empty list of supported gRPC services (aka supported versions)');
  for (const version of versions) for (const service of SERVICES) if (version === service) return service;
  const quoted = (texts: readonly string[]) => `[${texts.map((text) => JSON.stringify(text)).join(' ')}]`;
  throw fault(`none of services supported by the plugin (${quoted(versions)}) are supported by the kubelet (${quoted(SERVICES)})`);
}
