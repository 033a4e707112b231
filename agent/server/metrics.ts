import { Registry } from 'prom-client';
import { isRunning } from '../contract/observation.ts';
import type { VolumeStats } from '../contract/volume-stats.ts';
import type { AgentMetrics } from '../node/agent-metrics.ts';
import { isStatic } from '../pod/sources/static-pods.ts';
import type { PodLookup, ServerNode } from './server-node.ts';

export interface MetricsSources {
  readonly metrics: AgentMetrics;
  readonly node: ServerNode;
  readonly pods: PodLookup;
  /** More metrics, of other parts of the node. */
  readonly registry: Registry | undefined;
  readonly claims: () => Promise<readonly VolumeStats[]>;
}

/** The text of /metrics. */
export async function agentMetrics({ metrics, node, pods, registry: others, claims }: MetricsSources): Promise<string> {
  countRuntime(metrics, node, pods);
  countPods(metrics, pods);
  const volumes = await claims();
  const ofVolumes = volumes.length > 0 ? [(await import('./volume-metrics.ts')).volumeMetrics(volumes)] : [];
  const ofPlugins = [node.csi?.metrics(), node.dra?.metrics(), node.devicePlugins?.metrics(), node.podResources?.metrics()].filter(
    (registry) => registry !== undefined,
  );
  const ofLogs = node.runtime.simulated ? [] : [await (await import('./log-metrics.ts')).logMetrics(node.cache)];
  const all = [metrics.registry, ...(others ? [others] : []), ...ofVolumes, ...ofLogs, ...ofPlugins];
  return all.length > 1 ? Registry.merge(all).metrics() : metrics.registry.metrics();
}

/** Counts what the runtime has. */
function countRuntime(metrics: AgentMetrics, { cache }: ServerNode, pods: PodLookup): void {
  let running = 0;
  let unknown = 0;
  const states = { created: 0, running: 0, exited: 0, unknown: 0 };
  for (const uid of cache.podUids()) {
    const { sandboxes, containers } = cache.of(uid);
    const hasSandbox = sandboxes.some(({ ready }) => ready);
    if (hasSandbox) running++;
    if ((hasSandbox || containers.some(isRunning)) && !pods.byUid(uid)) unknown++;
    for (const container of containers) states[container.state]++;
  }
  metrics.runningPods.set(running);
  for (const [state, count] of Object.entries(states)) metrics.runningContainers.set({ container_state: state }, count);
  const labels = { config: 'runtime_only', static: 'unknown' };
  for (const lifecycle of LIFECYCLES) metrics.workingPods.set({ lifecycle, ...labels }, lifecycle === 'terminating' ? unknown : 0);
}

const LIFECYCLES = ['sync', 'terminating', 'terminated'] as const;
const STATIC = ['true', ''] as const;
const CONFIG = ['desired', 'orphan'] as const;

/** Counts the pods that have workers. */
function countPods(metrics: AgentMetrics, pods: PodLookup): void {
  const { desiredPods, activePods, workingPods, pendingResizes } = metrics;
  pendingResizes.reset();
  for (const static_ of STATIC) {
    desiredPods.set({ static: static_ }, 0);
    activePods.set({ static: static_ }, 0);
    for (const config of CONFIG) for (const lifecycle of LIFECYCLES) workingPods.set({ lifecycle, config, static: static_ }, 0);
  }
  let mirrors = 0;
  let ephemeral = 0;
  let resizes = 0;
  for (const { pod, isEnding, isOrphan, lifecycle } of pods.workers()) {
    const fixed = isStatic(pod);
    const labels = { static: fixed ? 'true' : '' };
    if (!isOrphan) desiredPods.inc(labels);
    if (!isEnding) activePods.inc(labels);
    workingPods.inc({ lifecycle, config: isOrphan ? 'orphan' : 'desired', ...labels });
    for (const { type, reason = '' } of pod.status?.conditions ?? []) {
      if (type === 'PodResizePending') pendingResizes.inc({ reason: reason.toLowerCase() });
      if (type === 'PodResizeInProgress') resizes++;
    }
    if (fixed) mirrors++;
    ephemeral += pod.spec?.ephemeralContainers?.length ?? 0;
  }
  metrics.resizesInProgress.set(resizes);
  metrics.mirrorPods.set(mirrors);
  metrics.ephemeralContainers.set(ephemeral);
}
