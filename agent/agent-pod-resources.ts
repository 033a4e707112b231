import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Registry } from 'prom-client';
import type { Logger } from '../base/log.ts';
import { listenLazily } from './plugin/lazy-socket.ts';
import type { PodResourcesOptions, PodResourcesService } from './pod-resources/compose.ts';

export interface NodePodResourcesOptions extends PodResourcesOptions {
  /** The agent's directory, which stands in for kubelet's. */
  readonly root: string;
  readonly log: Logger;
}

/** The node's service of pod resources, for monitors on the node. Its code is loaded with the first connection. */
export interface NodePodResources {
  /** Listens until the signal aborts. Resolves once it does; never rejects. */
  begin(signal: AbortSignal): Promise<void>;
  /** Its metrics. Undefined as long as nothing is loaded. */
  metrics(): Registry | undefined;
}

const SOCKET = join('pod-resources', 'kubelet.sock');

export function createNodePodResources({ root, log, ...options }: NodePodResourcesOptions): NodePodResources {
  const path = join(root, SOCKET);
  let loading: Promise<PodResourcesService> | undefined;
  let loaded: PodResourcesService | undefined;
  const load = (signal: AbortSignal): Promise<PodResourcesService> => {
    loading ??= import('./pod-resources/compose.ts').then(({ createPodResourcesService }) => {
      loaded = createPodResourcesService(options);
      signal.addEventListener('abort', loaded.close, { once: true });
      return loaded;
    });
    return loading;
  };
  return {
    async begin(signal) {
      try {
        await mkdir(dirname(path), { recursive: true, mode: 0o750 });
        await rm(path, { force: true });
        await listenLazily(path, () => load(signal), log, signal);
      } catch (error) {
        log.error({ err: error, path }, 'pod resources cannot be asked for');
      }
    },
    metrics: () => loaded?.metrics,
  };
}
