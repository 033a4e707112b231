import { join } from 'node:path';
import type { Registry } from 'prom-client';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { NodeCsi } from './agent-csi.ts';
import type { NodeDevicePlugins } from './agent-device-plugins.ts';
import type { NodeDra } from './agent-dra.ts';

export interface NodePluginsOptions {
  /** The agent's directory, which stands in for kubelet's. */
  readonly root: string;
  readonly csi: NodeCsi;
  readonly dra: NodeDra;
  readonly devicePlugins: NodeDevicePlugins;
  readonly registry: Registry | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Shows the node to plugins, and plugins to the cluster, from the moment that the node is registered until the signal aborts. */
export async function runPlugins(
  { root, csi, dra, devicePlugins, registry, clock, log }: NodePluginsOptions,
  registered: Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all([csi.begin(registered, signal), dra.begin(registered, signal)]);
  if (signal.aborted) return;
  const [{ createPluginRegistration }, { watchPlugins }] = await Promise.all([
    import('./plugin/plugin-registration.ts'),
    import('./plugin/plugin-watcher.ts'),
  ]);
  const types = new Map([
    ['CSIPlugin', csi.plugins],
    ['DRAPlugin', dra.plugins],
    ['DevicePlugin', devicePlugins.plugins],
  ]);
  const handler = createPluginRegistration({ typeOf: (name) => types.get(name)?.(), clock });
  await watchPlugins({ directory: join(root, 'plugins_registry'), handler, registry, clock, log }, signal);
}
