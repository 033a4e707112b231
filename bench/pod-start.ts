import { parseArgs } from 'node:util';
import { makeNamespace } from './api-load.ts';
import type { BenchEvent, HttpClient } from './http-client.ts';
import { accessOf, createHttpClient } from './http-client.ts';
import { median, rounded } from './measures.ts';

/**
 * Pods on real nodes, from the request to Ready as a watcher sees it: some one after another, then many at once, then all deleted.
 * `node bench/pod-start.ts KUBECONFIG [ONE_BY_ONE] [AT_ONCE] [IMAGE] [--claim] [--policy]`: a cluster that runs, and an image that its node has, with
 * a shell. With `--claim` each pod has a new claim of the default class, whose volume is made for it; with `--policy` a NetworkPolicy holds for all.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { claim: { type: 'boolean', default: false }, policy: { type: 'boolean', default: false } },
});
const [kubeconfig, oneByOne = '10', atOnce = '30', image = 'docker.io/library/busybox:latest'] = positionals;
if (kubeconfig === undefined) {
  console.error('node bench/pod-start.ts KUBECONFIG [ONE_BY_ONE] [AT_ONCE] [IMAGE] [--claim] [--policy]');
  process.exit(2);
}

const claim = (name: string) => ({ metadata: { name }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '16Mi' } } } });

const policy = {
  metadata: { name: 'from-this-namespace' },
  spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'], ingress: [{ from: [{ podSelector: {} }] }], egress: [{ to: [{ podSelector: {} }] }] },
};

const pod = (name: string) => ({
  metadata: { name },
  spec: {
    terminationGracePeriodSeconds: 1,
    ...(values.claim ? { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: name } }] } : {}),
    containers: [
      {
        name: 'main',
        image,
        imagePullPolicy: 'IfNotPresent',
        command: ['sh', '-c', 'trap "exit 0" TERM; while true; do sleep 0.2; done'],
        ...(values.claim ? { volumeMounts: [{ name: 'data', mountPath: '/data' }] } : {}),
      },
    ],
  },
});

interface PodStatus {
  readonly phase?: string;
  readonly podIP?: string;
  readonly conditions?: readonly { readonly type: string; readonly status: string }[];
}

const isReady = (status: PodStatus | undefined): boolean =>
  status?.phase === 'Running' && status.podIP !== undefined && (status.conditions ?? []).some((c) => c.type === 'Ready' && c.status === 'True');

const millisecondsOf = async (work: () => Promise<unknown>): Promise<number> => {
  const started = performance.now();
  await work();
  return performance.now() - started;
};

async function measure(client: HttpClient): Promise<object> {
  const namespace = await makeNamespace(client, 'start');
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  if (values.policy) await client.ask('POST', `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`, policy);
  const ready = new Map<string, () => void>();
  const gone = new Map<string, () => void>();
  const { metadata } = await client.json<{ metadata: { resourceVersion: string } }>('GET', pods);
  const stop = client.follow(pods, metadata.resourceVersion, ({ type, object }: BenchEvent) => {
    if (type === 'DELETED') gone.get(object.metadata.name)?.();
    else if (isReady(object.status as PodStatus | undefined)) ready.get(object.metadata.name)?.();
  });
  const start = async (name: string) => {
    const done = new Promise<void>((resolve) => ready.set(name, resolve));
    if (values.claim) await client.ask('POST', `/api/v1/namespaces/${namespace}/persistentvolumeclaims`, claim(name));
    await client.ask('POST', pods, pod(name));
    await done;
  };
  const remove = async (name: string) => {
    const done = new Promise<void>((resolve) => gone.set(name, resolve));
    await client.ask('DELETE', `${pods}/${name}`);
    await done;
  };
  const first = Array.from({ length: Number(oneByOne) }, (_, i) => `one-${i}`);
  const many = Array.from({ length: Number(atOnce) }, (_, i) => `many-${i}`);
  const took: number[] = [];
  for (const name of first) took.push(await millisecondsOf(() => start(name)));
  const burst = await millisecondsOf(() => Promise.all(many.map(start)));
  const deletion = await millisecondsOf(() => Promise.all([...first, ...many].map(remove)));
  stop();
  await client.ask('DELETE', `/api/v1/namespaces/${namespace}`);
  return {
    startMs: { p50: rounded(median(took), 0), max: rounded(Math.max(...took), 0) },
    burst: { pods: many.length, seconds: rounded(burst / 1000, 2), podsPerSecond: rounded((many.length / burst) * 1000) },
    deletion: { pods: first.length + many.length, seconds: rounded(deletion / 1000, 2) },
  };
}

console.log(JSON.stringify({ podStart: await measure(createHttpClient(await accessOf(kubeconfig), 64)) }));
process.exit();
