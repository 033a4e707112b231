import type { RawResult } from '../contract/call.ts';
import { textResponse } from '../encode/plain-response.ts';

/** Upstream's answer to a request that is turned away: plain text, before anything is known of the forms that the client takes. */
export function tooManyRequests(retryAfterSeconds: number): RawResult {
  const response = textResponse(429, 'Too many requests, please try again later.\n');
  return { type: 'raw', response: { ...response, headers: { ...response.headers, 'retry-after': String(retryAfterSeconds) } } };
}
