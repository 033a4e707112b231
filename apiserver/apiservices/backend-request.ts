import type { IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Clock } from '../../base/clock.ts';
import type { UserInfo } from '../contract/request.ts';
import { dialErrorText, hostPort } from '../proxy/dial-error.ts';
import type { ServiceResolver } from '../webhook/service-resolver.ts';
import type { Claim } from './claims.ts';
import type { Transports } from './transports.ts';
import { userHeaders } from './user-headers.ts';

export interface BackendOptions {
  readonly resolve: ServiceResolver;
  readonly transports: Transports;
  readonly clock: Clock;
}

export interface BackendRequest {
  readonly path: string;
  readonly user: UserInfo;
  readonly headers?: Readonly<Record<string, string>>;
  readonly limitMs: number;
  readonly signal?: AbortSignal;
}

/** Asks the server of a claim. Rejects as `askBackend` does. */
export type AskBackend = (claim: Claim, request: BackendRequest) => Promise<BackendAnswer>;

export interface BackendAnswer {
  readonly url: string;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Limits the documents that a server may send: OpenAPI of many kinds is some megabytes. */
const MAX_BYTES = 64 * 1024 * 1024;

/** A server could not be asked; the message is in the words of Go's net/http. */
export class BackendError extends Error {
  override readonly name = 'BackendError';
  readonly url: string;
  constructor(url: string, message: string) {
    super(message);
    this.url = url;
  }
}

/**
 * Asks the server behind a claim on this server's own account, and reads the whole answer.
 * @throws BackendError if it does not answer in time. @throws Error if its service or caBundle is no good.
 */
export function askBackend(
  claim: Claim,
  { path, user, headers = {}, limitMs, signal }: BackendRequest,
  options: BackendOptions,
): Promise<BackendAnswer> {
  const { host, port } = options.resolve(claim.service);
  const agent = options.transports.of(claim);
  const url = `https://${hostPort(host, port)}${path}`;
  return new Promise((resolve, reject) => {
    const outgoing = httpsRequest({ host, port, path, method: 'GET', agent, headers: { ...headers, ...userHeaders(user) } });
    let connected = false;
    const settle = (end: () => void) => {
      cancel();
      signal?.removeEventListener('abort', stop);
      end();
    };
    const fail = (text: string) => {
      settle(() => reject(new BackendError(url, `Get ${JSON.stringify(url)}: ${text}`)));
      outgoing.destroy();
    };
    const waiting = '(Client.Timeout exceeded while awaiting headers)';
    const cancel = options.clock.after(
      limitMs,
      () => fail(`${connected ? 'context deadline exceeded' : 'net/http: request canceled while waiting for connection'} ${waiting}`),
      'background',
    );
    const stop = () => fail('context canceled');
    signal?.addEventListener('abort', stop, { once: true });
    outgoing.on('socket', (socket) => {
      if (!socket.connecting) connected = true;
      else
        socket.once('secureConnect', () => {
          connected = true;
        });
    });
    outgoing.on('error', (error) => fail(dialErrorText(error, host, port)));
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = [];
      let size = 0;
      incoming.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size > MAX_BYTES) fail(`the answer is longer than ${MAX_BYTES} bytes`);
      });
      incoming.on('error', (error) => fail(dialErrorText(error, host, port)));
      incoming.on('end', () =>
        settle(() => resolve({ url, status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks) })),
      );
    });
    outgoing.end();
  });
}
