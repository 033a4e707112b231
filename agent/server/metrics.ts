import { Registry } from 'prom-client';
import type { AgentMetrics } from '../node/agent-metrics.ts';
import { isStatic } from '../pod/sources/static-pods.ts';
import type { PodLookup, ServerNode } from './server-node.ts';

/** The text of /metrics. */
export async function agentMetrics(metrics: AgentMetrics, node: ServerNode, pods: PodLookup, others: Registry | undefined): Promise<string> {
  let running = 0;
  const states = { created: 0, running: 0, exited: 0, unknown: 0 };
  for (const uid of node.cache.podUids()) {
    const { sandboxes, containers } = node.cache.of(uid);
    if (sandboxes.some(({ ready }) => ready)) running++;
    for (const container of containers) states[container.state]++;
  }
  metrics.runningPods.set(running);
  for (const [state, count] of Object.entries(states)) metrics.runningContainers.set({ container_state: state }, count);
  const counts = { desired: { true: 0, false: 0 }, active: { true: 0, false: 0 } };
  let ephemeral = 0;
  for (const worker of pods.workers()) {
    const fixed = isStatic(worker.pod) ? 'true' : 'false';
    counts.desired[fixed]++;
    if (!worker.isEnding) counts.active[fixed]++;
    ephemeral += worker.pod.spec?.ephemeralContainers?.length ?? 0;
  }
  for (const fixed of ['true', 'false'] as const) {
    metrics.desiredPods.set({ static: fixed }, counts.desired[fixed]);
    metrics.activePods.set({ static: fixed }, counts.active[fixed]);
  }
  metrics.mirrorPods.set(counts.desired.true);
  metrics.ephemeralContainers.set(ephemeral);
  const volumes = node.csi?.volumes.stats() ?? [];
  const ofVolumes = volumes.length > 0 ? [(await import('./volume-metrics.ts')).volumeMetrics(volumes)] : [];
  const ofDevices = [node.dra?.metrics(), node.devicePlugins?.metrics(), node.podResources?.metrics()].filter((registry) => registry !== undefined);
  const all = [metrics.registry, ...(others ? [others] : []), ...ofVolumes, ...ofDevices];
  return all.length > 1 ? Registry.merge(all).metrics() : metrics.registry.metrics();
}
