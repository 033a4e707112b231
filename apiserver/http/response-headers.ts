import { randomUUID } from 'node:crypto';
import type { ApiRequest, ApiResponse } from '../contract/request.ts';
import { indented } from '../encode/indented.ts';

/** Programs that people read the answers of. */
const READ_BY_PEOPLE = /^(?:curl|Wget|Mozilla\/5\.0)/;
const MAX_AUDIT_ID = 64;

/**
 * An answer as it goes over the network: with the headers that every answer has, and indented for people: where `pretty` says so, or to
 * browsers, curl and wget.
 */
export function dressed(response: ApiResponse, request: ApiRequest): ApiResponse {
  const headers = {
    'audit-id': request.headers['audit-id']?.slice(0, MAX_AUDIT_ID) || randomUUID(),
    'cache-control': 'no-cache, private',
    ...response.headers,
  };
  const { status, body } = response;
  const text = body.kind === 'text' || body.kind === 'object';
  if (!text || !isForPeople(request) || response.headers['content-type'] !== 'application/json') return { status, headers, body };
  return { status, headers, body: { kind: 'text', parts: indented(body.kind === 'text' ? body.parts : [body.json()]) } };
}

function isForPeople({ query, headers }: ApiRequest): boolean {
  const pretty = query.size === 0 ? null : query.get('pretty');
  if (pretty) return /^(?:1|t|true)$/i.test(pretty);
  return READ_BY_PEOPLE.test(headers['user-agent'] ?? '');
}
