import type { Registry } from 'prom-client';
import type { Node } from '../../api/kinds/core/node/index.ts';
import type { Live } from '../../api/meta/object.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { EventRecorder } from '../../runtime/observe/event-recorder.ts';
import type { CsiVolumes } from '../contract/csi-volumes.ts';
import type { ObjectSource } from '../contract/object-source.ts';
import type { PodDirectories } from '../contract/pod-directories.ts';
import type { PluginType } from '../plugin/plugin-registration.ts';
import type { StorageMetrics } from '../volume/storage-metrics.ts';
import type { TokenSource } from '../volume/token-source.ts';
import { createCsiMetrics } from './csi-metrics.ts';
import { createCsiNodeWriter } from './csi-node-writer.ts';
import { createCsiPlugins } from './csi-plugins.ts';
import { createCsiVolumes } from './csi-volumes.ts';
import { createDrivers } from './drivers.ts';
import { keepUp } from './upkeep.ts';
import { volumePaths } from './volume-paths.ts';

export interface CsiSideOptions {
  readonly nodeName: string;
  readonly directories: PodDirectories;
  readonly objects: ObjectSource;
  readonly tokens: TokenSource;
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly recorder: EventRecorder;
  readonly reporter: { node(): Live<Node> | undefined; check(): void };
  readonly storage: StorageMetrics;
  readonly signal: AbortSignal;
}

/** All of CSI on one node. */
export interface CsiSide {
  readonly volumes: CsiVolumes;
  readonly plugins: PluginType;
  readonly metrics: Registry;
}

/** Sets it up, with the volumes that an earlier agent has left, and keeps them until the signal aborts. */
export async function createCsiSide(options: CsiSideOptions): Promise<CsiSide> {
  const { nodeName, directories, objects, tokens, client, clock, log, recorder, reporter, storage, signal } = options;
  const metrics = createCsiMetrics(clock);
  const drivers = createDrivers(directories.root, clock, metrics);
  signal.addEventListener('abort', () => drivers.closeAll(), { once: true });
  const nodeWriter = createCsiNodeWriter({ client, clock, nodeName });
  const volumes = await createCsiVolumes({
    nodeName,
    paths: volumePaths(directories),
    pods: directories.pods,
    drivers,
    metrics,
    storage,
    objects,
    tokens,
    client,
    clock,
    log,
    recorder,
    reportedInUse: () => reporter.node()?.status?.volumesInUse ?? [],
    reportNode: () => reporter.check(),
  });
  const plugins = createCsiPlugins({
    drivers,
    nodeWriter,
    log,
    // Takes from the node what it could not without this driver.
    onRegistered: () => void volumes.sweep(),
  });
  void keepUp({ drivers, volumes, nodeWriter, objects, clock, log }, signal);
  return { volumes, plugins, metrics: metrics.registry };
}
