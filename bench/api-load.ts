import { sleep, systemClock } from '../base/clock.ts';
import type { HttpClient } from './http-client.ts';
import { MERGE_PATCH } from './http-client.ts';
import type { Rate } from './measures.ts';
import { median, percentile, rateOf, rounded } from './measures.ts';

export interface ApiFigures {
  readonly create: Rate;
  readonly get: Rate;
  readonly patch: Rate;
  readonly delete: Rate;
  /** Milliseconds for the whole list, medians. */
  readonly listAllMs: number;
  readonly listTenthMs: number;
  readonly watch: { readonly eventsPerSecond: number; readonly p50: number; readonly p99: number };
}

/** A pod that no scheduler takes, about 1 kB as it is sent. */
export const createPod = (i: number) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `pod-${i}`, labels: { app: `app-${i % 10}`, tier: 'bench' }, annotations: { note: 'n'.repeat(512) } },
  spec: {
    schedulerName: 'nobody',
    containers: [
      {
        name: 'main',
        image: 'busybox',
        command: ['sleep', '3600'],
        env: [{ name: 'MODE', value: 'idle' }],
        resources: { requests: { cpu: '10m', memory: '16Mi' } },
      },
    ],
  },
});

const LISTS = 15;
const UPDATES = 100;

/** Creates `count` pods, reads, patches, lists and deletes them, `width` requests at a time, and measures watches with `watchers`. */
export async function measureApi(
  client: HttpClient,
  { count, width, watchers }: { count: number; width: number; watchers: number },
  after: (phase: string) => void = () => {},
): Promise<ApiFigures> {
  const namespace = await makeNamespace(client, 'api');
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const phase = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const result = await work();
    after(name);
    return result;
  };
  const create = await phase('create', () => rateOf(count, width, (i) => client.ask('POST', pods, createPod(i))));
  const get = await phase('get', () => rateOf(count * 2, width, (i) => client.ask('GET', `${pods}/pod-${i % count}`)));
  const patched = { metadata: { labels: { round: '1' } } };
  const patch = await phase('patch', () => rateOf(count, width, (i) => client.ask('PATCH', `${pods}/pod-${i}`, patched, MERGE_PATCH)));
  const listAllMs = await phase('list', () => listMedian(client, pods));
  const listTenthMs = await phase('listTenth', () => listMedian(client, `${pods}?labelSelector=app%3Dapp-3`));
  const watch = await phase('watch', () => measureWatch(client, namespace, watchers));
  const remove = await phase('delete', () => rateOf(count, width, (i) => client.ask('DELETE', `${pods}/pod-${i}`, { gracePeriodSeconds: 0 })));
  await client.ask('DELETE', `/api/v1/namespaces/${namespace}`);
  return { create, get, patch, delete: remove, listAllMs, listTenthMs, watch };
}

/** Creates a namespace; resolves with its name once its service account exists. */
export async function makeNamespace(client: HttpClient, what: string): Promise<string> {
  const name = `bench-${what}-${systemClock.now().toString(36)}`;
  await client.ask('POST', '/api/v1/namespaces', { metadata: { name } });
  for (;;) {
    try {
      await client.ask('GET', `/api/v1/namespaces/${name}/serviceaccounts/default`);
      return name;
    } catch {
      await sleep(systemClock, 20);
    }
  }
}

async function listMedian(client: HttpClient, path: string): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < LISTS; i++) {
    const started = performance.now();
    await client.ask('GET', path);
    times.push(performance.now() - started);
  }
  return rounded(median(times));
}

/** One object changes again and again; every watcher must see every change. Latency: from before the write to the delivery. */
async function measureWatch(client: HttpClient, namespace: string, watchers: number): Promise<ApiFigures['watch']> {
  const configMaps = `/api/v1/namespaces/${namespace}/configmaps`;
  const made = await client.json<{ metadata: { resourceVersion: string } }>('POST', configMaps, {
    metadata: { name: 'watched' },
    data: { sent: '0' },
  });
  const latencies: number[] = [];
  const stops = Array.from({ length: watchers }, () =>
    client.follow(configMaps, made.metadata.resourceVersion, ({ type, object }) => {
      if (type === 'MODIFIED') latencies.push(performance.now() - Number(object.data?.sent));
    }),
  );
  await sleep(systemClock, 1000);
  const started = performance.now();
  for (let i = 0; i < UPDATES; i++) await client.ask('PATCH', `${configMaps}/watched`, { data: { sent: String(performance.now()) } }, MERGE_PATCH);
  while (latencies.length < watchers * UPDATES) {
    if (performance.now() - started > 60_000) throw new Error(`${latencies.length} of ${watchers * UPDATES} watch events arrived`);
    await sleep(systemClock, 2);
  }
  const seconds = (performance.now() - started) / 1000;
  for (const stop of stops) stop();
  return {
    eventsPerSecond: Math.round((watchers * UPDATES) / seconds),
    p50: rounded(percentile(latencies, 0.5)),
    p99: rounded(percentile(latencies, 0.99)),
  };
}
