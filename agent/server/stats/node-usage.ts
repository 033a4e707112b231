import type { ContainerStats } from '../../contract/runtime.ts';
import { LABEL } from '../../contract/runtime-labels.ts';
import type { MachineUsage } from './machine-usage.ts';
import { machineUsage } from './machine-usage.ts';
import type { SimulatedContainer } from './simulated-usage.ts';
import { createSimulatedUsage } from './simulated-usage.ts';
import type { UsageNode, UsagePods } from './usage-node.ts';

/** The usage of a running container. */
export interface ContainerUsage extends ContainerStats {
  /** Milliseconds since the epoch; 0 if it is not known yet. */
  readonly startedAt: number;
}

/** The usage of a pod's running containers. */
export interface PodUsage {
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
  readonly containers: readonly ContainerUsage[];
}

/** The usage of the node at one time. */
export interface UsageReport {
  readonly machine: MachineUsage;
  readonly pods: readonly PodUsage[];
}

/** Returns the sum of a figure over containers. */
export const totalOf = (containers: readonly ContainerStats[], of: (stats: ContainerStats) => number): number =>
  containers.reduce((sum, item) => sum + of(item), 0);

/** Returns a function that reads what the node and its containers use: from kernel and runtime, or from the annotations of simulated pods. */
export function createUsageReader(node: UsageNode, pods: UsagePods): () => Promise<UsageReport> {
  /** Returns those that run, by pod. The runtime may still count a container that has ended, or one that was replaced. */
  function byPod(stats: readonly ContainerStats[]): PodUsage[] {
    const found = new Map<string, { -readonly [K in keyof PodUsage]: PodUsage[K] } & { containers: ContainerUsage[] }>();
    for (const item of stats) {
      const uid = item.labels[LABEL.podUid];
      if (uid === undefined) continue;
      const known = node.cache.of(uid).containers.find(({ id }) => id === item.id);
      if (known && known.state !== 'running') continue;
      const pod = found.get(uid) ?? { namespace: item.labels[LABEL.podNamespace] ?? '', pod: item.labels[LABEL.podName] ?? '', uid, containers: [] };
      pod.containers.push({ ...item, startedAt: known?.startedAt ?? 0 });
      found.set(uid, pod);
    }
    return [...found.values()];
  }

  async function ofMachine(): Promise<UsageReport> {
    const [machine, stats] = await Promise.all([machineUsage(node.clock.now()), node.runtime.containerStats()]);
    return { machine, pods: byPod(stats) };
  }

  const complain = ({ name }: SimulatedContainer, fault: Error) =>
    node.log.warn({ err: fault, container: name }, 'a simulated container uses nothing');
  const simulated = createSimulatedUsage(complain);

  async function ofAnnotations(): Promise<UsageReport> {
    const now = node.clock.now();
    const found = byPod(await node.runtime.containerStats());
    const running = found.flatMap(({ uid, containers }) => {
      const annotations = pods.byUid(uid)?.pod.metadata.annotations;
      return containers.map(({ id, name, startedAt }) => ({ id, name, startedAt: startedAt === 0 ? now : startedAt, annotations }));
    });
    const counters = simulated.read(running, now);
    let workingSetBytes = 0;
    const filled = found.map((pod) => ({
      ...pod,
      containers: pod.containers.map((item) => {
        const { cpuNanoseconds = 0, memoryBytes = 0 } = counters.get(item.id) ?? {};
        workingSetBytes += memoryBytes;
        return { ...item, time: now, cpuNanoseconds, workingSetBytes: memoryBytes, usageBytes: memoryBytes, rssBytes: memoryBytes };
      }),
    }));
    const machine = { time: now, cpuNanoseconds: simulated.totalNanoseconds(), workingSetBytes, availableBytes: undefined };
    return { machine, pods: filled };
  }

  return () => (node.runtime.simulated ? ofAnnotations() : ofMachine());
}
