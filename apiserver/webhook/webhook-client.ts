import type { IncomingMessage } from 'node:http';
import type { AgentOptions, RequestOptions } from 'node:https';
import { Agent, request } from 'node:https';
import { isIP } from 'node:net';
import { posix } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { isObject } from '../../base/json.ts';
import type { Random } from '../../base/random.ts';
import { systemRandom } from '../../base/random.ts';
import type { StorageAccess } from '../contract/storage-access.ts';
import { connectionErrorText } from './connection-error.ts';
import { responseError } from './response-error.ts';
import { endpointResolver } from './service-resolver.ts';

/** The place of a webhook, as configurations and definitions of custom resources name it. */
export interface WebhookClientConfig {
  readonly url?: string | undefined;
  readonly service?:
    | { readonly namespace: string; readonly name: string; readonly path?: string | undefined; readonly port?: number | undefined }
    | undefined;
  /** Base64 of PEM certificates. */
  readonly caBundle?: string | undefined;
}

export interface WebhookCall {
  readonly timeoutMs: number;
  /** Whether the webhook is told the time-out, as the parameter `timeout`. */
  readonly tellsTimeout: boolean;
  /** Gives the call up when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

/** A call that got no answer, or no answer of success. */
export class WebhookCallError extends Error {
  override readonly name = 'WebhookCallError';
  /** The HTTP code that upstream counts the failure under. */
  readonly code: number;
  /** Whether the call was given up because its caller was. */
  readonly isCancelled: boolean;

  constructor(message: string, code: number, isCancelled = false) {
    super(message);
    this.code = code;
    this.isCancelled = isCancelled;
  }
}

export interface WebhookClient {
  /** Posts a review and returns the answer as parsed JSON. @throws WebhookCallError with the text of client-go and Go's net/http. */
  post(config: WebhookClientConfig, review: unknown, call: WebhookCall): Promise<unknown>;
}

export interface WebhookClientOptions {
  readonly objects: StorageAccess;
  readonly clock: Clock;
  readonly random?: Random | undefined;
}

/** As Go's transport as client-go sets it up. */
const AGENT: AgentOptions = { keepAlive: true, maxFreeSockets: 25, timeout: 90_000, scheduling: 'lifo' };
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
const SERVICE_UNAVAILABLE = 503;

/** A request that is ready to be sent. */
interface Target {
  /** As Go's errors show it. */
  readonly url: string;
  readonly servername: string;
  readonly options: RequestOptions;
}

/** Calls webhooks over HTTPS. Connections are kept open and used again, by endpoint and authority. */
export function createWebhookClient({ objects, clock, random = systemRandom }: WebhookClientOptions): WebhookClient {
  const agent = new Agent(AGENT);

  function targetOf(config: WebhookClientConfig, { timeoutMs, tellsTimeout }: WebhookCall): Target {
    const query = tellsTimeout ? `?timeout=${Math.max(1, Math.ceil(timeoutMs / 1000))}s` : '';
    const ca = config.caBundle ? { ca: Buffer.from(config.caBundle, 'base64') } : {};
    if (config.service) {
      const { namespace, name, path = '', port = 443 } = config.service;
      const servername = `${name}.${namespace}.svc`;
      const at = `${cleanPath(path)}${query}`;
      const url = `https://${servername}:${port}${at}`;
      try {
        const endpoint = endpointResolver(objects, random)({ namespace, name, port });
        return { url, servername, options: { ...endpoint, ...ca, path: at, servername, headers: { host: `${servername}:${port}` } } };
      } catch (error) {
        throw new WebhookCallError(`Post ${JSON.stringify(url)}: ${textOf(error)}`, SERVICE_UNAVAILABLE);
      }
    }
    if (!config.url) throw new WebhookCallError('webhook configuration must have either service or URL', SERVICE_UNAVAILABLE);
    const { hostname, host, port, pathname } = new URL(config.url);
    const name = hostname.replace(/^\[(.*)\]$/, '$1');
    const at = `${cleanPath(pathname)}${query}`;
    const options = { host: name, port: port === '' ? 443 : Number(port), ...ca, path: at, ...(isIP(name) === 0 ? { servername: name } : {}) };
    return { url: `https://${host}${at}`, servername: name, options };
  }

  return {
    async post(config, review, how) {
      const { timeoutMs, signal } = how;
      const target = targetOf(config, how);
      const failed = (why: string, isCancelled = false) =>
        new WebhookCallError(`Post ${JSON.stringify(target.url)}: ${why}`, SERVICE_UNAVAILABLE, isCancelled);
      const body = Buffer.from(JSON.stringify(review));
      const call = new AbortController();
      const cancel = clock.after(timeoutMs, () => call.abort(failed('context deadline exceeded')));
      const giveUp = () => call.abort(failed('context canceled', true));
      if (signal?.aborted) giveUp();
      signal?.addEventListener('abort', giveUp, { once: true });
      try {
        return await answered(await sent(target, body, agent, call.signal, failed));
      } catch (error) {
        if (call.signal.aborted) throw call.signal.reason;
        if (error instanceof WebhookCallError) throw error;
        throw failed(connectionErrorText(error as Error, target.servername));
      } finally {
        cancel();
        signal?.removeEventListener('abort', giveUp);
      }
    },
  };
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Cleans a path as Go's path.Join does: no doubled and no trailing slashes. */
const cleanPath = (path: string): string => {
  const clean = posix.normalize(`/${path}`);
  return clean.length > 1 && clean.endsWith('/') ? clean.slice(0, -1) : clean;
};

/** Sends a review. A connection that the other side closed while it was idle is replaced by a new one, once. */
async function sent(target: Target, body: Buffer, agent: Agent, signal: AbortSignal, failed: (why: string) => Error): Promise<Answer> {
  for (let isRetry = false; ; isRetry = true) {
    let reused = false;
    try {
      return await new Promise<Answer>((resolve, reject) => {
        const outgoing = request({
          ...target.options,
          method: 'POST',
          agent,
          signal,
          headers: {
            ...target.options.headers,
            accept: 'application/json, */*',
            'content-type': 'application/json',
            'content-length': body.length,
            'user-agent': 'kube-apiserver-admission',
          },
        });
        outgoing.once('response', (response) => received(response, failed).then(resolve, reject));
        outgoing.once('error', (error) => {
          reused = outgoing.reusedSocket;
          reject(error);
        });
        outgoing.end(body);
      });
    } catch (error) {
      if (isRetry || !reused || signal.aborted || !hasCode(error, 'ECONNRESET', 'EPIPE')) throw error;
    }
  }
}

const hasCode = (error: unknown, ...codes: readonly string[]): boolean =>
  isObject(error) && typeof error.code === 'string' && codes.includes(error.code);

interface Answer {
  readonly code: number;
  readonly contentType: string | undefined;
  readonly body: string;
}

function received(response: IncomingMessage, failed: (why: string) => Error): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    response.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_ANSWER_BYTES) response.destroy(failed(`the answer is longer than ${MAX_ANSWER_BYTES} bytes`));
      else chunks.push(chunk);
    });
    response.once('error', (error) => reject(error instanceof WebhookCallError ? error : failed('unexpected EOF')));
    response.once('end', () => {
      resolve({ code: response.statusCode ?? 0, contentType: response.headers['content-type'], body: Buffer.concat(chunks).toString() });
    });
  });
}

/** Reads an answer of success. @throws WebhookCallError with client-go's text. */
function answered({ code, contentType, body }: Answer): unknown {
  const error = responseError(code, contentType, body);
  if (error) throw new WebhookCallError(error.message, error.code);
  if (body === '') {
    throw new WebhookCallError(`0-length response with status code: ${code} and content type: ${contentType ?? ''}`, SERVICE_UNAVAILABLE);
  }
  try {
    return JSON.parse(body);
  } catch (fault) {
    throw new WebhookCallError(`couldn't get version/kind; json parse error: ${textOf(fault)}`, SERVICE_UNAVAILABLE);
  }
}
