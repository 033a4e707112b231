import type { Logger } from '../../base/log.ts';
import type { Plugin, PluginType } from '../plugin/plugin-registration.ts';
import type { CsiNodeWriter } from './csi-node-writer.ts';
import type { Driver, Drivers } from './drivers.ts';
import type { Version } from './versions.ts';
import { compareVersions, highestSupported } from './versions.ts';

export interface CsiPluginsOptions {
  readonly drivers: Drivers;
  readonly nodeWriter: CsiNodeWriter;
  readonly log: Logger;
  readonly onRegistered: (driver: Driver) => void;
}

/** CSI drivers as plugins: each is shown in the node's CSINode from its first registration to the end of its last. */
export function createCsiPlugins({ drivers, nodeWriter, log, onRegistered }: CsiPluginsOptions): PluginType {
  /** Registrations by driver: one that is replaced has two for a while. */
  const registrations = new Map<string, number>();

  const forget = async (name: string): Promise<void> => {
    drivers.remove(name);
    await nodeWriter.uninstall(name);
  };

  return {
    validate: (plugin) => void acceptedVersion(plugin, drivers.find(plugin.name)),
    async register(plugin) {
      const { name, endpoint } = plugin;
      const driver = drivers.add(name, endpoint, acceptedVersion(plugin, drivers.find(name)));
      try {
        await nodeWriter.install(name, await driver.client.info());
      } catch (error) {
        await forget(name);
        throw error;
      }
      registrations.set(name, (registrations.get(name) ?? 0) + 1);
      log.info({ driver: name, endpoint }, 'a CSI driver has registered');
      onRegistered(driver);
    },
    async deregister({ name }) {
      const left = (registrations.get(name) ?? 1) - 1;
      if (left > 0) {
        registrations.set(name, left);
        return;
      }
      registrations.delete(name);
      log.info({ driver: name }, 'a CSI driver is gone');
      await forget(name);
    },
  };
}

/** Returns the version to speak with a driver. @throws Error in kubelet's words if there is none */
function acceptedVersion({ name, endpoint, versions }: Plugin, existing: Driver | undefined): Version {
  const fault = (why: string) =>
    new Error(
      `validation failed for CSI Driver ${name} at endpoint ${endpoint}: kubernetes.io/csi: ValidatePlugin for CSI driver ${JSON.stringify(name)} failed. ${why}`,
    );
  if (versions.length === 0) throw fault('Plugin returned an empty list for supported versions');
  const version = highestSupported(versions);
  if (!version) {
    const shown = `[${versions.map((each) => JSON.stringify(each)).join(' ')}]`;
    throw fault(`None of the versions specified ${shown} are supported. err=could not find a version supported by this node`);
  }
  if (existing && compareVersions(existing.version, version) >= 0) {
    throw fault(
      `Another driver with the same name is already registered with a higher supported version: ${JSON.stringify(existing.version.join('.'))}`,
    );
  }
  return version;
}
