import type { ApiRequest, ApiResponse } from '../contract/request.ts';
import { indented } from '../encode/indented.ts';
import type { HttpRequest } from './http-request.ts';

/** Programs whose answers people read. */
const READ_BY_PEOPLE = /^(?:curl|Wget|Mozilla\/5\.0)/;

/**
 * An answer as it goes over the network: with the headers that every answer has, and indented for people: if `pretty` says so, or to browsers,
 * curl and wget.
 */
export function forNetwork(response: ApiResponse, request: HttpRequest): ApiResponse {
  const headers = {
    'audit-id': request.auditId,
    'cache-control': 'no-cache, private',
    ...response.headers,
  };
  const { status, body } = response;
  const text = body.kind === 'text' || body.kind === 'object';
  if (!text || !isForPeople(request) || response.headers['content-type'] !== 'application/json') return { status, headers, body };
  if (body.kind === 'object') return { status, headers, body: { kind: 'text', parts: indented([body.json()]) } };
  return { status, headers, body: { kind: 'text', parts: indented(body.parts), ...(body.turn ? { turn: body.turn } : {}) } };
}

function isForPeople({ query, headers }: ApiRequest): boolean {
  const pretty = query.size === 0 ? null : query.get('pretty');
  if (pretty) return /^(?:1|t|true)$/i.test(pretty);
  return READ_BY_PEOPLE.test(headers['user-agent'] ?? '');
}
