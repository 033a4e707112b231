import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { eventually } from '../../../cli/cluster/eventually.ts';
import { ALL_CONTROLLERS } from '../../../cli/config/controller-selection.ts';
import { ROOT } from '../checkout.ts';
import type { KubectlCluster } from '../cluster/kubectl-cluster.ts';
import { startKubectlCluster } from '../cluster/kubectl-cluster.ts';
import { freePort } from '../network/free-port.ts';

/** A process of `skiff controllers`. */
export interface Replica {
  /** Its output so far. */
  log(): string;
  end(): Promise<void>;
}

/** A cluster that serves none of the concepts itself, with replicas of `skiff controllers` that serve the webhook. */
export interface AdmittingHome extends KubectlCluster {
  /** Starts one more replica; resolves once it is ready. Requests for the webhook go to the replicas in turn. */
  startReplica(options?: { readonly withWebhook: boolean }): Promise<Replica>;
}

/** The namespace of Lease and Secret. */
export const LEASE_NAMESPACE = 'kube-system';
const CONCEPTS = ['deployment', 'replicaset', 'replicationcontroller', 'endpoints', 'endpointslice', 'service-lb', 'resourcequota'];

/** Starts the cluster and installs the CustomResourceDefinitions; no replica runs yet. */
export async function startAdmittingHome(): Promise<AdmittingHome> {
  const cluster = await startKubectlCluster({ controllers: [...ALL_CONTROLLERS, ...CONCEPTS.map((name) => `-${name}-controller`)], nodes: 2 });
  const replicas: Replica[] = [];
  const ports: number[] = [];
  const balancer = await balance(ports);
  try {
    await cluster.kubectl('apply', '--server-side', '-f', join(ROOT, 'crds'));
    await cluster.kubectl('wait', '--for=condition=Established', 'crd', '-l', '!none', '--timeout=60s');
  } catch (error) {
    balancer.close();
    await cluster.stop();
    throw error;
  }
  return {
    ...cluster,
    async startReplica({ withWebhook } = { withWebhook: true }) {
      const [port, probes] = [await freePort(), await freePort()];
      const common = ['--kubeconfig', cluster.kubeconfigPath, '--lease-namespace', LEASE_NAMESPACE, `--metrics-port=${probes}`];
      const webhook = [`--webhook-url=https://127.0.0.1:${balancer.port}`, `--webhook-port=${port}`];
      const replica = startProcess([...common, ...(withWebhook ? webhook : [])]);
      replicas.push(replica);
      await eventually(async () => {
        const answer = await fetch(`http://127.0.0.1:${probes}/readyz`).catch((error: unknown) => new Error(`${String(error)}\n${replica.log()}`));
        if (answer instanceof Error) throw answer;
        if (answer.status !== 200) throw new Error(`not ready:\n${replica.log()}`);
      });
      if (withWebhook) ports.push(port);
      return replica;
    },
    async stop() {
      await Promise.all(replicas.map((replica) => replica.end()));
      balancer.close();
      await cluster.stop();
    },
  };
}

function startProcess(args: readonly string[]): Replica {
  const child: ChildProcess = spawn(join(ROOT, 'skiff'), ['controllers', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  return {
    log: () => output.join(''),
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
  };
}

/** Passes each connection on to the next of the ports, as a Service does. */
async function balance(ports: readonly number[]): Promise<{ readonly port: number; close(): void }> {
  let next = 0;
  const server = createServer((socket) => {
    const onward = connect(ports[next++ % ports.length] ?? 0, '127.0.0.1');
    for (const [from, to] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      from.pipe(to);
      from.on('error', () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { port, close: () => server.close() };
}
