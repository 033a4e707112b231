import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { settledBefore } from '../base/abort.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Client } from '../runtime/client/client.ts';
import type { EventRecorder } from '../runtime/observe/event-recorder.ts';
import type { CsiVolumes } from './contract/csi-volumes.ts';
import type { ObjectSource } from './contract/object-source.ts';
import type { PodDirectories } from './contract/pod-directories.ts';
import { MountError } from './contract/pod-volumes.ts';
import type { CsiSide } from './csi/compose.ts';
import type { NodeReporter } from './node/node-reporter.ts';
import type { TokenSource } from './volume/token-source.ts';

export type CsiReporter = Pick<NodeReporter, 'node' | 'check'>;

export interface NodeCsiOptions {
  readonly nodeName: string;
  readonly directories: PodDirectories;
  readonly objects: ObjectSource;
  readonly tokens: TokenSource;
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly recorder: EventRecorder;
  readonly reporter: CsiReporter;
  readonly signal: AbortSignal;
}

/** The node's side of CSI. Its code is loaded when the first driver registers, or the first volume of one is wanted. */
export interface NodeCsi {
  readonly volumes: CsiVolumes;
  /** Shows the node to drivers, and drivers to the cluster, from the moment that the node is registered until the signal aborts. */
  run(registered: Promise<void>, signal: AbortSignal): Promise<void>;
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

export function createNodeCsi(options: NodeCsiOptions): NodeCsi {
  const { directories, nodeName, client, clock, log } = options;
  const staged = join(directories.root, 'plugins', 'kubernetes.io', 'csi');
  let loading: Promise<CsiSide> | undefined;
  let loaded: CsiSide | undefined;
  /** Nothing was staged when this agent began. */
  let startedEmpty = false;
  const load = (): Promise<CsiSide> => {
    loading ??= import('./csi/compose.ts')
      .then(({ createCsiSide }) => createCsiSide(options))
      .then((side) => {
        loaded = side;
        return side;
      });
    return loading;
  };
  return {
    volumes: {
      setUp: async (wish, ending) => (await load()).volumes.setUp(wish, ending),
      follow: (podUid, name, wish) => void load().then(({ volumes }) => volumes.follow(podUid, name, wish)),
      async tearDown(podUid) {
        if (!loading && !(await exists(directories.volume(podUid, 'kubernetes.io/csi', '')))) return;
        await (await load()).volumes.tearDown(podUid);
      },
      stats: () => loaded?.volumes.stats() ?? [],
      inUse: () => (loaded ? loaded.volumes.inUse() : startedEmpty && !loading ? [] : undefined),
    },
    async run(registered, signal) {
      startedEmpty = !(await exists(staged));
      if (!startedEmpty) await load();
      if (!(await settledBefore(registered, signal))) return;
      const [{ createCsiNodeWriter }, { watchPlugins }] = await Promise.all([import('./csi/csi-node-writer.ts'), import('./csi/plugin-watcher.ts')]);
      await createCsiNodeWriter({ client, clock, nodeName })
        .initialize()
        .catch((error: unknown) => log.warn({ err: error }, 'the CSINode could not be made: it is made with the first driver'));
      const handler = {
        added: async (socket: string) => (await load()).registration.added(socket),
        removed: async (socket: string) => (await load()).registration.removed(socket),
      };
      await watchPlugins({ directory: join(directories.root, 'plugins_registry'), handler, clock, log }, signal);
    },
  };
}

/** On a simulated node, which mounts nothing. */
export const noCsi: NodeCsi = {
  volumes: {
    setUp: () => Promise.reject(new MountError('a simulated node has no CSI drivers')),
    follow: () => {},
    tearDown: () => Promise.resolve(),
    stats: () => [],
    inUse: () => undefined,
  },
  run: () => Promise.resolve(),
};
