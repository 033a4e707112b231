import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Deployment } from '../../../api/kinds/apps/deployment.ts';
import { ROOT } from '../checkout.ts';
import { freePort } from '../network/free-port.ts';

/** A replica of what the chart installs, run as a process of this machine. */
export interface ChartReplica {
  /** As the pod is called; the identity in the Lease begins with it. */
  readonly name: string;
  /** `http://127.0.0.1:PORT`, where the probes ask and Prometheus scrapes. */
  readonly url: string;
  /** What it has logged. */
  log(): string;
  /** Resolves when it has ended, with its exit code; null after a kill. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
}

/**
 * Starts `skiff controllers` with the arguments and the environment that the chart's Deployment gives its container.
 * Two things a pod has and a process has not are replaced: the mounted service account by a kubeconfig, the port of its own by a free one.
 */
export async function startChartReplica(deployment: Deployment, name: string, kubeconfig: string): Promise<ChartReplica> {
  const [container] = deployment.spec?.template.spec?.containers ?? [];
  const fields: Readonly<Record<string, string>> = { 'metadata.namespace': deployment.metadata?.namespace ?? '', 'metadata.name': name };
  const env: Record<string, string> = {};
  for (const { name: variable, value, valueFrom } of container?.env ?? [])
    env[variable] = value ?? fields[valueFrom?.fieldRef?.fieldPath ?? ''] ?? '';
  const port = await freePort();
  const args = (container?.args ?? []).flatMap((arg) => {
    if (arg === '--in-cluster') return ['--kubeconfig', kubeconfig];
    if (arg.startsWith('--metrics-port=')) return [`--metrics-port=${port}`];
    return [arg.replace(/\$\((\w+)\)/g, (reference, variable: string) => env[variable] ?? reference)];
  });
  const child = spawn(join(ROOT, 'skiff'), ['controllers', ...args], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  return { name, url: `http://127.0.0.1:${port}`, log: () => output.join(''), end: (signal) => ended(child, signal) };
}

async function ended(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
  return child.exitCode;
}
