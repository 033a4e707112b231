import type { KindDefinition } from '../../../api/definition/kind.ts';
import type { ApiRequest, ApiResponse } from '../../contract/request.ts';
import type { RouteHandler } from '../../contract/route.ts';
import { jsonResponse } from '../../encode/plain-response.ts';
import type { AggregatedVersion, Document } from './documents.ts';
import { discoveryDocuments } from './documents.ts';

const AGGREGATED = /^application\/json\s*;(?=.*g=apidiscovery\.k8s\.io)(?=.*as=APIGroupDiscoveryList)(?=.*v=(v2beta1|v2)(?:;|\s|$))/;

/** The aggregated form that the client asks for first, if it does so before plain JSON. */
function wantedAggregate(accept: string | undefined): AggregatedVersion | undefined {
  for (const clause of (accept ?? '').split(',')) {
    const match = AGGREGATED.exec(clause.trim());
    if (match) return match[1] === 'v2' ? 'v2' : 'v2beta1';
    if (/^(application\/(json|\*)|\*\/\*)\s*(;|$)/.test(clause.trim()) && !clause.includes('g=')) return undefined;
  }
  return undefined;
}

function answer(document: Document, contentType: string, request: ApiRequest): ApiResponse {
  const headers = { etag: document.etag, vary: 'Accept', 'cache-control': 'public' };
  if (request.headers['if-none-match'] === document.etag) return { status: 304, headers, body: { kind: 'none' } };
  return { status: 200, headers: { ...headers, 'content-type': contentType }, body: { kind: 'text', parts: [document.json] } };
}

/**
 * Discovery of the kinds that are served at the time: `/api`, `/apis` and below, plain and aggregated, with ETags.
 * `kinds` must return the same array until the set changes: the documents are kept for it.
 */
export function discoveryRoutes(kinds: () => readonly KindDefinition[]): readonly RouteHandler[] {
  let built = { of: kinds(), documents: discoveryDocuments(kinds()) };

  function handle(request: ApiRequest): ApiResponse | undefined {
    const current = kinds();
    if (current !== built.of) built = { of: current, documents: discoveryDocuments(current) };
    const path = request.path.endsWith('/') ? request.path.slice(0, -1) : request.path;
    const document = built.documents.plain.get(path);
    if (!document || (request.method !== 'GET' && request.method !== 'HEAD')) return undefined;
    const version = path === '/api' || path === '/apis' ? wantedAggregate(request.headers.accept) : undefined;
    if (version === undefined || (path !== '/api' && path !== '/apis')) return answer(document, 'application/json', request);
    return answer(built.documents.aggregated(path, version), `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`, request);
  }

  return ['/api', '/api/*', '/apis', '/apis/*'].map((path) => ({ path, handle }));
}

/** `GET /`: every path there is, those of discovery and the exact ones among `routes`. */
export function indexRoute(kinds: () => readonly KindDefinition[], routes: readonly RouteHandler[]): RouteHandler {
  return {
    path: '/',
    handle(request) {
      if (request.path !== '/') return undefined;
      const fixed = routes.map(({ path }) => path).filter((path) => !path.endsWith('/*'));
      return jsonResponse(200, { paths: [...new Set([...fixed, ...discoveryDocuments(kinds()).plain.keys()])].sort() });
    },
  };
}
