import type { Agent } from '../../agent/compose.ts';
import type { NodeFacts } from '../../agent/node/node-info.ts';
import { createPodSource } from '../../agent/pod/sources/pod-source.ts';
import { fixedCertificate } from '../../agent/server/serving-certificate.ts';
import type { SimulatedRuntime, SimulatedState } from '../../agent/simulated/simulated-runtime.ts';
import { pods } from '../../api/kinds/core/pod/index.ts';
import type { ApiServer } from '../../apiserver/server.ts';
import { Stopped } from '../../base/abort.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import { createEventSink } from '../../runtime/observe/event-recorder.ts';
import { createInformers } from '../../runtime/watch/informer-set.ts';
import { nodeUser } from '../cluster/identities.ts';
import { simulatedFacts } from '../node/simulated-facts.ts';
import { createSimulatedNodes, podAddresses } from '../node/simulated-node-set.ts';
import type { TestKeys } from './keys.ts';

/** The nodes of a cluster at one moment, for a copy of the cluster to begin with. */
export interface NodesState {
  /** The machines, those that are off among them. */
  readonly facts: ReadonlyMap<string, NodeFacts>;
  /** The containers of those that run. */
  readonly running: ReadonlyMap<string, SimulatedState>;
  /** The number of the next pod address. */
  readonly nextAddress: number;
}

export interface TestNodesOptions {
  readonly server: Pick<ApiServer, 'loopback'>;
  readonly keys: TestKeys;
  readonly clock: Clock;
  readonly log: Logger;
  /** Ends all nodes. */
  readonly signal: AbortSignal;
}

export interface TestNodes {
  /** Starts the machines of a state, with their containers. Resolves when they run; they register themselves after that. */
  begin(state: NodesState): Promise<void>;
  /** Ends a node as a power cut does: it says no more, and its containers are gone. @throws Error if there is no such node, or it is off. */
  kill(name: string): Promise<void>;
  /** Starts a node that was killed: a machine that comes up without containers. @throws Error if there is no such node, or it runs. */
  start(name: string): Promise<void>;
  state(): NodesState;
  /** Resolves when all of them have ended, after the signal. */
  ended(): Promise<void>;
}

interface RunningNode {
  readonly runtime: SimulatedRuntime;
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

const HOST = '127.0.0.1';
/** The identity under which all nodes share one watch of pods and services. */
const SHARED_USER = { name: 'skiff:simulated-nodes', groups: ['system:masters', 'system:authenticated'] };

/** Returns the state of new machines with these names. */
export const newNodes = (names: readonly string[]): NodesState => ({
  facts: new Map(names.map((name) => [name, simulatedFacts()])),
  running: new Map(names.map((name) => [name, { sandboxes: [], containers: [] }])),
  nextAddress: 1,
});

/** The simulated nodes of a cluster in this process, each of which can be killed and started alone. */
export function createTestNodes({ server, keys, clock, log, signal }: TestNodesOptions): TestNodes {
  const facts = new Map<string, NodeFacts>();
  const running = new Map<string, RunningNode>();
  const client = server.loopback(SHARED_USER);
  const parts = { client, clock, log, signal };
  const informers = createInformers(parts);
  const podSource = createPodSource(informers.of(pods));
  const events = createEventSink(parts);
  let nextAddress = 1;
  let addresses = podAddresses();
  const podAddress = () => {
    nextAddress++;
    return addresses();
  };
  const serving = fixedCertificate({ key: keys.nodeServing.key, cert: keys.nodeServing.certificate });

  async function run(name: string, machine: NodeFacts, from: SimulatedState | undefined): Promise<void> {
    const abort = new AbortController();
    const { agents, runtimes } = await createSimulatedNodes(
      {
        ...parts,
        clientFor: (nodeName) => server.loopback(nodeUser(nodeName)),
        informers,
        podSource,
        podAddress,
        facts: machine,
        ...(from ? { from: new Map([[name, from]]) } : {}),
        recorder: (nodeName) => events.recorder('kubelet', nodeName),
        names: [name],
        dataDir: '',
        clusterDns: [],
        clusterDomain: 'cluster.local',
        server: { serving, clientCa: keys.pki.ca.certificate, host: HOST, port: 0 },
        nodeIp: HOST,
      },
      signal,
    );
    const [agent, runtime] = [agents[0] as Agent, runtimes[0] as SimulatedRuntime];
    running.set(name, { runtime, abort, done: agent.run(AbortSignal.any([signal, abort.signal])) });
  }

  const machineOf = (name: string): NodeFacts => {
    const machine = facts.get(name);
    if (!machine) throw new Error(`there is no node ${JSON.stringify(name)}; there are ${[...facts.keys()].join(', ') || 'none'}`);
    return machine;
  };

  return {
    async begin(state) {
      nextAddress = state.nextAddress;
      addresses = podAddresses(nextAddress);
      for (const [name, machine] of state.facts) facts.set(name, machine);
      await Promise.all([...state.running].map(([name, from]) => run(name, machineOf(name), from)));
    },
    async kill(name) {
      machineOf(name);
      const node = running.get(name);
      if (!node) throw new Error(`node ${JSON.stringify(name)} is off already`);
      running.delete(name);
      node.abort.abort(new Stopped('shutdown'));
      await node.done;
      node.runtime.close();
    },
    async start(name) {
      machineOf(name);
      if (running.has(name)) throw new Error(`node ${JSON.stringify(name)} runs already`);
      const rebooted = simulatedFacts();
      const { machineID, systemUUID } = machineOf(name).info;
      const machine = { ...rebooted, info: { ...rebooted.info, machineID, systemUUID } };
      facts.set(name, machine);
      await run(name, machine, undefined);
    },
    state: () => ({
      facts: new Map(facts),
      running: new Map([...running].map(([name, { runtime }]) => [name, runtime.state()])),
      nextAddress,
    }),
    async ended() {
      await Promise.allSettled([...running.values()].map(({ done }) => done));
      for (const { runtime } of running.values()) runtime.close();
    },
  };
}
