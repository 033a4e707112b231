import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Deployment } from '../../../api/kinds/apps/deployment.ts';
import { ROOT } from '../checkout.ts';
import { freePort } from '../network/free-port.ts';

/** A replica of the chart's Deployment, run as a process on this machine. */
export interface ChartReplica {
  /** The pod's name; the identity in the Lease begins with it. */
  readonly name: string;
  /** `http://127.0.0.1:PORT` of its probes and metrics. */
  readonly url: string;
  /** `https://127.0.0.1:PORT` of its metrics, where they are secured. */
  readonly secureUrl: string;
  /** Its output so far. */
  log(): string;
  /** Sends the signal and resolves with the exit code once the process has ended; null after a kill. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
}

/**
 * Starts `skiff controllers` with the arguments and the environment that the chart's Deployment gives its container.
 * A process has neither a mounted service account nor ports of its own: a kubeconfig and a free port replace them.
 */
export async function startChartReplica(deployment: Deployment, name: string, kubeconfig: string): Promise<ChartReplica> {
  const [container] = deployment.spec?.template.spec?.containers ?? [];
  const fields: Readonly<Record<string, string>> = { 'metadata.namespace': deployment.metadata?.namespace ?? '', 'metadata.name': name };
  const env: Record<string, string> = {};
  for (const { name: variable, value, valueFrom } of container?.env ?? [])
    env[variable] = value ?? fields[valueFrom?.fieldRef?.fieldPath ?? ''] ?? '';
  const [port, securePort] = [await freePort(), await freePort()];
  const args = (container?.args ?? []).flatMap((arg) => {
    if (arg === '--in-cluster') return ['--kubeconfig', kubeconfig];
    if (arg.startsWith('--metrics-port=')) return [`--metrics-port=${port}`];
    if (arg.startsWith('--metrics-secure-port=')) return [`--metrics-secure-port=${securePort}`];
    return [arg.replace(/\$\((\w+)\)/g, (reference, variable: string) => env[variable] ?? reference)];
  });
  const child = spawn(join(ROOT, 'skiff'), ['controllers', ...args], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  return {
    name,
    url: `http://127.0.0.1:${port}`,
    secureUrl: `https://127.0.0.1:${securePort}`,
    log: () => output.join(''),
    end: (signal) => ended(child, signal),
  };
}

async function ended(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
  return child.exitCode;
}
