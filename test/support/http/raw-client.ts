import type { OutgoingHttpHeaders } from 'node:http';
import type { RequestOptions } from 'node:https';
import { Agent, request as httpsRequest } from 'node:https';
import { parse } from 'yaml';

export interface RawAnswer {
  readonly code: number;
  readonly reason: string | undefined;
  /** The message of a Status; otherwise the whole text. */
  readonly message: string;
  readonly warnings: string;
  // biome-ignore lint/suspicious/noExplicitAny: the server may send any JSON
  readonly json: any;
}

export interface RawClient {
  /** Sends a request. A body that is neither text nor bytes is sent as JSON. */
  ask(method: string, path: string, body?: unknown, headers?: OutgoingHttpHeaders): Promise<RawAnswer>;
  /** Sends a request without the administrator's certificate. */
  stranger(method: string, path: string, headers?: OutgoingHttpHeaders): Promise<RawAnswer>;
  /** Certificates for further connections. */
  readonly tls: { readonly ca: Buffer; readonly cert: Buffer; readonly key: Buffer };
  close(): void;
}

interface Kubeconfig {
  readonly clusters: readonly { readonly cluster: Readonly<Record<'certificate-authority-data', string>> }[];
  readonly users: readonly { readonly user: Readonly<Record<'client-certificate-data' | 'client-key-data', string>> }[];
}

/** Sends requests unchanged, including malformed ones that a client library refuses to send. */
export function rawClient({ url, kubeconfig }: { readonly url: string; readonly kubeconfig: string }): RawClient {
  const config = parse(kubeconfig) as Kubeconfig;
  const bytes = (text: string | undefined) => Buffer.from(text ?? '', 'base64');
  const user = config.users[0]?.user;
  const ca = bytes(config.clusters[0]?.cluster['certificate-authority-data']);
  const tls = { ca, cert: bytes(user?.['client-certificate-data']), key: bytes(user?.['client-key-data']) };
  const agent = new Agent({ keepAlive: true, ...tls });
  const { hostname, port } = new URL(url);
  return {
    tls,
    ask: (method, path, body, headers) => send({ host: hostname, port, agent, method, path, ...(headers ? { headers } : {}) }, body),
    stranger: (method, path, headers) => send({ host: hostname, port, ca, agent: false, method, path, ...(headers ? { headers } : {}) }, undefined),
    close: () => agent.destroy(),
  };
}

function send(options: RequestOptions, body: unknown): Promise<RawAnswer> {
  const bytes = body === undefined ? undefined : typeof body === 'string' || Buffer.isBuffer(body) ? Buffer.from(body) : JSON.stringify(body);
  const headers = {
    ...(bytes === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(bytes) }),
    ...options.headers,
  };
  return new Promise((resolve, reject) => {
    const request = httpsRequest({ ...options, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('error', reject).on('end', () => {
        const json = text.startsWith('{') ? JSON.parse(text) : undefined;
        const status = json?.kind === 'Status' ? json : undefined;
        const warnings = String(response.headers.warning ?? '');
        resolve({ code: response.statusCode ?? 0, reason: status?.reason, message: status?.message ?? text, warnings, json });
      });
    });
    request.on('error', reject);
    request.end(bytes);
  });
}
