import { systemClock } from '../base/clock.ts';
import type { BenchObject, HttpClient } from './http-client.ts';
import { accessOf, createHttpClient, MERGE_PATCH, RefusedError } from './http-client.ts';
import { pool } from './measures.ts';

/**
 * Nodes without containers, in a process of their own: `node bench/hollow-nodes.ts KUBECONFIG COUNT`. They report their pods as kubelets
 * would (Running with an address, deletion confirmed) and renew their leases. Prints "ready" once all are registered.
 */
const WIDTH = 32;
const LEASE_MS = 10_000;
const BOUND = `fieldSelector=${encodeURIComponent('spec.nodeName!=')}`;

const seconds = () => new Date().toISOString().replace(/\.\d+/, '');
const names = (count: number) => Array.from({ length: count }, (_, i) => `hollow-${i}`);

async function register(client: HttpClient, count: number): Promise<void> {
  const capacity = { cpu: '64', memory: '256Gi', pods: '500' };
  const conditions = [{ type: 'Ready', status: 'True', reason: 'Hollow', message: '', lastHeartbeatTime: seconds(), lastTransitionTime: seconds() }];
  const all = names(count);
  await pool(count, 8, async (i) => {
    const name = all[i];
    await tolerating([409], client.ask('POST', '/api/v1/nodes', { metadata: { name, labels: { 'kubernetes.io/hostname': name } } }));
    await client.ask('PATCH', `/api/v1/nodes/${name}/status`, { status: { capacity, allocatable: capacity, conditions } }, MERGE_PATCH);
  });
}

async function renewLeases(client: HttpClient, count: number): Promise<void> {
  const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
  const all = names(count);
  await pool(count, 8, async (i) => {
    const name = all[i];
    const spec = { holderIdentity: name, leaseDurationSeconds: 40, renewTime: new Date().toISOString().replace('Z', '000Z') };
    try {
      await client.ask('PATCH', `${leases}/${name}`, { spec }, MERGE_PATCH);
    } catch (error) {
      if (!(error instanceof RefusedError) || error.status !== 404) throw error;
      await tolerating([409], client.ask('POST', leases, { metadata: { name }, spec }));
    }
  });
}

async function tolerating(statuses: readonly number[], answer: Promise<unknown>): Promise<void> {
  try {
    await answer;
  } catch (error) {
    if (!(error instanceof RefusedError) || !statuses.includes(error.status)) throw error;
  }
}

function runningStatus(pod: BenchObject, serial: number) {
  const now = seconds();
  const address = `10.${100 + (serial >> 16)}.${(serial >> 8) & 255}.${serial & 255}`;
  return {
    phase: 'Running',
    startTime: now,
    podIP: address,
    podIPs: [{ ip: address }],
    hostIP: '10.200.0.1',
    conditions: ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map((type) => ({ type, status: 'True', lastTransitionTime: now })),
    containerStatuses: pod.spec.containers.map(({ name, image }) => ({
      name,
      image,
      imageID: '',
      ready: true,
      started: true,
      restartCount: 0,
      containerID: `hollow://${pod.metadata.uid}`,
      state: { running: { startedAt: now } },
    })),
  };
}

async function run(kubeconfig: string, count: number): Promise<void> {
  const client = createHttpClient(await accessOf(kubeconfig), WIDTH);
  await register(client, count);
  await renewLeases(client, count);
  const renew = () => {
    systemClock.after(LEASE_MS, renew);
    void renewLeases(client, count);
  };
  systemClock.after(LEASE_MS, renew);
  const started = new Set<string>();
  const waiting: (() => Promise<unknown>)[] = [];
  let underWay = 0;
  let serial = 1;
  const pump = () => {
    for (let next = underWay < WIDTH ? waiting.shift() : undefined; next; next = underWay < WIDTH ? waiting.shift() : undefined) {
      underWay++;
      void tolerating([404, 409], next())
        .catch((error: Error) => console.error(error.message))
        .finally(() => {
          underWay--;
          pump();
        });
    }
  };
  const take = (pod: BenchObject) => {
    const { namespace, name, uid, deletionTimestamp } = pod.metadata;
    if (!pod.spec.nodeName?.startsWith('hollow-')) return;
    const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
    if (deletionTimestamp) {
      started.delete(uid);
      waiting.push(() => client.ask('DELETE', path, { gracePeriodSeconds: 0, preconditions: { uid } }));
    } else if (!started.has(uid) && pod.status?.phase !== 'Running') {
      started.add(uid);
      const status = runningStatus(pod, serial++);
      waiting.push(() => client.ask('PATCH', `${path}/status`, { metadata: { uid }, status }, MERGE_PATCH));
    }
    pump();
  };
  const list = await client.json<{ metadata: { resourceVersion: string }; items: BenchObject[] }>('GET', `/api/v1/pods?${BOUND}`);
  for (const pod of list.items) take(pod);
  client.follow(`/api/v1/pods?${BOUND}`, list.metadata.resourceVersion, ({ type, object }) => {
    if (type !== 'DELETED') take(object);
  });
  console.log('ready');
}

const [kubeconfig = '', count = '50'] = process.argv.slice(2);
await run(kubeconfig, Number(count));
