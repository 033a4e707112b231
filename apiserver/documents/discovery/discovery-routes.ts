import type { KindDefinition } from '../../../api/definition/kind.ts';
import { encodeYaml } from '../../../base/yaml/encode.ts';
import type { Media } from '../../contract/form.ts';
import type { ApiRequest, ApiResponse } from '../../contract/request.ts';
import type { RouteHandler } from '../../contract/route.ts';
import { parseAccept } from '../../encode/accept.ts';
import { documentMediaOf } from '../../encode/negotiate.ts';
import { jsonResponse } from '../../encode/plain-response.ts';
import { encodeTyped } from '../../encode/protobuf/envelope.ts';
import type { AggregatedVersion, Document } from './documents.ts';
import { discoveryDocuments } from './documents.ts';

const ALL_MEDIA: readonly Media[] = ['json', 'yaml', 'protobuf'];
const TYPES: Readonly<Record<Media, string>> = {
  json: 'application/json',
  yaml: 'application/yaml',
  protobuf: 'application/vnd.kubernetes.protobuf',
};

/** The media type and version of the aggregated form, if the client asks for it before any other form that there is. */
function wantedAggregate(accept: string | undefined): { readonly media: Media; readonly version: AggregatedVersion } | undefined {
  if (!accept?.includes('APIGroupDiscoveryList')) return undefined;
  for (const { type, subtype, parameters } of parseAccept(accept)) {
    const isRange = (type === 'application' || type === '*') && subtype === '*';
    const media = isRange ? 'json' : ALL_MEDIA.find((each) => TYPES[each] === `${type}/${subtype}`);
    if (!media) continue;
    const version = parameters.get('v');
    if (!['as', 'g', 'v'].some((name) => parameters.has(name))) return undefined;
    if (parameters.get('g') !== 'apidiscovery.k8s.io' || parameters.get('as') !== 'APIGroupDiscoveryList') continue;
    if (version === 'v2' || version === 'v2beta1') return { media, version };
  }
  return undefined;
}

const AGGREGATED_HEADERS = { vary: 'Accept', 'cache-control': 'public' };

function aggregated(document: Document, contentType: string, media: Media, request: ApiRequest): ApiResponse {
  const headers = { ...AGGREGATED_HEADERS, etag: document.etag };
  if (request.headers['if-none-match'] === document.etag) return { status: 304, headers, body: { kind: 'none' } };
  return { status: 200, headers: { ...headers, 'content-type': contentType }, body: { kind: 'text', parts: [inMedia(document, media)] } };
}

function inMedia({ json, value }: Document, media: Media): string | Buffer {
  switch (media) {
    case 'json':
      return json;
    case 'yaml':
      return encodeYaml(value);
    case 'protobuf': {
      const bytes = encodeTyped(value);
      if (!bytes) throw new Error('a discovery document has no Protobuf form');
      return bytes;
    }
  }
}

/** Whether the documents are asked for, and not the index of a path below them. */
const isRoot = (path: string): path is '/api' | '/apis' => path === '/api' || path === '/apis';

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
    const { accept } = request.headers;
    const wanted = isRoot(path) ? wantedAggregate(accept) : undefined;
    if (wanted && isRoot(path)) {
      const { media, version } = wanted;
      const contentType = `${TYPES[media]};g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
      return aggregated(built.documents.aggregated(path, version), contentType, media, request);
    }
    const media = documentMediaOf(accept, ALL_MEDIA);
    const headers = { 'content-type': TYPES[media], ...(isRoot(path) ? { vary: 'Accept' } : {}) };
    return { status: 200, headers, body: { kind: 'text', parts: [inMedia(document, media)] } };
  }

  return ['/api', '/api/*', '/apis', '/apis/*'].map((path) => ({ path, handle }));
}

/** `GET /`: every path there is, those of discovery and the exact ones among `routes`. */
export function indexRoute(kinds: () => readonly KindDefinition[], routes: readonly RouteHandler[]): RouteHandler {
  return {
    path: '/',
    handle(request) {
      if (request.path !== '/') return undefined;
      const fixed = routes.filter(({ path, unlisted }) => !unlisted && !path.endsWith('/*')).map(({ path }) => path);
      return jsonResponse(200, { paths: [...new Set([...fixed, ...discoveryDocuments(kinds()).plain.keys()])].sort() });
    },
  };
}
