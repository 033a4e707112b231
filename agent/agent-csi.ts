import { join } from 'node:path';
import type { Registry } from 'prom-client';
import { settledBefore } from '../base/abort.ts';
import { pathExists } from '../base/path-exists.ts';
import type { CsiVolumes } from './contract/csi-volumes.ts';
import { MountError } from './contract/pod-volumes.ts';
import type { CsiSide, CsiSideOptions } from './csi/compose.ts';
import type { PluginType } from './plugin/plugin-registration.ts';
import { VOLUME_PLUGINS } from './volume/volume-plugin.ts';

export type CsiReporter = CsiSideOptions['reporter'];

/** The node's side of CSI. Its code is loaded when the first driver registers, or the first volume of one is wanted. */
export interface NodeCsi {
  readonly volumes: CsiVolumes;
  plugins(): Promise<PluginType>;
  /** Its metrics. Undefined as long as nothing is loaded. */
  metrics(): Registry | undefined;
  /** Finds what an earlier agent has left, and makes the CSINode once the node is registered. */
  begin(registered: Promise<void>, signal: AbortSignal): Promise<void>;
}

export function createNodeCsi(options: CsiSideOptions): NodeCsi {
  const { directories, nodeName, client, clock, log } = options;
  const staged = join(directories.root, 'plugins', VOLUME_PLUGINS.csi);
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
        if (!loading && !(await pathExists(directories.volume(podUid, VOLUME_PLUGINS.csi, '')))) return;
        await (await load()).volumes.tearDown(podUid);
      },
      stats: () => loaded?.volumes.stats() ?? [],
      inUse: () => (loaded ? loaded.volumes.inUse() : startedEmpty && !loading ? [] : undefined),
    },
    plugins: async () => (await load()).plugins,
    metrics: () => loaded?.metrics,
    async begin(registered, signal) {
      startedEmpty = !(await pathExists(staged));
      if (!startedEmpty) await load();
      if (!(await settledBefore(registered, signal))) return;
      const { createCsiNodeWriter } = await import('./csi/csi-node-writer.ts');
      await createCsiNodeWriter({ client, clock, nodeName })
        .initialize()
        .catch((error: unknown) => log.warn({ err: error }, 'the CSINode could not be made: it is made with the first driver'));
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
  plugins: () => Promise.reject(new Error('a simulated node has no CSI drivers')),
  metrics: () => undefined,
  begin: () => Promise.resolve(),
};
