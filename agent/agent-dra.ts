import { join } from 'node:path';
import type { Registry } from 'prom-client';
import { settledBefore, settledWithin } from '../base/abort.ts';
import { pathExists } from '../base/path-exists.ts';
import type { DynamicResources } from './contract/dynamic-resources.ts';
import { DynamicResourcesError, hasClaims } from './contract/dynamic-resources.ts';
import type { DraSide, DraSideOptions } from './dra/compose.ts';
import type { PluginType } from './plugin/plugin-registration.ts';
import { noDynamicResources } from './simulated/simulated-parts.ts';

/** The node's side of dynamic resource allocation. Its code is loaded when the first driver registers, or a pod has claims. */
export interface NodeDra {
  readonly resources: DynamicResources;
  plugins(): Promise<PluginType>;
  /** Finds what an earlier agent has left, and deletes the ResourceSlices of its drivers: those that are still there publish theirs anew. */
  begin(registered: Promise<void>, signal: AbortSignal): Promise<void>;
  /** Unprepares claims of pods that the node no longer knows. */
  reconcile(isKnown: (podUid: string) => boolean): Promise<void>;
  /** Its metrics. Undefined as long as nothing is loaded. */
  metrics(): Registry | undefined;
}

/** kubelet's name of the file that holds prepared claims. */
const CHECKPOINT = 'dra_manager_state';
const WIPING_MS = 2_000;

export function createNodeDra(given: Omit<DraSideOptions, 'checkpoint'>): NodeDra {
  const { root, log } = given;
  const options = { ...given, checkpoint: join(root, CHECKPOINT) };
  let loading: Promise<DraSide> | undefined;
  let loaded: DraSide | undefined;
  const load = (): Promise<DraSide> => {
    loading ??= import('./dra/compose.ts')
      .then(({ createDraSide }) => createDraSide(options))
      .then(
        (side) => {
          loaded = side;
          return side;
        },
        (error: unknown) => {
          // Somebody may put the file right.
          loading = undefined;
          throw new DynamicResourcesError(error instanceof Error ? error.message : String(error));
        },
      );
    return loading;
  };
  return {
    resources: {
      prepare: async (pod) => (hasClaims(pod) ? (await load()).resources.prepare(pod) : undefined),
      devices: async (pod, container) => (hasClaims(pod) ? (await load()).resources.devices(pod, container) : []),
      unprepare: async (pod) => (hasClaims(pod) ? (await load()).resources.unprepare(pod) : undefined),
      health: (pod, container) => loaded?.resources.health(pod, container) ?? [],
      held: (pod, container) => loaded?.resources.held(pod, container) ?? [],
    },
    plugins: async () => (await load()).plugins,
    async begin(registered, signal) {
      if (await pathExists(options.checkpoint)) {
        await load().catch((error: unknown) => log.error({ err: error }, 'prepared claims of an earlier agent are not known'));
      }
      if (!(await settledBefore(registered, signal))) return;
      const { wipeSlices } = await import('./dra/slice-wiping.ts');
      // Before drivers register and publish theirs, if the server answers soon.
      await settledWithin(options.clock, WIPING_MS, wipeSlices(options, undefined, signal));
    },
    reconcile: async (isKnown) => loaded?.reconcile(isKnown),
    metrics: () => loaded?.metrics,
  };
}

/** On a simulated node: claims count as prepared at once. */
export const noDra: NodeDra = {
  resources: noDynamicResources,
  plugins: () => Promise.reject(new Error('a simulated node has no DRA drivers')),
  begin: () => Promise.resolve(),
  reconcile: () => Promise.resolve(),
  metrics: () => undefined,
};
