import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { parse } from 'yaml';
import { systemClock } from '../base/clock.ts';

/** The parts of an object that the loads look at. */
export interface BenchObject {
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly deletionTimestamp?: string;
  };
  readonly spec: { readonly nodeName?: string; readonly containers: readonly { readonly name: string; readonly image: string }[] };
  readonly status?: { readonly phase?: string };
  readonly data?: Readonly<Record<string, string>>;
}

export interface BenchEvent {
  readonly type: string;
  readonly object: BenchObject;
}

export interface HttpClient {
  /** The bytes of the response, as they came. A body of bytes is sent as it is. @throws RefusedError if the status is 400 or more. */
  ask(method: string, path: string, body?: object, contentType?: string, headers?: Readonly<Record<string, string>>): Promise<Buffer>;
  json<T>(method: string, path: string, body?: object, contentType?: string): Promise<T>;
  /** Follows a watch, resuming when the server ends it, until the returned function is called. */
  follow(path: string, resourceVersion: string, onEvent: (event: BenchEvent) => void): () => void;
}

export const MERGE_PATCH = 'application/merge-patch+json';

interface Kubeconfig {
  readonly clusters: readonly { readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string } }[];
  readonly users: readonly { readonly user: { readonly 'client-certificate-data': string; readonly 'client-key-data': string } }[];
}

/** A server, and the credentials of a client of it. */
export interface Access {
  readonly host: string;
  readonly port: string;
  /** PEM. */
  readonly ca: string;
  readonly cert?: string;
  readonly key?: string;
  /** A bearer token. */
  readonly token?: string;
}

/** Reads a kubeconfig whose text is JSON, or the YAML that skiff writes. */
export async function accessOf(kubeconfigPath: string): Promise<Access> {
  const { clusters, users } = parse(readFileSync(kubeconfigPath, 'utf8')) as Kubeconfig;
  const [cluster, user] = [clusters[0]?.cluster, users[0]?.user];
  if (!cluster || !user) throw new Error(`${kubeconfigPath} names no cluster or no user`);
  const url = new URL(cluster.server);
  const pem = (text: string) => Buffer.from(text, 'base64').toString();
  return {
    host: url.hostname,
    port: url.port,
    ca: pem(cluster['certificate-authority-data']),
    cert: pem(user['client-certificate-data']),
    key: pem(user['client-key-data']),
  };
}

/** The form of a watch's stream. */
export interface StreamForm {
  readonly accept: string;
  /** Makes a function that takes the bytes of one stream as they come. */
  reader(onEvent: (event: BenchEvent) => void): (bytes: Buffer) => void;
}

/** A watch as lines of JSON. */
const JSON_LINES: StreamForm = {
  accept: 'application/json',
  reader(onEvent) {
    const text = new TextDecoder();
    let rest = '';
    return (bytes) => {
      const lines = (rest + text.decode(bytes, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line !== '') onEvent(JSON.parse(line));
    };
  },
};

/** A plain HTTP/1.1 client. */
export function createHttpClient({ host, port, token, ...tls }: Access, sockets: number, stream: StreamForm = JSON_LINES): HttpClient {
  const agent = new Agent({ ...tls, keepAlive: true, maxSockets: sockets });
  const watchAgent = new Agent({ ...tls, keepAlive: false });
  const at = { host, port };
  const identity = token === undefined ? {} : { authorization: `Bearer ${token}` };

  function ask(method: string, path: string, body?: object, contentType = 'application/json', more: object = {}): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const payload = body && (Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body)));
      const headers = {
        accept: 'application/json',
        ...identity,
        ...more,
        ...(payload ? { 'content-type': contentType, 'content-length': String(payload.length) } : {}),
      };
      const sent = request({ ...at, method, path, agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const bytes = Buffer.concat(chunks);
          if ((response.statusCode ?? 0) < 400) resolve(bytes);
          else reject(new RefusedError(response.statusCode ?? 0, `${method} ${path}: ${response.statusCode} ${bytes.toString().slice(0, 300)}`));
        });
      });
      sent.on('error', reject);
      sent.end(payload);
    });
  }

  function watchOnce(path: string, onEvent: (event: BenchEvent) => void, onEnd: () => void): () => void {
    const sent = request({ ...at, method: 'GET', path, agent: watchAgent, headers: { accept: stream.accept, ...identity } }, (response) => {
      response.on('data', stream.reader(onEvent));
      response.on('end', onEnd);
      response.on('error', onEnd);
    });
    sent.on('error', onEnd);
    sent.end();
    return () => sent.destroy();
  }

  return {
    ask,
    json: async (method, path, body, contentType) => JSON.parse((await ask(method, path, body, contentType)).toString()),
    follow(path, resourceVersion, onEvent) {
      let stopped = false;
      let stop = () => {};
      const go = () => {
        if (stopped) return;
        stop = watchOnce(
          `${path}${path.includes('?') ? '&' : '?'}watch=1&resourceVersion=${resourceVersion}`,
          (event) => {
            resourceVersion = event.object.metadata.resourceVersion;
            onEvent(event);
          },
          () => void systemClock.after(20, go),
        );
      };
      go();
      return () => {
        stopped = true;
        stop();
      };
    },
  };
}

/** The server responded with an error. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}
