import type { KindDefinition } from '../../../api/definition/kind.ts';
import { GIT_VERSION } from '../../../api/meta/version.ts';
import type { ApiRequest, ApiResponse } from '../../contract/request.ts';
import type { RouteHandler } from '../../contract/route.ts';
import { createOpenApi } from './openapi.ts';

/** `/openapi/v2` and `/openapi/v3` of the kinds that are served at the time, with ETags. */
export function openApiRoutes(kinds: () => readonly KindDefinition[]): readonly RouteHandler[] {
  const openApi = createOpenApi({ kinds, version: GIT_VERSION });

  function handle(request: ApiRequest): ApiResponse | undefined {
    if (request.method !== 'GET' && request.method !== 'HEAD') return undefined;
    const answer = openApi.handle(request.path, request.headers.accept, request.query.get('hash') ?? '');
    if (!answer) return undefined;
    const { etag } = answer.headers;
    if (etag !== undefined && request.headers['if-none-match'] === etag) return { status: 304, headers: answer.headers, body: { kind: 'none' } };
    return { status: answer.status, headers: answer.headers, body: { kind: 'text', parts: [answer.body] } };
  }

  return ['/openapi/v2', '/openapi/v3', '/openapi/v3/*'].map((path) => ({ path, handle }));
}
