import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { sleep, systemClock } from '../base/clock.ts';
import { makeNamespace } from './api-load.ts';
import type { HttpClient } from './http-client.ts';
import { MERGE_PATCH } from './http-client.ts';
import { percentile, rounded } from './measures.ts';

export interface ScaleFigures {
  readonly replicas: number;
  /** Until every replica runs. */
  readonly podsPerSecond: number;
  /** From the first sight of a pod to its running. */
  readonly podP50: number;
  readonly podP99: number;
  readonly rolloutSeconds: number;
  readonly downSeconds: number;
}

/** Starts hollow nodes beside this process; resolves, once they are registered, with a function that ends them. */
export async function startHollowNodes(kubeconfig: string, count: number): Promise<() => void> {
  const program = fileURLToPath(new URL('./hollow-nodes.ts', import.meta.url));
  const child = spawn(process.execPath, [program, kubeconfig, String(count)], { stdio: ['ignore', 'pipe', 'inherit'] });
  await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(() => {
      throw new Error('the hollow nodes ended at once');
    }),
  ]);
  return () => child.kill();
}

const container = (round: string) => ({ name: 'main', image: 'busybox', env: [{ name: 'ROUND', value: round }] });

/** A Deployment from none to `replicas` running, a rolling update of all of them, and down to none. */
export async function measureScale(client: HttpClient, replicas: number, after: (phase: string) => void = () => {}): Promise<ScaleFigures> {
  const namespace = await makeNamespace(client, 'scale');
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const deployment = `/apis/apps/v1/namespaces/${namespace}/deployments/web`;
  const firstSeen = new Map<string, number>();
  const tookMs = new Map<string, number>();
  const live = new Set<string>();
  const list = await client.json<{ metadata: { resourceVersion: string } }>('GET', pods);
  const stop = client.follow(pods, list.metadata.resourceVersion, ({ type, object }) => {
    const { uid } = object.metadata;
    if (type === 'DELETED') return void live.delete(uid);
    live.add(uid);
    const seen = firstSeen.get(uid) ?? performance.now();
    firstSeen.set(uid, seen);
    if (object.status?.phase === 'Running' && !tookMs.has(uid)) tookMs.set(uid, performance.now() - seen);
  });
  const seconds = async (phase: string, work: () => Promise<unknown>, done: () => Promise<boolean> | boolean): Promise<number> => {
    const started = performance.now();
    await work();
    while (!(await done())) {
      if (performance.now() - started > 300_000) throw new Error(`scale: ${phase} did not end in five minutes`);
      await sleep(systemClock, 25);
    }
    const took = (performance.now() - started) / 1000;
    after(phase);
    return took;
  };
  const complete = async (): Promise<boolean> => {
    const { metadata, status } = await client.json<{
      metadata: { generation: number };
      status: { observedGeneration?: number; updatedReplicas?: number; readyReplicas?: number; replicas?: number };
    }>('GET', deployment);
    return (
      status.observedGeneration === metadata.generation &&
      status.updatedReplicas === replicas &&
      status.readyReplicas === replicas &&
      status.replicas === replicas
    );
  };
  const template = { metadata: { labels: { app: 'web' } }, spec: { terminationGracePeriodSeconds: 1, containers: [container('1')] } };
  const spec = { replicas, selector: { matchLabels: { app: 'web' } }, template };
  const up = await seconds(
    'up',
    () => client.ask('POST', `/apis/apps/v1/namespaces/${namespace}/deployments`, { metadata: { name: 'web' }, spec }),
    () => tookMs.size >= replicas,
  );
  const latencies = [...tookMs.values()];
  const settled = await seconds('ready', async () => {}, complete);
  if (settled > 60) throw new Error('scale: the Deployment became ready long after its pods');
  const rollout = await seconds(
    'rollout',
    () => client.ask('PATCH', deployment, { spec: { template: { spec: { containers: [container('2')] } } } }, MERGE_PATCH),
    complete,
  );
  const down = await seconds(
    'down',
    () => client.ask('PATCH', deployment, { spec: { replicas: 0 } }, MERGE_PATCH),
    () => live.size === 0,
  );
  stop();
  await client.ask('DELETE', `/api/v1/namespaces/${namespace}`);
  return {
    replicas,
    podsPerSecond: rounded(replicas / up),
    podP50: rounded(percentile(latencies, 0.5), 0),
    podP99: rounded(percentile(latencies, 0.99), 0),
    rolloutSeconds: rounded(rollout, 2),
    downSeconds: rounded(down, 2),
  };
}
