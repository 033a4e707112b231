import { Registry } from 'prom-client';
import type { AgentMetrics } from '../node/agent-metrics.ts';
import type { PodLookup, ServerNode } from './server-node.ts';

/** The text of /metrics. */
export function agentMetrics(metrics: AgentMetrics, node: ServerNode, pods: PodLookup, others: Registry | undefined): Promise<string> {
  let running = 0;
  const states = { created: 0, running: 0, exited: 0, unknown: 0 };
  for (const uid of node.cache.podUids()) {
    const { sandboxes, containers } = node.cache.of(uid);
    if (sandboxes.some(({ ready }) => ready)) running++;
    for (const container of containers) states[container.state]++;
  }
  metrics.runningPods.set(running);
  for (const [state, count] of Object.entries(states)) metrics.runningContainers.set({ container_state: state }, count);
  metrics.desiredPods.set([...pods.workers()].length);
  return others ? Registry.merge([metrics.registry, others]).metrics() : metrics.registry.metrics();
}
