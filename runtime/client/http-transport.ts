import type { IncomingMessage } from 'node:http';
import { request as httpRequest, Agent as PlainAgent } from 'node:http';
import type { RequestOptions } from 'node:https';
import { request as httpsRequest, Agent as TlsAgent } from 'node:https';
import { createSecureContext } from 'node:tls';
import type { Credentials } from './credentials.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With the query. */
  readonly path: string;
  readonly body?: string;
  readonly contentType?: string;
  readonly signal?: AbortSignal;
  /** Until the headers of the answer are there; 0 for no limit. */
  readonly timeoutMs: number;
  /** The answer goes on for long (a watch): it has a connection to itself, beside those that requests share. */
  readonly longRunning?: boolean;
}

/** Sends a request and answers its response with the body unread. */
export type Transport = (request: HttpRequest) => Promise<IncomingMessage>;

/** The server did not answer in time. */
export class RequestTimeout extends Error {
  override readonly name = 'RequestTimeout';
}

/** Connections that requests share; a burst waits for one rather than pay a handshake for each request. */
const MAX_CONNECTIONS = 16;

/** A transport over kept-alive connections, with the credentials' identity. */
export function createTransport(credentials: Credentials, userAgent: string): Transport {
  const base = new URL(credentials.server);
  const secure = base.protocol === 'https:';
  const context = secure ? createSecureContext({ ca: credentials.ca, cert: credentials.cert, key: credentials.key }) : undefined;
  const agentOf = (maxSockets: number) =>
    secure
      ? new TlsAgent({
          keepAlive: true,
          maxSockets,
          secureContext: context,
          rejectUnauthorized: !credentials.insecure,
          ...(credentials.serverName && { servername: credentials.serverName }),
        })
      : new PlainAgent({ keepAlive: true, maxSockets });
  const shared = agentOf(MAX_CONNECTIONS);
  const single = agentOf(Number.POSITIVE_INFINITY);
  const prefix = base.pathname.replace(/\/+$/, '');

  return async ({ method, path, body, contentType, signal, timeoutMs, longRunning }) => {
    const agent = longRunning ? single : shared;
    const authorization = await authorizationOf(credentials);
    const options: RequestOptions = {
      method,
      host: base.hostname.replace(/^\[|\]$/g, ''),
      port: base.port || (secure ? 443 : 80),
      path: `${prefix}${path}`,
      agent,
      signal,
      headers: {
        accept: 'application/json',
        'user-agent': userAgent,
        ...(authorization && { authorization }),
        ...(body !== undefined && { 'content-type': contentType ?? 'application/json', 'content-length': Buffer.byteLength(body) }),
      },
    };
    if (credentials.prepare) {
      await credentials.prepare(options);
      // A plugin's certificates stand in its own agent or in the options; ours would hide them.
      if (options.agent === agent && (options.cert || options.key)) options.agent = undefined;
    }
    return new Promise((resolve, reject) => {
      const request = (secure ? httpsRequest : httpRequest)(options);
      const timer = timeoutMs > 0 ? setTimeout(() => request.destroy(new RequestTimeout(`no answer within ${timeoutMs} ms`)), timeoutMs) : undefined;
      request.on('response', (response) => {
        clearTimeout(timer);
        resolve(response);
      });
      request.on('error', (error) => {
        clearTimeout(timer);
        reject(error);
      });
      request.end(body);
    });
  };
}

async function authorizationOf({ token, basic }: Credentials): Promise<string | undefined> {
  if (token !== undefined) return `Bearer ${typeof token === 'string' ? token : await token()}`;
  if (basic) return `Basic ${Buffer.from(`${basic.username}:${basic.password}`).toString('base64')}`;
  return undefined;
}

/** The whole body as text. */
export async function bodyText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
