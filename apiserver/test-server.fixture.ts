import { generateKeyPairSync } from 'node:crypto';
import { kinds as allKinds } from '../api/kinds/index.ts';
import { systemClock } from '../base/clock.ts';
import { silentLogger } from '../base/log.ts';
import { createMemoryStore } from '../store/memory.ts';
import { serviceAccountTokens } from './authn/service-account-token.ts';
import type { ComposeOptions } from './compose.ts';
import { composeApiServer, SELF } from './compose.ts';
import type { ApiResponse, UserInfo } from './contract/request.ts';
import { metricsRegistries } from './metrics/metrics-registries.ts';

export const ADMIN: UserInfo = { name: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] };

export interface Answer {
  readonly status: number;
  readonly headers: ApiResponse['headers'];
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers as clients do
  readonly json: any;
}

export interface Ask {
  readonly body?: unknown;
  /** Default: the administrator. `null`: the user that the headers identify. */
  readonly user?: UserInfo | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Names and values in turn: headers that come repeatedly. */
  readonly rawHeaders?: readonly string[];
}

async function textOf(response: ApiResponse): Promise<string> {
  const { body } = response;
  if (body.kind === 'object') return body.json();
  if (body.kind === 'text') return [...body.parts].join('');
  if (body.kind !== 'stream') return '';
  const chunks: (string | Buffer)[] = [];
  await body.run({ write: (chunk) => chunks.push(chunk) > 0 }, new AbortController().signal);
  return chunks.join('');
}

/** A whole API server on a memory store, for tests: requests go straight into `handle`. End it with `stop`. */
export async function startTestServer(options: Partial<ComposeOptions> = {}) {
  const store = options.store ?? createMemoryStore();
  const clock = options.clock ?? systemClock;
  const signingKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const tokens = options.tokens ?? serviceAccountTokens({ signingKey, clock });
  const server = composeApiServer({
    kinds: allKinds,
    log: silentLogger,
    externalUrl: 'https://127.0.0.1:6443',
    metrics: metricsRegistries(),
    freeze: true,
    ...options,
    store,
    clock,
    tokens,
  });
  await server.start();
  const ended = new AbortController();
  const running = server.run(ended.signal);

  async function ask(method: string, pathAndQuery: string, { body, user = ADMIN, headers = {}, rawHeaders }: Ask = {}): Promise<Answer> {
    const [path = '', query = ''] = pathAndQuery.split('?');
    const response = await server.handle({
      method,
      path,
      query: new URLSearchParams(query),
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: { bytes: Buffer.from(JSON.stringify(body)) } }),
      ...(user ? { user } : {}),
      ...(rawHeaders ? { rawHeaders } : {}),
      signal: new AbortController().signal,
    });
    const text = await textOf(response);
    const isJson = String(response.headers['content-type'] ?? '').startsWith('application/json');
    return { status: response.status, headers: response.headers, text, json: isJson && text !== '' ? JSON.parse(text) : undefined };
  }

  /** Lets users do everything, each under a binding of its own: they are no masters, as those pass every limit. */
  async function grantAll(...names: readonly string[]): Promise<void> {
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' };
    for (const name of names) {
      const body = { metadata: { name: `all-${name}` }, roleRef, subjects: [{ apiGroup: roleRef.apiGroup, kind: 'User', name }] };
      await ask('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', { body });
    }
  }

  return {
    ask,
    grantAll,
    store,
    server,
    tokens,
    client: server.loopback(SELF),
    objects: server.storage,
    async stop(): Promise<void> {
      ended.abort();
      await running;
      server.close();
      if (!options.store) await store.close();
    },
  };
}

export type TestServer = Awaited<ReturnType<typeof startTestServer>>;

/** Waits until `check` holds, looking after every turn of the event loop. @throws Error after a minute. */
export async function eventually<T>(check: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
  const end = Date.now() + 60_000;
  for (;;) {
    const found = await check();
    if (found) return found;
    if (Date.now() > end) throw new Error('it did not come about within a minute');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
