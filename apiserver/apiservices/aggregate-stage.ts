import type { Result } from '../contract/call.ts';
import type { Exchange, Next, Stage } from '../contract/stage.ts';
import { textResponse } from '../encode/plain-response.ts';
import type { Claim, Claims } from './claims.ts';
import type { Forward } from './forwarding.ts';
import type { ServeMerged } from './merged-documents.ts';
import type { RemoteOpenApi } from './remote-openapi.ts';

export interface AggregateOptions {
  readonly claims: Claims;
  readonly openApi: RemoteOpenApi;
  /** Hands requests on; loaded with the first one. */
  readonly forward: () => Promise<Forward>;
  readonly merged: () => Promise<ServeMerged>;
}

const OPENAPI_V3 = '/openapi/v3/';

/** Whether a document at this path tells of versions that other servers may serve. Those of single versions come from their servers. */
const isMerged = (path: string): boolean =>
  path.startsWith('/apis') ? /^\/apis\/?$|^\/apis\/[^/]+\/?$/.test(path) : path === '/openapi/v2' || path === '/openapi/v3';

/**
 * Hands requests for the versions of API groups that another server serves to that server, and adds what it serves to discovery and OpenAPI. The
 * requests have been authenticated, authorised and recorded as all others. While no version is claimed this is one comparison.
 */
export function aggregate({ claims, openApi, forward, merged }: AggregateOptions): Stage {
  const pass = async (exchange: Exchange, claim: Claim): Promise<Result> => (await forward())(exchange, claim);

  async function serveMerged(exchange: Exchange, next: Next): Promise<Result> {
    const { request, user, route } = exchange;
    return (user && (await (await merged())(request, user, route))) ?? next(exchange);
  }

  /** The document of another server in OpenAPI v3; one that is made here is answered here. */
  function openApiV3(exchange: Exchange, next: Next): Promise<Result> {
    const key = exchange.request.path.slice(OPENAPI_V3.length);
    const path = openApi.paths.get(key);
    const claim = path && claims.current?.get(path.claim);
    if (!claim || (exchange.info.isResource && !openApi.isOwn(key, path))) return next(exchange);
    if (path.document === undefined) return pass(exchange, claim);
    return Promise.resolve({ type: 'raw', response: textResponse(200, path.document, 'application/json') });
  }

  return {
    name: 'aggregate',
    handle(exchange, next) {
      if (claims.current === undefined) return next(exchange);
      const { path } = exchange.request;
      if (path.startsWith(OPENAPI_V3)) return openApiV3(exchange, next);
      const claim = claims.of(path);
      if (claim) return pass(exchange, claim);
      return isMerged(path) ? serveMerged(exchange, next) : next(exchange);
    },
  };
}
