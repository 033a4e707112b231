import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kubectl, Outcome } from './commands.ts';
import { freePort, kubectlFor, ROOT, run } from './commands.ts';

export interface TestCluster {
  readonly kubectl: Kubectl;
  readonly dataDir: string;
  readonly port: number;
  /** Runs the skiff command on this cluster. */
  skiff(command: string, ...args: readonly string[]): Promise<Outcome>;
  down(): Promise<void>;
}

/** A cluster of its own, started as a user would, with simulated nodes: real server, controllers, scheduler and store, pods in name only. */
export async function startSimulatedCluster(options: { readonly nodes?: number; readonly store?: string } = {}): Promise<TestCluster> {
  const dataDir = mkdtempSync(join(tmpdir(), 'skiff-cluster-'));
  const [port, agentPort] = [await freePort(), await freePort()];
  const skiff = (command: string, ...args: readonly string[]) =>
    run(join(ROOT, 'skiff'), [command, '--data-dir', dataDir, ...args], { timeoutMs: 120_000 });
  const up = await skiff(
    'up',
    '--simulate',
    '--no-kubeconfig',
    '--nodes',
    String(options.nodes ?? 1),
    '--store',
    options.store ?? 'sqlite',
    '--port',
    String(port),
    '--agent-port',
    String(agentPort),
  );
  if (up.code !== 0) {
    await skiff('down');
    throw new Error(`skiff up: ${up.stderr}`);
  }
  return {
    kubectl: kubectlFor(join(dataDir, 'admin.conf')),
    dataDir,
    port,
    skiff,
    async down() {
      await skiff('down');
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
