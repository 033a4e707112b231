import type { IncomingMessage } from 'node:http';
import { request as httpRequest, Agent as PlainAgent } from 'node:http';
import type { RequestOptions } from 'node:https';
import { request as httpsRequest, Agent as TlsAgent } from 'node:https';
import { createSecureContext } from 'node:tls';
import type { Clock } from '../../base/clock.ts';
import { systemClock } from '../../base/clock.ts';
import type { Credentials } from './credentials.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With the query. */
  readonly path: string;
  readonly body?: string;
  readonly contentType?: string;
  /** Further headers, by lower-case names. */
  readonly headers?: Readonly<Record<string, string | string[]>> | undefined;
  readonly signal?: AbortSignal;
  /** Limits the time until the answer's headers have arrived; 0 for no limit. */
  readonly timeoutMs: number;
  /** Set for a watch: it gets a connection of its own, beside those that requests share. */
  readonly longRunning?: boolean;
}

/** Sends a request; resolves to the response with its body unread. */
export type Transport = (request: HttpRequest) => Promise<IncomingMessage>;

/** The server did not answer in time. */
export class RequestTimeout extends Error {
  override readonly name = 'RequestTimeout';
}

/** The connections that requests share: a burst waits for one instead of paying a handshake per request. */
const MAX_CONNECTIONS = 16;

/** Creates a transport over kept-alive connections under the credentials' identity. */
export function createTransport(credentials: Credentials, userAgent: string, clock: Clock = systemClock): Transport {
  const base = new URL(credentials.server);
  const secure = base.protocol === 'https:';
  const plain = { shared: new PlainAgent({ keepAlive: true, maxSockets: MAX_CONNECTIONS }), single: new PlainAgent({ keepAlive: true }) };
  const agentsFor: () => Agents = secure ? tlsAgents(credentials) : () => plain;
  const prefix = base.pathname.replace(/\/+$/, '');

  return async ({ method, path, body, contentType, headers, signal, timeoutMs, longRunning }) => {
    const agents = agentsFor();
    const agent = longRunning ? agents.single : agents.shared;
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
        ...headers,
        ...(body !== undefined && { 'content-type': contentType ?? 'application/json', 'content-length': Buffer.byteLength(body) }),
      },
    };
    if (credentials.prepare) {
      await credentials.prepare(options);
      // A plugin's certificates are in its own agent or in the options; ours would hide them.
      if (options.agent === agent && (options.cert || options.key)) options.agent = undefined;
    }
    return new Promise((resolve, reject) => {
      const request = (secure ? httpsRequest : httpRequest)(options);
      const cancel =
        timeoutMs > 0 ? clock.after(timeoutMs, () => request.destroy(new RequestTimeout(`no answer within ${timeoutMs} ms`))) : undefined;
      request.on('response', (response) => {
        cancel?.();
        resolve(response);
      });
      request.on('error', (error) => {
        cancel?.();
        reject(error);
      });
      request.end(body);
    });
  };
}

interface Agents {
  readonly shared: PlainAgent;
  readonly single: PlainAgent;
}

/** Makes the agents for the current identity. Connections under a former one are used up by the requests that go over them. */
function tlsAgents(credentials: Credentials): () => Agents {
  const { ca, insecure, serverName, identity = () => credentials } = credentials;
  let made: { readonly identity: object; readonly agents: Agents } | undefined;
  return () => {
    const current = identity();
    if (made?.identity === current) return made.agents;
    const secureContext = createSecureContext({ ca, cert: current.cert, key: current.key });
    const common = { keepAlive: true, secureContext, rejectUnauthorized: !insecure, ...(serverName && { servername: serverName }) };
    const agents = {
      shared: new TlsAgent({ ...common, maxSockets: MAX_CONNECTIONS }),
      single: new TlsAgent({ ...common, maxSockets: Number.POSITIVE_INFINITY }),
    };
    made = { identity: current, agents };
    return agents;
  };
}

async function authorizationOf({ token, basic }: Credentials): Promise<string | undefined> {
  if (token !== undefined) return `Bearer ${typeof token === 'string' ? token : await token()}`;
  if (basic) return `Basic ${Buffer.from(`${basic.username}:${basic.password}`).toString('base64')}`;
  return undefined;
}

/** Reads the whole body as text. */
export async function bodyText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
