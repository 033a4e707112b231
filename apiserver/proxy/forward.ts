import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { request as httpRequest } from 'node:http';
import type { Agent } from 'node:https';
import { request as httpsRequest } from 'node:https';
import type { Duplex, Readable } from 'node:stream';
import { StatusError } from '../../api/meta/status-error.ts';
import type { ApiRequest, ApiResponse, StreamSink } from '../contract/request.ts';
import { dialErrorText } from './dial-error.ts';

/** The address that a request is passed on to. */
export interface Target {
  readonly protocol: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  /** With the query. */
  readonly path: string;
  /** Carries the client certificate and authority. Default for https: the certificate is not checked (pods have none of ours). */
  readonly agent?: Agent;
  /** Sent beside the client's own headers, and instead of those of the same name. Lower-case names. */
  readonly headers?: OutgoingHttpHeaders;
}

/** Headers that concern one connection, not the request (RFC 9110, 7.6.1), and credentials for this server. */
const OWN_HEADERS = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'host',
  'content-length',
  'authorization',
]);

const isOwn = (name: string): boolean => OWN_HEADERS.has(name) || name.startsWith(':') || name.startsWith('impersonate-');

/** Whether the client asks to take over the connection. */
export const wantsUpgrade = ({ headers }: ApiRequest): boolean =>
  headers.upgrade !== undefined && /(^|,)\s*upgrade\s*(,|$)/i.test(headers.connection ?? '');

function passedOn(request: ApiRequest): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(request.headers)) if (value !== undefined && !isOwn(name)) headers[name] = value;
  if (request.connection?.remoteAddress) {
    const before = request.headers['x-forwarded-for'];
    headers['x-forwarded-for'] = before === undefined ? request.connection.remoteAddress : `${before}, ${request.connection.remoteAddress}`;
  }
  return headers;
}

const unreachable = (error: Error, { host, port }: Target): StatusError =>
  new StatusError('ServiceUnavailable', `error trying to reach service: ${dialErrorText(error, host, port)}`);

function open(request: ApiRequest, target: Target, upgrade: boolean) {
  const body = request.body && 'bytes' in request.body ? request.body.bytes : undefined;
  // Node frames no body of a DELETE by itself: the other side would take it for the next request.
  const length = body ? { 'content-length': body.length } : {};
  const options = {
    host: target.host,
    port: target.port,
    path: target.path,
    method: request.method,
    headers: { ...passedOn(request), ...target.headers, ...length, ...(upgrade ? { connection: 'Upgrade', upgrade: request.headers.upgrade } : {}) },
    ...(target.agent ? { agent: target.agent } : { rejectUnauthorized: false }),
    signal: request.signal,
  };
  const outgoing = target.protocol === 'https' ? httpsRequest(options) : httpRequest(options);
  outgoing.end(body);
  return outgoing;
}

/** Sends the request on and resolves with the head of the answer. @throws StatusError 503 if nobody answers. */
export function send(request: ApiRequest, target: Target): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = open(request, target, false);
    outgoing.once('response', resolve);
    outgoing.once('error', (error) => {
      // The other side closed a kept connection as it was taken up again: nothing has been asked yet.
      const stale = outgoing.reusedSocket && 'code' in error && error.code === 'ECONNRESET' && !request.signal.aborted;
      if (stale && request.method === 'GET') resolve(send(request, target));
      else reject(unreachable(error, target));
    });
  });
}

function headersOf(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  const passed: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) if (value !== undefined && !isOwn(name)) passed[name] = value;
  return passed;
}

async function pour(incoming: Readable, sink: StreamSink, signal: AbortSignal): Promise<void> {
  const stop = () => incoming.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const chunk of incoming) {
      while (!sink.write(chunk)) if (!(await sink.drained?.())) return;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    incoming.destroy();
  }
}

/** The answer as it comes, byte by byte; `body` stands in for its own. */
export const streamed = (incoming: IncomingMessage, body: Readable = incoming): ApiResponse => ({
  status: incoming.statusCode ?? 502,
  headers: headersOf(incoming.headers),
  body: { kind: 'stream', run: (sink, signal) => pour(body, sink, signal) },
});

/** Joins two connections: the end or failure of one ends the other. */
function join(a: Duplex, b: Duplex): void {
  const both = [a, b];
  const destroy = () => {
    for (const end of both) end.destroy();
  };
  for (const end of both) {
    end.on('error', destroy);
    end.on('close', destroy);
  }
  a.pipe(b);
  b.pipe(a);
}

const LONGEST_REFUSAL = 64 * 1024;

/** The text of an answer that is no success, cut to a bounded length. */
export async function textOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > LONGEST_REFUSAL) break;
  }
  incoming.destroy();
  return Buffer.concat(chunks).subarray(0, LONGEST_REFUSAL).toString().trim();
}

/**
 * Asks the target for the same upgrade as the client did; on success the two connections become one, otherwise `refused` makes the answer.
 * @throws StatusError 503 if nobody answers.
 */
export function tunnel(request: ApiRequest, target: Target, refused: (incoming: IncomingMessage) => Promise<ApiResponse>): Promise<ApiResponse> {
  return new Promise((resolve, reject) => {
    const outgoing = open(request, target, true);
    outgoing.once('error', (error) => reject(unreachable(error, target)));
    outgoing.once('response', (incoming) => refused(incoming).then(resolve, reject));
    outgoing.once('upgrade', (incoming, behind, behindHead) => {
      behind.on('error', () => behind.destroy());
      const lines = [`HTTP/1.1 ${incoming.statusCode} ${incoming.statusMessage ?? 'Switching Protocols'}`];
      for (let index = 0; index + 1 < incoming.rawHeaders.length; index += 2)
        lines.push(`${incoming.rawHeaders[index]}: ${incoming.rawHeaders[index + 1]}`);
      resolve({
        status: 101,
        headers: {},
        body: {
          kind: 'upgrade',
          take(socket, head) {
            socket.write(`${lines.join('\r\n')}\r\n\r\n`);
            if (behindHead.length > 0) socket.write(behindHead);
            if (head.length > 0) behind.write(head);
            join(socket, behind);
          },
        },
      });
    });
  });
}
