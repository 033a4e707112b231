import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Channel } from '../cri/channel.ts';
import { openChannel } from '../cri/channel.ts';
import type { CsiNodeWriter } from './csi-node-writer.ts';
import { textOf } from './driver-errors.ts';
import type { Driver, Drivers } from './drivers.ts';
import { Empty, PluginInfo, RegistrationStatus } from './messages.ts';
import type { PluginHandler } from './plugin-watcher.ts';
import type { Version } from './versions.ts';
import { compareVersions, highestSupported } from './versions.ts';

export interface PluginRegistrationOptions {
  readonly drivers: Drivers;
  readonly nodeWriter: CsiNodeWriter;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onRegistered: (driver: Driver) => void;
}

const CSI_PLUGIN = 'CSIPlugin';
const INFO_TIMEOUT_MS = 10_000;
const NOTIFY_TIMEOUT_MS = 5_000;

/** Registers the CSI drivers behind sockets, in the steps and the words of kubelet's plugin manager. */
export function createPluginRegistration({ drivers, nodeWriter, clock, log, onRegistered }: PluginRegistrationOptions): PluginHandler {
  const names = new Map<string, string>();

  const register = async (name: string, endpoint: string, version: Version): Promise<void> => {
    const driver = drivers.add(name, endpoint, version);
    try {
      await nodeWriter.install(name, await driver.client.info());
    } catch (error) {
      await unregister(name);
      throw error;
    }
    log.info({ driver: name, endpoint }, 'a CSI driver has registered');
    onRegistered(driver);
  };

  const unregister = async (name: string): Promise<void> => {
    drivers.remove(name);
    await nodeWriter.uninstall(name);
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
        if (info.type !== CSI_PLUGIN) return await fail(`no handler registered for plugin type: ${info.type} at socket ${socketPath}`);
        const { name, endpoint = '', supported_versions: versions } = info;
        const address = endpoint === '' ? socketPath : endpoint;
        const version = acceptedVersion(name, versions, drivers.find(name));
        if (typeof version === 'string') {
          return await fail(`plugin validation failed with err: validation failed for CSI Driver ${name} at endpoint ${address}: ${version}`);
        }
        await register(name, address, version).catch((error: unknown) => fail(`plugin registration failed with err: ${textOf(error)}`));
        names.set(socketPath, name);
        await notify(channel, true, '');
      } finally {
        channel.close();
      }
    },
    async removed(socketPath) {
      const name = names.get(socketPath);
      names.delete(socketPath);
      if (name === undefined || [...names.values()].includes(name)) return;
      log.info({ driver: name }, 'a CSI driver is gone');
      await unregister(name);
    },
  };
}

async function notify(channel: Channel, registered: boolean, error: string): Promise<void> {
  const status = { plugin_registered: registered, error };
  await channel.call('/pluginregistration.Registration/NotifyRegistrationStatus', RegistrationStatus, Empty, status, NOTIFY_TIMEOUT_MS);
}

/** Returns the version to speak with a driver; a text in kubelet's words if there is none. */
function acceptedVersion(name: string, versions: readonly string[], existing: Driver | undefined): Version | string {
  const failed = `kubernetes.io/csi: ValidatePlugin for CSI driver ${JSON.stringify(name)} failed.`;
  if (versions.length === 0) return `${failed} Plugin returned an empty list for supported versions`;
  const version = highestSupported(versions);
  if (!version) {
    const shown = `[${versions.map((each) => JSON.stringify(each)).join(' ')}]`;
    return `${failed} None of the versions specified ${shown} are supported. err=could not find a version supported by this node`;
  }
  if (existing && compareVersions(existing.version, version) >= 0) {
    return `${failed} Another driver with the same name is already registered with a higher supported version: ${JSON.stringify(existing.version.join('.'))}`;
  }
  return version;
}
