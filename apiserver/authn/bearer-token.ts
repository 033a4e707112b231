import type { ApiRequest } from '../contract/request.ts';

/** The header, by its lower-case name, so that it can be removed; contents of `request.headers` belong to the request alone. */
export type MutableHeaders = Record<string, string | undefined>;

export interface FoundToken {
  readonly token: string;
  /** Removes the token from the request. */
  readonly remove: () => void;
}

/**
 * Returns the token of an `Authorization: Bearer` header, read as upstream does (k8s.io/apiserver, bearertoken.go): split at single blanks, the
 * second part counts. Undefined for another scheme or an empty token.
 */
export function bearerTokenOf(header: string): string | undefined {
  const text = header.trim();
  const first = text.indexOf(' ');
  if (first < 0 || text.slice(0, first).toLowerCase() !== 'bearer') return undefined;
  const second = text.indexOf(' ', first + 1);
  return text.slice(first + 1, second < 0 ? undefined : second) || undefined;
}

const PROTOCOL_HEADER = 'sec-websocket-protocol';
const PROTOCOL_PREFIX = 'base64url.bearer.authorization.k8s.io.';

/**
 * Returns the token that a browser hides among the subprotocols of a WebSocket, since it can set no header (k8s.io/apiserver,
 * websocket/protocol.go). `rest` are the other subprotocols; there must be one.
 */
export function protocolTokenOf(header: string): { readonly token: string; readonly rest: string } | undefined {
  const protocols = header.split(',').map((protocol) => protocol.trim());
  const carriers = protocols.filter((protocol) => protocol.startsWith(PROTOCOL_PREFIX));
  const [carrier] = carriers;
  if (carrier === undefined || carriers.length > 1 || carriers.length === protocols.length) return undefined;
  const encoded = carrier.slice(PROTOCOL_PREFIX.length);
  if (!/^[A-Za-z0-9_-]+$/.test(encoded)) return undefined;
  const token = Buffer.from(encoded, 'base64url').toString();
  return token === '' ? undefined : { token, rest: protocols.filter((protocol) => protocol !== carrier).join(', ') };
}

/** Finds the bearer token of a request; undefined if it has none. */
export function tokenOf(request: ApiRequest): FoundToken | undefined {
  const headers: MutableHeaders = request.headers;
  const { authorization } = headers;
  const token = authorization === undefined ? undefined : bearerTokenOf(authorization);
  if (token !== undefined) return { token, remove: () => void delete headers.authorization };
  const protocols = headers[PROTOCOL_HEADER];
  if (protocols === undefined || headers.upgrade?.toLowerCase() !== 'websocket') return undefined;
  const found = protocolTokenOf(protocols);
  if (!found) return undefined;
  return {
    token: found.token,
    remove: () => {
      headers[PROTOCOL_HEADER] = found.rest;
    },
  };
}
