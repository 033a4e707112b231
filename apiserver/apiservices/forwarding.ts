import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { StatusError } from '../../api/meta/status-error.ts';
import type { Clock } from '../../base/clock.ts';
import { parseGoDuration } from '../../base/go-duration.ts';
import type { Logger } from '../../base/log.ts';
import type { Result } from '../contract/call.ts';
import type { ApiRequest, ApiResponse } from '../contract/request.ts';
import type { Exchange } from '../contract/stage.ts';
import { textResponse } from '../encode/plain-response.ts';
import { hostPort } from '../proxy/dial-error.ts';
import type { Target } from '../proxy/forward.ts';
import { send, streamed, tunnel, wantsUpgrade } from '../proxy/forward.ts';
import { whenEnded } from '../stages/response-end.ts';
import type { ServiceResolver } from '../webhook/service-resolver.ts';
import type { Claim } from './claims.ts';
import type { Transports } from './transports.ts';
import { isUserHeader, userHeaders } from './user-headers.ts';

export interface ForwardingOptions {
  readonly resolve: ServiceResolver;
  readonly transports: Transports;
  /** Answers of servers that redirect are refused (upstream's --aggregator-reject-forwarding-redirect). */
  readonly rejectRedirects: boolean;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Hands a request to the server of a claim, as the user of the request. The answer comes as the server gives it. */
export type Forward = (exchange: Exchange, claim: Claim) => Promise<Result>;

/** Upstream's limits: --request-timeout, and that of discovery (k8s.io/apiserver/pkg/util/proxy, NewRequestForProxy). */
const REQUEST_TIMEOUT_MS = 60_000;
const DISCOVERY_TIMEOUT_MS = 5_000;

/** Names this server in `Via`: a request that comes back to it would go round for ever. */
const SELF = `skiff-${randomUUID()}`;

/** Upstream's form of a failure here: plain text (Go's http.Error). */
const refused = (status: number, text: string): Result => ({ type: 'raw', response: textResponse(status, `${text}\n`) });

/** The path of a version itself, `/apis/GROUP/VERSION`: its discovery, which has to be quick. */
const isDiscovery = ({ info }: Exchange): boolean => !info.isResource && info.path.replace(/^\/|\/$/g, '').split('/').length === 3;

/** Returns the limit of a request in milliseconds; undefined for one that goes on as long as its client wants. */
function limitOf(exchange: Exchange): number | undefined {
  const { info, request } = exchange;
  if (info.verb === 'watch' || wantsUpgrade(request)) return undefined;
  if (isDiscovery(exchange)) return DISCOVERY_TIMEOUT_MS;
  const asked = parseGoDuration(request.query.get('timeout') ?? '0');
  return typeof asked === 'number' && asked > 0 ? Math.min(asked, REQUEST_TIMEOUT_MS) : REQUEST_TIMEOUT_MS;
}

/** The body as it came; that of a client in this process as JSON. */
const bytesOf = (body: ApiRequest['body']): ApiRequest['body'] =>
  body && 'object' in body ? { bytes: Buffer.from(JSON.stringify(body.object)) } : body;

function requestFor({ request }: Exchange, signal: AbortSignal): ApiRequest {
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !isUserHeader(name)));
  const body = bytesOf(request.body);
  const json = request.body && 'object' in request.body && headers['content-type'] === undefined ? { 'content-type': 'application/json' } : {};
  const { method, path, query, connection } = request;
  return { method, path, query, headers: { ...headers, ...json }, ...(body ? { body } : {}), ...(connection ? { connection } : {}), signal };
}

function targetFor(exchange: Exchange, claim: Claim, { resolve, transports }: ForwardingOptions): Target {
  const { request, user } = exchange;
  const { host, port } = resolve(claim.service);
  const query = request.query.toString();
  const via = request.headers.via;
  return {
    protocol: 'https',
    host,
    port,
    path: query === '' ? request.path : `${request.path}?${query}`,
    agent: transports.of(claim),
    headers: {
      ...(user ? userHeaders(user) : {}),
      'audit-id': exchange.auditId,
      'x-forwarded-host': hostPort(host, port),
      'x-forwarded-proto': 'https',
      'x-forwarded-uri': request.path,
      via: via === undefined ? `1.1 ${SELF}` : `${via}, 1.1 ${SELF}`,
    },
  };
}

/** Headers that would let other origins' pages in are this server's to give. */
const isOfOrigins = (name: string): boolean => name.startsWith('access-control-');

function checked(response: ApiResponse, rejectRedirects: boolean): ApiResponse {
  const { status, headers } = response;
  if (rejectRedirects && status >= 300 && status <= 399 && headers.location !== undefined)
    return textResponse(502, 'the backend attempted to redirect this request, which is not permitted');
  if (!Object.keys(headers).some(isOfOrigins)) return response;
  return { ...response, headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !isOfOrigins(name))) };
}

/** The answer of a server that did not upgrade the connection; a success would be none. */
function notUpgraded(incoming: IncomingMessage): ApiResponse {
  const { statusCode = 502 } = incoming;
  if (statusCode >= 400) return streamed(incoming);
  incoming.destroy();
  return textResponse(503, `invalid upgrade response: status code ${statusCode}\n`);
}

export function createForwarding(options: ForwardingOptions): Forward {
  const { clock, log, transports, rejectRedirects } = options;

  async function pass(exchange: Exchange, target: Target): Promise<ApiResponse> {
    const { request } = exchange;
    // Watches and connections hold no seats while they last.
    if (exchange.info.verb === 'watch' || wantsUpgrade(request)) exchange.flow?.leave();
    const limit = limitOf(exchange);
    const timeout = new AbortController();
    const cancel = limit === undefined ? undefined : clock.after(limit, () => timeout.abort(), 'background');
    const outgoing = requestFor(exchange, cancel ? AbortSignal.any([request.signal, timeout.signal]) : request.signal);
    try {
      if (wantsUpgrade(request)) return await tunnel(outgoing, target, async (incoming) => notUpgraded(incoming));
      const incoming = await send(outgoing, target);
      const response = checked(streamed(incoming), rejectRedirects);
      if (response.body.kind !== 'stream') incoming.destroy();
      return cancel ? whenEnded(response, request, cancel) : response;
    } catch (error) {
      cancel?.();
      if (timeout.signal.aborted) throw new StatusError('ServiceUnavailable', 'error trying to reach service: context deadline exceeded');
      throw error;
    }
  }

  return async (exchange, claim) => {
    if (exchange.request.headers.via?.includes(SELF)) return refused(508, `the APIService ${claim.name} leads back to this server`);
    if (!claim.isAvailable) return refused(503, 'service unavailable');
    try {
      transports.of(claim);
    } catch (error) {
      return refused(500, error instanceof Error ? error.message : String(error));
    }
    let target: Target;
    try {
      target = targetFor(exchange, claim, options);
    } catch (error) {
      log.warn({ err: error, apiService: claim.name }, 'the service of an APIService cannot be resolved');
      return refused(503, 'service unavailable');
    }
    try {
      return { type: 'raw', response: await pass(exchange, target) };
    } catch (error) {
      if (error instanceof StatusError) return refused(error.code, error.message);
      throw error;
    }
  };
}
