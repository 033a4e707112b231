import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fixedCertificate } from '../agent/server/serving-certificate.ts';
import { nodes } from '../api/kinds/core/node/index.ts';
import { serviceAccounts } from '../api/kinds/core/service-account.ts';
import type { ClusterPki } from '../apiserver/pki/cluster-pki.ts';
import { ensureNodePki, ensurePki } from '../apiserver/pki/cluster-pki.ts';
import { writeSecretFile } from '../apiserver/pki/key-files.ts';
import { kubeconfigText } from '../apiserver/pki/kubeconfig.ts';
import { Stopped } from '../base/abort.ts';
import { systemClock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { silentLogger } from '../base/log.ts';
import type { Client } from '../runtime/client/client.ts';
import { createEventSink } from '../runtime/observe/event-recorder.ts';
import { createInformers } from '../runtime/watch/informer-set.ts';
import { createMemoryStore } from '../store/memory.ts';
import type { ControlPlane, ControlPlaneOptions } from './cluster/control-plane.ts';
import { startControlPlane } from './cluster/control-plane.ts';
import { nodeUser } from './cluster/identities.ts';
import { until } from './cluster/readiness.ts';
import { createSimulatedNodes } from './node/simulated-node-set.ts';

export { eventually } from './cluster/eventually.ts';

export interface ClusterOptions extends Pick<ControlPlaneOptions, 'controllers' | 'scheduler' | 'nodeMonitor'> {
  /** Number of simulated nodes, which run pods in name only. Default 1; with 0, pods stay Pending. */
  readonly nodes?: number;
  /** Default: nothing is logged. */
  readonly log?: Logger;
}

export interface Cluster extends AsyncDisposable {
  /** The administrator's client, in this process: the server's whole pipeline, without HTTP. */
  readonly client: Client;
  /** `https://127.0.0.1:PORT` */
  readonly url: string;
  /** The text of a kubeconfig with the administrator's rights. */
  readonly kubeconfig: string;
  /** The file that holds it, for kubectl, helm and client libraries; gone after `stop`. */
  readonly kubeconfigPath: string;
  /** Ends one node as a power cut would: it says nothing more, and its pods are not told. */
  cutNode(name: string): Promise<void>;
  /** Ends the cluster; nothing of it stays behind. May be called again. */
  stop(): Promise<void>;
}

const ADMIN = { name: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] };
const HOST = '127.0.0.1';
const TIMEOUT_MS = 30_000;

/**
 * Starts a whole cluster in this process: API server on a free port of 127.0.0.1, controllers, scheduler and simulated nodes, all state
 * in memory. Resolves when its nodes are Ready and pods can be created in the namespace `default`; rejects with the reason, everything ended.
 * Clusters know nothing of each other: a test file may start several.
 */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const directory = await mkdtemp(join(tmpdir(), 'skiff-testing-'));
  const abort = new AbortController();
  const running: Promise<void>[] = [];
  let stopped: Promise<void> | undefined;
  const end = async () => {
    abort.abort(new Stopped('shutdown'));
    await Promise.allSettled(running);
    await rm(directory, { recursive: true, force: true });
  };
  const stop = () => {
    stopped ??= end();
    return stopped;
  };
  try {
    const log = options.log ?? silentLogger;
    const pki = await ensurePki(join(directory, 'pki'), { clock: systemClock, names: [], ips: [] });
    const port = await freePort();
    const store = createMemoryStore();
    const controlPlane = await startControlPlane({
      ...options,
      log,
      store,
      pki,
      clock: systemClock,
      port,
      host: HOST,
      advertiseAddress: HOST,
      identity: randomUUID(),
      graceMs: 0,
    });
    running.push(controlPlane.run(abort.signal).finally(() => store.close()));
    const client = controlPlane.server.loopback(ADMIN);
    const url = `https://${HOST}:${port}`;
    const kubeconfig = kubeconfigText({ server: url, caCertificate: pki.ca.certificate, credentials: pki.admin });
    const kubeconfigPath = join(directory, 'kubeconfig');
    await writeSecretFile(kubeconfigPath, kubeconfig);
    const names = Array.from({ length: options.nodes ?? 1 }, (_, i) => `node-${i}`);
    const agents = await startNodes(names, { controlPlane, pki, directory, log, signal: abort.signal });
    running.push(...agents.map((agent) => agent.running));
    await ready(client, names.length, options.controllers);
    return {
      client,
      url,
      kubeconfig,
      kubeconfigPath,
      stop,
      [Symbol.asyncDispose]: stop,
      async cutNode(name) {
        const agent = agents[names.indexOf(name)];
        if (!agent) throw new Error(`there is no node ${name}; there are ${names.join(', ')}`);
        await agent.cut();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
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

interface NodeParts {
  readonly controlPlane: ControlPlane;
  readonly pki: ClusterPki;
  readonly directory: string;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Starts simulated nodes in this process; each can be ended alone. */
async function startNodes(names: readonly string[], { controlPlane, pki, directory, log, signal }: NodeParts) {
  const clientFor = (nodeName: string) => controlPlane.server.loopback(nodeUser(nodeName));
  // One watch serves all nodes, and one sink their events: more than a node may see.
  const client = controlPlane.server.loopback(ADMIN);
  const parts = { client, clock: systemClock, log, signal };
  const events = createEventSink(parts);
  // One certificate for all: they share the address by which the API server knows them.
  const { serving } = await ensureNodePki(join(directory, 'nodes'), pki.ca, 'simulated', { names: [], ips: [HOST] }, { clock: systemClock });
  const { agents } = await createSimulatedNodes(
    {
      ...parts,
      clientFor,
      informers: createInformers(parts),
      recorder: (nodeName) => events.recorder('kubelet', nodeName),
      names,
      dataDir: directory,
      clusterDns: [],
      clusterDomain: 'cluster.local',
      server: { serving: fixedCertificate({ key: serving.key, cert: serving.certificate }), clientCa: pki.ca.certificate, host: HOST, port: 0 },
      nodeIp: HOST,
    },
    signal,
  );
  return agents.map((agent) => {
    const own = new AbortController();
    const running = agent.run(AbortSignal.any([signal, own.signal]));
    return {
      running,
      async cut() {
        own.abort(new Stopped('shutdown'));
        await running;
      },
    };
  });
}

/** A TCP port of this machine that was free a moment ago. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, HOST, () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port is free'))));
    });
  });
}
