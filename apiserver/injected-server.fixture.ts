import type { KindDefinition } from '../api/definition/kind.ts';
import { kinds as builtIn } from '../api/kinds/index.ts';
import type { Clock } from '../base/clock.ts';
import { silentLogger } from '../base/log.ts';
import { createMemoryStore } from '../store/memory.ts';
import type { Store } from '../store/store.ts';
import { namespaceLifecycle } from './admission/builtin/namespace-lifecycle.ts';
import { privilegedGroups } from './authz/privileged-groups.ts';
import type { AdmissionMetrics } from './contract/admission.ts';
import type { Part } from './contract/part.ts';
import type { ApiRequest, ResponseBody } from './contract/request.ts';
import type { Resources } from './resources.ts';
import { createResources } from './resources.ts';
import type { ApiServer } from './server.ts';
import { createApiServer } from './server.ts';

/** For tests: a server on the memory store, asked without a socket. Its one user is a member of system:masters; shared objects are frozen. */
export interface InjectedServer {
  readonly server: ApiServer;
  readonly store: Store;
  /** Sends a request; the body is JSON unless it is text already. */
  inject(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Injected>;
  /** Opens a watch and gathers its events. `accept`: false when the client reads no more. */
  watch(path: string, accept?: () => boolean, headers?: Readonly<Record<string, string>>): Promise<InjectedWatch>;
  close(): void;
}

export interface Injected {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly text: string;
  /** The body as it goes over the network. */
  readonly bytes: Buffer;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every kind
  readonly json: any;
}

export interface InjectedWatch {
  // biome-ignore lint/suspicious/noExplicitAny: tests look into events of every kind
  readonly events: any[];
  /** Resolves when the server ends the watch. */
  readonly ended: Promise<void>;
  stop(): void;
}

export interface InjectedServerOptions {
  readonly clock: Clock;
  readonly kinds?: readonly KindDefinition[];
  readonly store?: Store;
  readonly part?: Partial<Part> | ((resources: Resources) => Partial<Part>);
  readonly admissionMetrics?: AdmissionMetrics;
  /** Made at the start. Default: `default`. */
  readonly namespaces?: readonly string[];
}

export async function startInjectedServer(options: InjectedServerOptions): Promise<InjectedServer> {
  const store = options.store ?? createMemoryStore();
  const resources = createResources({ store, kinds: options.kinds ?? builtIn, clock: options.clock, log: silentLogger, freeze: true });
  const { part } = options;
  const server = createApiServer({
    resources,
    authenticator: { authenticate: () => ({ name: 'admin', groups: ['system:masters'] }) },
    authorizer: privilegedGroups,
    parts: [{ name: 'test', plugins: [namespaceLifecycle(resources.storage)], ...(typeof part === 'function' ? part(resources) : part) }],
    admissionMetrics: options.admissionMetrics,
  });
  await server.ready;

  const request = (method: string, path: string, body: unknown, headers: Readonly<Record<string, string>>, signal: AbortSignal): ApiRequest => {
    const [plain = '', query = ''] = path.split('?', 2);
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    return {
      method,
      path: plain,
      query: new URLSearchParams(query),
      headers: { 'content-type': 'application/json', 'user-agent': 'test/1', ...headers },
      signal,
      ...(text === undefined ? {} : { body: { bytes: Buffer.from(text as string) } }),
    };
  };

  const injected: InjectedServer = {
    server,
    store,
    async inject(method, path, body, headers = {}) {
      const response = await server.handle(request(method, path, body, headers, new AbortController().signal));
      const bytes = bytesOf(response.body);
      const text = bytes.toString();
      return { status: response.status, headers: response.headers, text, bytes, json: text.startsWith('{') ? JSON.parse(text) : undefined };
    },
    async watch(path, accept = () => true, headers = {}) {
      const controller = new AbortController();
      const response = await server.handle(request('GET', path, undefined, headers, controller.signal));
      const { body } = response;
      if (body.kind !== 'stream') throw new Error(`not a watch: ${response.status} ${bytesOf(body)}`);
      const events: unknown[] = [];
      const write = (chunk: string | Buffer) => {
        if (!accept()) return false;
        for (const line of chunk.toString().split('\n')) if (line !== '') events.push(JSON.parse(line));
        return true;
      };
      return { events, ended: body.run({ write }, controller.signal), stop: () => controller.abort() };
    },
    close: () => server.close(),
  };
  for (const name of options.namespaces ?? ['default']) await injected.inject('POST', '/api/v1/namespaces', { metadata: { name } });
  return injected;
}

function bytesOf(body: ResponseBody): Buffer {
  switch (body.kind) {
    case 'object':
      return Buffer.from(body.json());
    case 'text':
      return Buffer.concat([...body.parts].map((part) => Buffer.from(part as string)));
    default:
      return Buffer.alloc(0);
  }
}
