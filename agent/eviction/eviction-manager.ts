import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { sleep } from '../../base/clock.ts';
import type { Surroundings } from '../contract/node-parts.ts';
import { nodeReference } from '../contract/node-reference.ts';
import { isCritical } from '../pod/manager/critical-pods.ts';
import type { PodManager } from '../pod/manager/pod-manager.ts';
import { shortageText } from './eviction-text.ts';
import { hasStorageLimit, storageExcess } from './local-storage.ts';
import type { EvictionSettings, NodePressure } from './node-pressure.ts';
import type { NodeSignals } from './node-signals.ts';
import { readNodeSignals } from './node-signals.ts';
import type { UsageNode } from './pod-usage.ts';
import { readPodUse } from './pod-usage.ts';
import type { Observations } from './pressure.ts';
import { isCrossed, mostUrgent, resourceOf } from './pressure.ts';
import { ranked } from './ranking.ts';
import type { Threshold } from './threshold.ts';

export interface EvictionManagerOptions {
  readonly node: UsageNode & Pick<Surroundings, 'clock' | 'log' | 'recorder'>;
  /** Bytes that all pods together may have. Undefined if that is all that the machine has. */
  readonly memoryLimit: number | undefined;
  readonly nodeName: string;
  readonly settings: EvictionSettings;
  readonly pressure: NodePressure;
  readonly pods: Pick<PodManager, 'active' | 'isOver' | 'evict'>;
  /** Frees what nobody uses before pods are evicted for the disk: dead containers, unused images. */
  readonly reclaim: () => Promise<void>;
  /** Called when the conditions of the node have changed. */
  readonly onConditions: () => void;
  /** Called for each pod evicted, with the signal that kubelet's metric names. */
  readonly onEviction: (signal: string) => void;
  /** Called for each shortage by which pods are ranked for eviction, with the age of what was read of it in seconds. */
  readonly onRanking: (signal: string, ageSeconds: number) => void;
  /** Reads the machine; injected in tests. */
  readonly signals?: () => Promise<NodeSignals>;
  /** Reads pods' use; injected in tests. */
  readonly usage?: typeof readPodUse;
}

/** Kubelet's monitoring interval, podCleanupTimeout and podCleanupPollFreq. */
const INTERVAL_MS = 10_000;
const CLEANUP_MS = 30_000;
const CLEANUP_POLL_MS = 1_000;
const EVICTED = 'Evicted';
/** Seconds that a pod has to end at a hard threshold or limit. */
const IMMEDIATE_SECONDS = 1;

/**
 * Ends pods that take more of the disk than they may, and, one at a time, pods of a node that runs out of a resource, until the signal aborts
 * (https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/).
 */
export async function runEvictionManager(options: EvictionManagerOptions, signal: AbortSignal): Promise<void> {
  const { clock, log } = options.node;
  while (!signal.aborted) {
    const evicted = await synchronize(options).catch((error: unknown): readonly Live<Pod>[] => {
      log.warn({ err: error }, 'the resources of the node could not be looked at');
      return [];
    });
    if (evicted.length > 0) await cleanedUp(options, evicted, signal);
    else await sleep(clock, INTERVAL_MS, signal);
  }
}

/** Looks at the node once. Resolves with the pods that it has evicted. */
export async function synchronize(options: EvictionManagerOptions): Promise<readonly Live<Pod>[]> {
  const { node, pressure, pods, usage = readPodUse } = options;
  const { observations, dedicatedImages } = await signalsOf(options);
  const observedAt = node.clock.monotonic();
  const before = pressure.conditions().join();
  const met = pressure.observe(observations);
  if (pressure.conditions().join() !== before) options.onConditions();
  const active = pods.active();
  const overfull = await evictOverfull(options, active.filter(hasStorageLimit), dedicatedImages);
  if (overfull.length > 0) return overfull;

  const threshold = mostUrgent(met);
  if (!threshold) return [];
  const resource = resourceOf(threshold);
  node.recorder.event(nodeReference(options.nodeName), 'Warning', 'EvictionThresholdMet', `Attempting to reclaim ${resource}`);
  if (await reclaimed(options, threshold)) return [];
  if (active.length === 0) {
    node.log.warn({ resource }, 'the node runs out of a resource, and has no pods to evict');
    return [];
  }
  const use = await usage(node, active);
  for (const { signal } of met) options.onRanking(signal, (node.clock.monotonic() - observedAt) / 1000);
  const most = options.settings.maxPodGraceSeconds;
  const graceOf = ({ spec }: Live<Pod>) =>
    threshold.graceMs === 0 ? IMMEDIATE_SECONDS : Math.min(most, Number(spec?.terminationGracePeriodSeconds ?? most));
  for (const pod of ranked(active, threshold.signal, ({ metadata }) => use.get(metadata.uid), dedicatedImages)) {
    const message = shortageText(resource, pod, use.get(pod.metadata.uid), met, observations);
    if (evict(options, pod, { message, grace: graceOf(pod), isDisruption: true, signal: threshold.signal })) return [pod];
  }
  return [];
}

async function signalsOf({ node, memoryLimit, signals }: EvictionManagerOptions): Promise<NodeSignals> {
  const found = signals ? await signals() : await readNodeSignals(node.runtime, node.directories.pods);
  const used = memoryLimit === undefined ? undefined : (await node.cgroups.statistics(node.cgroupRoot))?.memory.workingSet;
  if (memoryLimit === undefined || used === undefined) return found;
  const available = { available: memoryLimit - used, capacity: memoryLimit };
  return { ...found, observations: new Map(found.observations).set('allocatableMemory.available', available) };
}

async function evictOverfull(
  options: EvictionManagerOptions,
  limited: readonly Live<Pod>[],
  dedicatedImages: boolean,
): Promise<readonly Live<Pod>[]> {
  if (limited.length === 0) return [];
  const use = await (options.usage ?? readPodUse)(options.node, limited);
  return limited.filter((pod) => {
    const own = use.get(pod.metadata.uid);
    const excess = own && storageExcess(pod, own, dedicatedImages);
    return excess && evict(options, pod, { ...excess, grace: IMMEDIATE_SECONDS, isDisruption: false });
  });
}

/** Frees what nobody uses; resolves with whether that was enough. Only disks have such things. */
async function reclaimed(options: EvictionManagerOptions, threshold: Threshold): Promise<boolean> {
  if (!/^(node|image)fs\./.test(threshold.signal)) return false;
  await options.reclaim().catch((error: unknown) => options.node.log.warn({ err: error }, 'unused containers and images could not be removed'));
  const { observations }: { readonly observations: Observations } = await signalsOf(options);
  return !options.settings.thresholds.some((each) => isCrossed(each, observations, true));
}

interface Eviction {
  readonly message: string;
  readonly grace: number;
  /** The pod's status says in a condition that it was disrupted. */
  readonly isDisruption: boolean;
  readonly signal: string;
}

/** Returns false for a pod that must not be evicted. */
function evict({ node, pods, onEviction }: EvictionManagerOptions, pod: Live<Pod>, { message, grace, isDisruption, signal }: Eviction): boolean {
  if (isCritical(pod)) return false;
  node.recorder.event(pod, 'Warning', EVICTED, message);
  node.log.warn({ pod: `${pod.metadata.namespace}/${pod.metadata.name}`, signal }, 'evicting a pod');
  pods.evict(pod.metadata.uid, { graceSeconds: grace, failure: { reason: EVICTED, message, ...(isDisruption ? { isDisruption } : {}) } });
  onEviction(signal);
  return true;
}

/** Waits until nothing is left of the pods, for half a minute at most. */
async function cleanedUp({ node, pods }: EvictionManagerOptions, evicted: readonly Live<Pod>[], signal: AbortSignal): Promise<void> {
  const end = node.clock.monotonic() + CLEANUP_MS;
  while (!signal.aborted && node.clock.monotonic() < end) {
    await sleep(node.clock, CLEANUP_POLL_MS, signal);
    if (evicted.every(({ metadata }) => pods.isOver(metadata.uid))) return;
  }
}
