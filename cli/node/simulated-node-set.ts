import type { Agent, AgentOptions } from '../../agent/compose.ts';
import { createAgent } from '../../agent/compose.ts';
import type { NodeFacts } from '../../agent/node/node-info.ts';
import type { PodSource } from '../../agent/pod/sources/pod-source.ts';
import { createPodSource } from '../../agent/pod/sources/pod-source.ts';
import type { SimulatedRuntime, SimulatedState } from '../../agent/simulated/simulated-runtime.ts';
import { createSimulatedRuntime } from '../../agent/simulated/simulated-runtime.ts';
import { pods } from '../../api/kinds/core/pod/index.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { Runnable } from '../../runtime/control/runnable.ts';
import type { EventRecorder } from '../../runtime/observe/event-recorder.ts';
import type { Informers } from '../../runtime/watch/informer.ts';
import { SIMULATED_LABELS, simulatedFacts, simulatedHostIp } from './simulated-facts.ts';

export interface SimulatedNodesOptions {
  /** Lists and watches for all of them, and writes for those that have no client of their own. */
  readonly client: Client;
  /** The client of a node by its name, where each has an identity of its own. */
  readonly clientFor?: (nodeName: string) => Client;
  readonly informers: Informers;
  readonly clock: Clock;
  readonly log: Logger;
  /** A recorder for the events of a node, by its name. */
  readonly recorder: (nodeName: string) => EventRecorder;
  readonly names: readonly string[];
  readonly dataDir: string;
  readonly clusterDns: readonly string[];
  readonly clusterDomain: string;
  /** The server that answers for all of them; logs and exec need it. */
  readonly server?: AgentOptions['server'];
  readonly nodeIp: string;
  /** Pods a node takes; default 110. */
  readonly maxPods?: number;
  /** One watch of all pods, for sets of nodes that share it. Default: a watch of the set's own. */
  readonly podSource?: PodSource;
  /** Capacity and identity of each node. Default: a machine that has just been started. */
  readonly facts?: NodeFacts;
  /** Hands out addresses of pods. Default: from 10.128.0.1 on. */
  readonly podAddress?: () => string;
  /** The containers that a node begins with, by its name. Default: none. */
  readonly from?: ReadonlyMap<string, SimulatedState>;
}

export interface SimulatedNodes extends Runnable {
  readonly agents: readonly Agent[];
  /** In the order of the agents. */
  readonly runtimes: readonly SimulatedRuntime[];
}

/** Nodes set up at once. */
const BATCH = 50;

/** Many simulated nodes in one process: they share one watch of all pods and one of all services. */
export async function createSimulatedNodes(options: SimulatedNodesOptions, signal: AbortSignal): Promise<SimulatedNodes> {
  const { client, informers, clock, log } = options;
  const { podSource = createPodSource(informers.of(pods)), podAddress = podAddresses() } = options;
  const facts = options.facts ?? simulatedFacts(options.maxPods === undefined ? {} : { pods: options.maxPods });
  const agents: Agent[] = [];
  const runtimes: SimulatedRuntime[] = [];
  for (const [index, nodeName] of options.names.entries()) {
    const from = options.from?.get(nodeName);
    const runtime = createSimulatedRuntime({ clock, podAddress, ...(from ? { from } : {}) });
    runtimes.push(runtime);
    agents.push(
      await createAgent(
        {
          client: options.clientFor?.(nodeName) ?? client,
          informers,
          podSource,
          clock,
          log,
          nodeName,
          runtime,
          recorder: options.recorder(nodeName),
          dataDir: options.dataDir,
          nodeIps: [options.nodeIp],
          hostIps: [simulatedHostIp(nodeName)],
          clusterDns: options.clusterDns,
          clusterDomain: options.clusterDomain,
          labels: SIMULATED_LABELS,
          facts,
          ...(options.server ? { server: { ...options.server, port: index === 0 ? options.server.port : 0 } } : {}),
        },
        signal,
      ),
    );
    if (index % BATCH === BATCH - 1) await new Promise((resolve) => setImmediate(resolve));
  }
  return {
    agents,
    runtimes,
    ready: Promise.all(agents.map((agent) => agent.ready)).then(() => {}),
    async run(runSignal) {
      await Promise.all(agents.map((agent) => agent.run(runSignal)));
    },
  };
}

/** Hands out 10.128.0.1, 10.128.0.2 …, beginning with the given number: nobody answers there. */
export function podAddresses(first = 1): () => string {
  let next = first;
  return () => {
    const value = next++;
    return `10.${128 + ((value >> 16) & 127)}.${(value >> 8) & 255}.${value & 255}`;
  };
}
