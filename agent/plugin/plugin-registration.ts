import type { Clock } from '../../base/clock.ts';
import type { Channel } from '../cri/channel.ts';
import { openChannel } from '../cri/channel.ts';
import { Empty, PluginInfo, RegistrationStatus } from './messages.ts';
import type { PluginHandler } from './plugin-watcher.ts';

/** A plugin as it registers. */
export interface Plugin {
  readonly name: string;
  /** The socket that it serves, as the plugin names it. */
  readonly endpoint: string;
  readonly versions: readonly string[];
}

/** The plugins of one type on this node. */
export interface PluginType {
  /** @throws Error in kubelet's words if the plugin cannot be used */
  validate(plugin: Plugin): void;
  /** @throws Error in kubelet's words */
  register(plugin: Plugin): Promise<void>;
  /** Called once for each registration, when its socket is gone. */
  deregister(plugin: Plugin): Promise<void>;
}

export interface PluginRegistrationOptions {
  /** Finds a type by its name in the registration: `CSIPlugin`. */
  readonly typeOf: (name: string) => Promise<PluginType> | undefined;
  readonly clock: Clock;
}

const INFO_TIMEOUT_MS = 10_000;
const NOTIFY_TIMEOUT_MS = 5_000;

/** Registers the plugins behind sockets, in the steps and the words of kubelet's plugin manager. */
export function createPluginRegistration({ typeOf, clock }: PluginRegistrationOptions): PluginHandler {
  const registered = new Map<string, { readonly plugin: Plugin; readonly type: PluginType }>();

  const remove = async (socketPath: string): Promise<void> => {
    const known = registered.get(socketPath);
    registered.delete(socketPath);
    await known?.type.deregister(known.plugin);
  };

  return {
    async added(socketPath) {
      const channel = openChannel(socketPath, clock);
      try {
        const info = await channel.call('/pluginregistration.Registration/GetInfo', Empty, PluginInfo, {}, INFO_TIMEOUT_MS);
        const fail = async (why: string): Promise<never> => {
          const message = `RegisterPlugin error -- ${why}`;
          await notify(channel, false, message);
          throw new Error(message);
        };
        const type = await typeOf(info.type);
        if (!type) return await fail(`no handler registered for plugin type: ${info.type} at socket ${socketPath}`);
        const plugin = { name: info.name, endpoint: info.endpoint === '' ? socketPath : info.endpoint, versions: info.supported_versions };
        try {
          type.validate(plugin);
        } catch (error) {
          return await fail(`plugin validation failed with err: ${textOf(error)}`);
        }
        await type.register(plugin).catch((error: unknown) => fail(`plugin registration failed with err: ${textOf(error)}`));
        registered.set(socketPath, { plugin, type });
        await notify(channel, true, '').catch(async (error: unknown) => {
          await remove(socketPath);
          throw error;
        });
      } finally {
        channel.close();
      }
    },
    removed: remove,
  };
}

async function notify(channel: Channel, registered: boolean, error: string): Promise<void> {
  const status = { plugin_registered: registered, error };
  await channel.call('/pluginregistration.Registration/NotifyRegistrationStatus', RegistrationStatus, Empty, status, NOTIFY_TIMEOUT_MS);
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
