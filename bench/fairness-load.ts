import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { sleep, systemClock } from '../base/clock.ts';
import { createPod, makeNamespace } from './api-load.ts';
import type { Load, LoadResult } from './fairness-generator.ts';
import type { Access, HttpClient } from './http-client.ts';
import { createHttpClient } from './http-client.ts';
import { percentile, pool, rounded } from './measures.ts';
import type { LoopFigures, ServerProcess } from './server-process.ts';

/** Latencies of one user's GET, in milliseconds. */
interface Latencies {
  readonly requests: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
  /** The delay of a timer in the measuring process, the 99th percentile: so much may be the machine's. */
  readonly ownDelayP99: number;
}

interface UnderLoad extends Partial<LoadResult> {
  readonly get: Latencies;
  readonly loop: LoopFigures;
  /** Of the machine, over the last minute. */
  readonly loadAverage: number;
}

export type FairnessFigures = Readonly<Record<string, UnderLoad>>;

export interface FairnessOptions {
  readonly objects: number;
  /** Lists at once. */
  readonly width: number;
  readonly writers: number;
  readonly seconds: number;
}

/** Milliseconds between two measured requests. */
const INTERVAL_MS = 5;
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

/**
 * Measures the GET of one user alone, while another floods the server with lists of `objects` pods, and while 1,000 write at once. Each is a
 * service account with a role of its own; loads are made in processes of their own.
 */
export async function measureFairness(
  measured: ServerProcess,
  admin: HttpClient,
  { host, port, ca }: Access,
  { objects, width, writers, seconds }: FairnessOptions,
): Promise<FairnessFigures> {
  const namespace = await makeNamespace(admin, 'fairness');
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const configMaps = `/api/v1/namespaces/${namespace}/configmaps`;
  await pool(objects, 32, (i) => admin.ask('POST', pods, createPod(i)));
  await admin.ask('POST', configMaps, { metadata: { name: 'read' }, data: { text: 'text' } });
  const as = async (name: string, verb: string, resource: string) => ({
    host,
    port,
    ca,
    token: await userWith(admin, namespace, name, verb, resource),
  });
  const reader = createHttpClient(await as('reader', 'get', 'configmaps'), 1);
  const [flooder, writer] = [await as('flooder', 'list', 'pods'), await as('writer', 'create', 'configmaps')];
  const lists = (headers: Load['headers']): Load => ({ access: flooder, width, method: 'GET', path: pods, headers });
  const loads: Readonly<Record<string, Load | undefined>> = {
    alone: undefined,
    json: lists({}),
    table: lists({ accept: TABLE }),
    gzip: lists({ 'accept-encoding': 'gzip' }),
    writers: { access: writer, width: writers, method: 'POST', path: configMaps, headers: {}, count: writers * 4 },
  };
  const figures: Record<string, UnderLoad> = {};
  for (const [name, load] of Object.entries(loads)) {
    const flood = load && startLoad(load);
    // A flood is measured while it flows; writers from the first connection on.
    if (flood && load.count === undefined) await sleep(systemClock, 1000);
    await measured.loop();
    const get = await latenciesOf(() => reader.ask('GET', `${configMaps}/read`), seconds, load?.count === undefined ? undefined : flood?.ended);
    const loop = await measured.loop();
    figures[name] = { get, ...(flood ? await flood.stop() : {}), loop, loadAverage: rounded(loadavg()[0] ?? 0) };
    await sleep(systemClock, 1000);
  }
  return figures;
}

/** Creates a service account with a role for one verb of one resource; resolves with a token of it. */
async function userWith(admin: HttpClient, namespace: string, name: string, verb: string, resource: string): Promise<string> {
  const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  const roles = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
  await admin.ask('POST', accounts, { metadata: { name } });
  await admin.ask('POST', `${roles}/roles`, { metadata: { name }, rules: [{ apiGroups: [''], resources: [resource], verbs: [verb] }] });
  await admin.ask('POST', `${roles}/rolebindings`, {
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', namespace, name }],
  });
  return (await admin.json<{ status: { token: string } }>('POST', `${accounts}/${name}/token`, { spec: {} })).status.token;
}

/** Starts a process that makes the load. `stop` resolves with what came of it. */
function startLoad(load: Load): { readonly ended: Promise<LoadResult>; readonly stop: () => Promise<LoadResult> } {
  const child: ChildProcess = fork(fileURLToPath(new URL('./fairness-generator.ts', import.meta.url)));
  const ended = new Promise<LoadResult>((resolve, reject) => {
    child.once('message', (result) => resolve(result as LoadResult));
    child.once('exit', () => reject(new Error('the process that makes the load ended')));
  });
  ended.catch(() => {});
  child.send(load);
  return {
    ended,
    stop() {
      if (child.connected) child.send('stop', () => {});
      return ended;
    },
  };
}

/** Sends one request after another, a few milliseconds in between; for so many seconds, or until `until` settles. */
async function latenciesOf(request: () => Promise<unknown>, seconds: number, until?: Promise<unknown>): Promise<Latencies> {
  const latencies: number[] = [];
  const delays: number[] = [];
  let ended = false;
  const end = () => {
    ended = true;
  };
  if (until) until.then(end, end);
  const started = performance.now();
  const inTime = () => (until ? !ended : performance.now() - started < seconds * 1000);
  while (inTime()) {
    const begun = performance.now();
    await request();
    const answered = performance.now();
    latencies.push(answered - begun);
    await sleep(systemClock, INTERVAL_MS);
    delays.push(performance.now() - answered - INTERVAL_MS);
  }
  const at = (share: number) => rounded(percentile(latencies, share));
  return { requests: latencies.length, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1), ownDelayP99: rounded(percentile(delays, 0.99)) };
}
