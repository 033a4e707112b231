import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../checkout.ts';
import type { Kubectl } from '../commands/kubectl.ts';
import { kubectlFor } from '../commands/kubectl.ts';
import type { Outcome } from '../commands/program.ts';
import { run } from '../commands/program.ts';
import { freePort } from '../network/free-port.ts';
import { componentPid } from './component-pid.ts';

export interface SimulatedCluster {
  readonly kubectl: Kubectl;
  readonly dataDir: string;
  readonly port: number;
  /** Runs the skiff command on this cluster. */
  skiff(command: string, ...args: readonly string[]): Promise<Outcome>;
  /** Runs `skiff up` with the options of the start. Throws if it fails. */
  up(): Promise<void>;
  /** The pid of a process of the cluster. */
  pid(component: 'server' | 'agent' | 'etcd'): Promise<number>;
  down(): Promise<void>;
}

/** Starts a cluster by `skiff up`, as a user does, with simulated nodes: server, controllers, scheduler and store are real, containers are not. */
export async function startSimulatedCluster(options: { readonly nodes?: number; readonly store?: string } = {}): Promise<SimulatedCluster> {
  const dataDir = mkdtempSync(join(tmpdir(), 'skiff-cluster-'));
  const [port, agentPort] = [await freePort(), await freePort()];
  const skiff = (command: string, ...args: readonly string[]) =>
    run(join(ROOT, 'skiff'), [command, '--data-dir', dataDir, ...args], { timeoutMs: 120_000 });
  const up = async () => {
    const flags = ['--simulate', '--no-kubeconfig', '--nodes', String(options.nodes ?? 1), '--store', options.store ?? 'sqlite'];
    const { code, stderr } = await skiff('up', ...flags, '--port', String(port), '--agent-port', String(agentPort));
    if (code !== 0) throw new Error(`skiff up: ${stderr}`);
  };
  try {
    await up();
  } catch (error) {
    await skiff('down');
    throw error;
  }
  return {
    kubectl: kubectlFor(join(dataDir, 'admin.conf')),
    dataDir,
    port,
    skiff,
    up,
    pid: (component) => componentPid(dataDir, component),
    async down() {
      await skiff('down');
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
