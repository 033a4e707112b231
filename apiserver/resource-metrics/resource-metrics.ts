import { nodes } from '../../api/kinds/core/node/index.ts';
import { pods } from '../../api/kinds/core/pod/index.ts';
import { nodeMetrics, podMetrics } from '../../api/kinds/metrics/index.ts';
import { errors } from '../../api/meta/status-error.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Part } from '../contract/part.ts';
import type { StorageAccess } from '../contract/storage-access.ts';
import type { KubeletTls } from '../proxy/kubelet-connection.ts';
import type { UsageLists } from './usage-lists.ts';

export interface ResourceMetricsOptions {
  readonly objects: StorageAccess;
  readonly clock: Clock;
  readonly log: Logger;
  /** The way to node agents. Without it nothing is known of any usage. */
  readonly kubelet: KubeletTls | undefined;
}

/** The names that metrics-server gives its resources in errors. */
const named = (plural: string, kind: string) => ({ group: 'metrics.k8s.io', plural, kind });

async function createLists({ objects, clock, log, kubelet }: ResourceMetricsOptions): Promise<UsageLists> {
  const [{ createUsageLists }, { createNodeReadings }, { createScrape }, { kubeletConnection }] = await Promise.all([
    import('./usage-lists.ts'),
    import('./node-readings.ts'),
    import('./scrape.ts'),
    import('../proxy/kubelet-connection.ts'),
  ]);
  const unknown = () => Promise.reject(new Error('this server has no credentials for node agents'));
  const scrape = kubelet ? createScrape(kubeletConnection(kubelet), objects, clock) : unknown;
  return createUsageLists({ objects, clock, readings: createNodeReadings({ scrape, clock, log }) });
}

/**
 * Serves metrics.k8s.io from what the node agents say, as metrics-server does, until an APIService hands the version to another server.
 * Nothing is loaded, and no node is asked, before somebody reads it.
 */
export function resourceMetrics(options: ResourceMetricsOptions): Part {
  const { objects } = options;
  let loading: Promise<UsageLists> | undefined;
  const lists = () => {
    loading ??= createLists(options);
    return loading;
  };
  return {
    name: 'resource metrics',
    collections: [
      {
        group: nodeMetrics.group,
        plural: nodeMetrics.plural,
        list: async (selection) => (await lists()).ofNodes(selection),
        async get(name) {
          const node = objects.get(nodes, { namespace: '', name });
          if (!node) throw errors.notFound(nodes, name);
          const found = await (await lists()).ofNode(node);
          if (!found) throw errors.notFound(named('nodemetrics', nodeMetrics.kind), name);
          return found;
        },
      },
      {
        group: podMetrics.group,
        plural: podMetrics.plural,
        list: async (selection) => (await lists()).ofPods(selection),
        async get(name, namespace) {
          const pod = objects.get(pods, { namespace, name });
          if (!pod) throw errors.notFound(pods, name);
          const found = await (await lists()).ofPod(pod);
          if (!found) throw errors.notFound(named('podmetrics', podMetrics.kind), `${namespace}/${name}`);
          return found;
        },
      },
    ],
  };
}
