import type { Node } from '../../api/kinds/core/node/index.ts';
import { nodes } from '../../api/kinds/core/node/index.ts';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import { pods } from '../../api/kinds/core/pod/index.ts';
import type { NodeMetrics, PodMetrics } from '../../api/kinds/metrics/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { keyOf, keyText } from '../../api/meta/object.ts';
import type { Clock } from '../../base/clock.ts';
import type { ComputedSelection } from '../contract/computed-collection.ts';
import type { StorageAccess } from '../contract/storage-access.ts';
import { nodeMetricsOf, podMetricsOf } from './metrics-objects.ts';
import type { NodeReadingsCache } from './node-readings.ts';
import type { ReadingPair } from './usage.ts';
import { nodeUsage, podUsage } from './usage.ts';

export interface UsageListsOptions {
  readonly objects: StorageAccess;
  readonly readings: NodeReadingsCache;
  readonly clock: Clock;
}

/** The usage of nodes and pods, as objects. What is not known at the moment is left out. */
export interface UsageLists {
  ofNodes(selection: ComputedSelection): Promise<NodeMetrics[]>;
  ofNode(node: Live<Node>): Promise<NodeMetrics | undefined>;
  ofPods(selection: ComputedSelection): Promise<PodMetrics[]>;
  ofPod(pod: Live<Pod>): Promise<PodMetrics | undefined>;
}

/** Limits the nodes that are asked at once. */
const AT_ONCE = 32;

const isReady = ({ status }: Node): boolean => status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false;

export function createUsageLists({ objects, readings, clock }: UsageListsOptions): UsageLists {
  /** Reads the nodes of these names that are ready: one that is not would hold the answer up until its time is over. */
  async function readAll(names: Iterable<string>): Promise<ReadonlyMap<string, ReadingPair>> {
    const found = new Map<string, ReadingPair>();
    const left = [...names].filter((name) => {
      const node = objects.get(nodes, { namespace: '', name });
      return node && isReady(node);
    });
    const work = async () => {
      for (let name = left.pop(); name !== undefined; name = left.pop()) {
        const pair = await readings.of(name);
        if (pair) found.set(name, pair);
      }
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, left.length) }, work));
    return found;
  }

  async function nodeList(wanted: readonly Live<Node>[]): Promise<NodeMetrics[]> {
    const pairs = await readAll(wanted.map(({ metadata }) => metadata.name));
    return wanted.flatMap((node) => {
      const pair = pairs.get(node.metadata.name);
      const usage = pair && nodeUsage(pair);
      return usage ? [nodeMetricsOf(node, usage, clock.now())] : [];
    });
  }

  async function podList(wanted: readonly Live<Pod>[]): Promise<PodMetrics[]> {
    const running = wanted.filter(({ status, spec }) => status?.phase === 'Running' && spec?.nodeName);
    const pairs = await readAll(new Set(running.map(({ spec }) => spec?.nodeName ?? '')));
    return running.flatMap((pod) => {
      const pair = pairs.get(pod.spec?.nodeName ?? '');
      const usage = pair && podUsage(pair, keyText(keyOf(pod)));
      return usage ? [podMetricsOf(pod, usage, clock.now())] : [];
    });
  }

  return {
    ofNodes({ matches }) {
      const all = objects.list(nodes);
      return nodeList(matches ? all.filter(matches) : all);
    },
    ofNode: async (node) => (await nodeList([node]))[0],
    ofPods({ namespace, matches }) {
      const all = objects.list(pods, namespace === '' ? undefined : namespace);
      return podList(matches ? all.filter(matches) : all);
    },
    ofPod: async (pod) => (await podList([pod]))[0],
  };
}
