import type { FuzzRequest } from './request.ts';
import type { Outcome } from './target.ts';

/** The longest turn of the loop that a request may cost, in milliseconds. */
export const MAX_TURN_MS = 100;

/** Answers of 5xx that upstream gives too, by the message. */
const ALLOWED: readonly RegExp[] = [
  // Strategic merge and apply patches that contradict the schema.
  /unknown patch type: /,
  // A binding without a node: upstream's error is no Status (pkg/registry/core/pod/storage/storage.go).
  /target\.(?:kind|name): /,
  /does not contain declared merge key/,
  /\$retainKeys|must be a list|must be objects/,
  /failed to create typed patch object/,
  // The version of a GET that is no number: upstream's storage has no Status for it.
  /resourceVersion: Invalid value: .* strconv\.ParseUint/s,
  // An object that is larger than the store takes.
  /etcdserver: request is too large/,
  // A component of the control plane that there is not: upstream's error has no Status either.
  /Component not found: /,
  // Upstream answers an internal error too (pkg/registry/core/service/storage/alloc.go): each long campaign uses the range of Services up.
  /failed to allocate a serviceIP: range is full/,
  // A proxy's target that does not answer.
  /no endpoints available|no preferred addresses found|error trying to reach service|no such host|address not allowed|dial tcp|connection refused/i,
  /the server is currently unable to handle the request/,
  // A request's own time limit.
  /request did not complete within|Timeout: |context deadline exceeded/,
  /Unable to generate a name|not yet completed|no route to host/,
];

const STACK = /\n\s+at (?:async )?\S+.*:\d+:\d+|node:internal\//;

/** Returns what is wrong with an outcome; undefined if nothing is. */
export function faultOf(request: FuzzRequest, outcome: Outcome, longestTurn: number): string | undefined {
  if (outcome.kind === 'broken') return `the connection broke: ${outcome.why}`;
  if (outcome.kind === 'unsent') return undefined;
  if (longestTurn > MAX_TURN_MS) return `the event loop was held up for ${Math.round(longestTurn)} ms`;
  const { status, text } = outcome;
  if (STACK.test(text)) return `a stack trace in the answer: ${text.slice(0, 500)}`;
  if (status < 500 || status === 501) return undefined;
  if (request.path.startsWith('/readyz') && status === 500) return undefined;
  // The answer to HEAD has no text to go by, and a proxy's target may be one that no address is known of.
  if (request.method === 'HEAD' && /\/proxy(\/|\?|$)/.test(request.path)) return undefined;
  return ALLOWED.some((known) => known.test(text)) ? undefined : `${status}: ${text.slice(0, 500)}`;
}
