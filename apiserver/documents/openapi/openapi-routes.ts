import type { KindDefinition } from '../../../api/definition/kind.ts';
import { GIT_VERSION } from '../../../api/meta/version.ts';
import type { Clock } from '../../../base/clock.ts';
import type { ApiRequest, ApiResponse } from '../../contract/request.ts';
import type { RouteHandler } from '../../contract/route.ts';
import type { Document, OpenApi } from './openapi.ts';
import { representationOf } from './representation.ts';

const ROOT = '/openapi/v3/';
const VARY = { vary: 'Accept' };

/**
 * `/openapi/v2` and `/openapi/v3` of the kinds that are served at the time, in JSON and in Protobuf, with ETags. A document that a hash names
 * never changes, and may be kept for good; another hash is redirected to the present one.
 */
export function openApiRoutes(kinds: () => readonly KindDefinition[], clock: Clock): readonly RouteHandler[] {
  let openApi: Promise<OpenApi> | undefined;

  /** The documents cost nothing until they are asked for. */
  const documents = (): Promise<OpenApi> => {
    openApi ??= import('./openapi.ts').then(({ createOpenApi }) => createOpenApi({ kinds, version: GIT_VERSION }));
    return openApi;
  };

  async function handle(request: ApiRequest): Promise<ApiResponse | undefined> {
    const { path, method, headers } = request;
    if (method !== 'GET' && method !== 'HEAD') return undefined;
    const isWhole = path === '/openapi/v2';
    const form = representationOf(isWhole ? 2 : 3, headers.accept ?? '');
    const api = await documents();
    if (path === '/openapi/v3') return form?.form === 'json' ? answer([Buffer.from(await api.index())], form.contentType) : notAcceptable();
    if (!form) return notAcceptable();
    const document = isWhole ? await api.whole(form.form) : await api.group(path.slice(ROOT.length), form.form);
    if (!document) return undefined;
    const hash = isWhole ? '' : (request.query.get('hash') ?? '');
    if (hash !== '' && hash !== document.hash) {
      return { status: 301, headers: { ...VARY, location: `${path}?hash=${document.hash}` }, body: { kind: 'none' } };
    }
    return documentAnswer(document, form.contentType, hash, request);
  }

  function documentAnswer({ parts, hash }: Document, contentType: string, wanted: string, { headers }: ApiRequest): ApiResponse {
    const etag = `"${hash}"`;
    const keep = { etag, ...(wanted === '' ? {} : { 'cache-control': 'public, immutable', expires: aYearFrom(clock.now()) }) };
    if (headers['if-none-match'] === etag) return { status: 304, headers: { ...VARY, ...keep }, body: { kind: 'none' } };
    return answer(parts, contentType, keep);
  }

  return ['/openapi/v2', '/openapi/v3', `${ROOT}*`].map((path) => ({ path, handle }));
}

const answer = (parts: readonly Buffer[], contentType: string, headers: Readonly<Record<string, string>> = {}): ApiResponse => ({
  status: 200,
  headers: { ...VARY, ...headers, 'content-type': contentType },
  body: { kind: 'text', parts, length: parts.reduce((sum, part) => sum + part.length, 0) },
});

const notAcceptable = (): ApiResponse => ({ status: 406, headers: VARY, body: { kind: 'none' } });

const YEAR_MS = 365 * 24 * 3600 * 1000;
const aYearFrom = (now: number): string => new Date(now + YEAR_MS).toUTCString();
