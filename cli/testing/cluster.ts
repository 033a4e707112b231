import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodes } from '../../api/kinds/core/node/index.ts';
import { serviceAccounts } from '../../api/kinds/core/service-account.ts';
import type { UserInfo } from '../../apiserver/contract/request.ts';
import { kubeconfigText } from '../../apiserver/pki/kubeconfig.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import { silentLogger } from '../../base/log.ts';
import { nextTurn } from '../../base/next-turn.ts';
import type { TravelClock } from '../../base/travel-clock.ts';
import { createTravelClock } from '../../base/travel-clock.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { MemoryStore } from '../../store/memory.ts';
import { createMemoryStore } from '../../store/memory.ts';
import type { ControlPlaneOptions } from '../cluster/control-plane.ts';
import { until } from '../cluster/readiness.ts';
import type { RequestFaults } from './faults.ts';
import { createFaults } from './faults.ts';
import { HOST, openDoor } from './front-door.ts';
import { testKeys } from './keys.ts';
import { lateClient } from './late-client.ts';
import { startParts } from './parts.ts';
import type { NodesState } from './test-nodes.ts';
import { newNodes } from './test-nodes.ts';

export interface ClusterOptions extends Pick<ControlPlaneOptions, 'controllers' | 'scheduler' | 'nodeMonitor' | 'autoscaler'> {
  /** Number of simulated nodes, which run pods in name only: `node-0`, `node-1` … Default 1; with 0, pods stay Pending. */
  readonly nodes?: number;
  /** Default: nothing is logged. */
  readonly log?: Logger;
}

/** Faults of a cluster: of the requests to its API server, and of its nodes. */
export interface Faults extends RequestFaults {
  /** Ends a node as a power cut does: it says no more, and its pods are not told. @throws Error if there is no such node, or it is off. */
  killNode(name: string): Promise<void>;
  /** Starts a node that was killed: it comes up without containers. @throws Error if there is no such node, or it runs. */
  startNode(name: string): Promise<void>;
}

/** A user that a client acts as. */
export interface TestUser {
  readonly name: string;
  /** `system:authenticated` is among them always. Default: no others. */
  readonly groups?: readonly string[];
}

export interface Cluster extends AsyncDisposable {
  /** The administrator's client, in this process: the server's whole pipeline, without HTTP. */
  readonly client: Client;
  /** Returns a client that acts as another user, with that user's rights: `{ name: 'jane' }`, or a ServiceAccount's `system:serviceaccount:NAMESPACE:NAME`. */
  clientAs(user: TestUser): Client;
  /** `https://127.0.0.1:PORT` */
  readonly url: string;
  /** The text of a kubeconfig with the administrator's rights. */
  readonly kubeconfig: string;
  /** The file that holds it, for kubectl, helm and client libraries; deleted by `stop`. */
  readonly kubeconfigPath: string;
  /** The clock of all parts of the cluster. Hand it to controllers of your own too. */
  readonly clock: TravelClock;
  readonly faults: Faults;
  /**
   * Copies the whole cluster: objects, history, running containers, time. The copy is a cluster of its own, which knows nothing of this one;
   * this one goes on. Resolves when the copy is made; its parts start meanwhile, and its clients wait for them. Faults of requests are not
   * copied; nodes that are off stay off.
   */
  fork(): Promise<Cluster>;
  /** Ends the cluster; nothing of it stays behind. May be called again. Forks live on. */
  stop(): Promise<void>;
}

const ADMIN: UserInfo = { name: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] };
const TIMEOUT_MS = 30_000;

/** The objects that the API server of this process's first cluster stored at its start: roles, priority classes and the like, the same for all clusters. */
let firstState: MemoryStore | undefined;

const newStore = (clock: Clock): MemoryStore => firstState?.fork({ clock }) ?? createMemoryStore({ clock });

/** The state that a cluster starts from. All of it is taken in one turn of the event loop: a state that the other cluster really had. */
interface Beginning {
  ahead(): number;
  store(clock: TravelClock): MemoryStore;
  nodes(): NodesState;
}

/**
 * Starts a whole cluster in this process: API server on a free port of 127.0.0.1, controllers, scheduler and simulated nodes, all state
 * in memory. Resolves when its nodes are Ready and pods can be created in the namespace `default`; rejects with the reason, everything ended.
 * Clusters know nothing of each other: a test file may start several.
 */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const { nodes: count = 1 } = options;
  if (!Number.isInteger(count) || count < 0) throw new Error(`nodes is the number of simulated nodes, 0 or more: ${count}`);
  const names = Array.from({ length: count }, (_, i) => `node-${i}`);
  const cluster = await begin(options, { ahead: () => 0, store: newStore, nodes: () => newNodes(names) });
  try {
    await ready(cluster.client, count, options.controllers);
    return cluster;
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

/**
 * Takes a state and starts the parts of a cluster on it. Resolves when the state is taken and the port is open. The API server answers as
 * soon as it has read the state; clients wait for it.
 */
async function begin(options: ClusterOptions, beginning: Beginning): Promise<Cluster> {
  const { log = silentLogger } = options;
  const keys = await testKeys();
  const clock = createTravelClock({ aheadMs: beginning.ahead(), idle: () => server.idle() });
  const server = createFaults(clock);
  const store = beginning.store(clock);
  const machines = beginning.nodes();
  const directory = mkdtempSync(join(tmpdir(), 'skiff-testing-'));
  const door = await openDoor();
  const onServing = () => {
    firstState ??= store.fork();
  };
  const starting = nextTurn().then(() => startParts({ ...options, log, store, clock, keys, server, door, onServing }, machines));
  // Clients say why it failed; so does the end, which waits for it.
  starting.catch(() => {});
  const url = `https://${HOST}:${door.port}`;
  const kubeconfig = kubeconfigText({ server: url, caCertificate: keys.pki.ca.certificate, credentials: keys.pki.admin });
  const kubeconfigPath = join(directory, 'kubeconfig');
  writeFileSync(kubeconfigPath, kubeconfig, { mode: 0o600 });

  let stopped: Promise<void> | undefined;
  const end = async () => {
    const parts = await starting.catch(() => undefined);
    await parts?.stop();
    door.close();
    await store.close();
    rmSync(directory, { recursive: true, force: true });
  };
  const stop = () => {
    stopped ??= end();
    return stopped;
  };
  const clientOf = (user: UserInfo): Client => lateClient(starting.then((parts) => parts.loopback(user)));
  return {
    client: clientOf(ADMIN),
    clientAs: ({ name, groups = [] }) => clientOf({ name, groups: [...groups, 'system:authenticated'] }),
    url,
    kubeconfig,
    kubeconfigPath,
    clock,
    faults: {
      ...server.faults,
      killNode: async (name) => (await starting).nodes.kill(name),
      startNode: async (name) => (await starting).nodes.start(name),
    },
    async fork() {
      if (stopped) throw new Error('the cluster has been stopped: fork it before');
      const { nodes } = await starting;
      return begin(options, { ahead: clock.ahead, store: (own) => store.fork({ clock: own }), nodes: nodes.state });
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Resolves when all nodes are Ready and the service account that pods need is there. */
async function ready(client: Client, count: number, controllers: ClusterOptions['controllers']): Promise<void> {
  const wait = (what: string, check: () => Promise<true | undefined>) =>
    until(check, { timeoutMs: TIMEOUT_MS, everyMs: 2, onTimeout: () => `the cluster did not become ready: ${what}` });
  await wait(`not all of its ${count} nodes are Ready`, async () => {
    const { items } = await client.list(nodes);
    const well = items.filter((node) => node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'));
    return well.length >= count || undefined;
  });
  if (controllers !== undefined && !controllers.includes('*')) return;
  await wait('there is no service account "default"', async () => {
    await client.get(serviceAccounts, { namespace: 'default', name: 'default' });
    return true;
  });
}
