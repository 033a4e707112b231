import type { PeerCertificate } from 'node:tls';

/** The fields of Node's errors of connections, TLS and names. */
interface ConnectionError extends Error {
  readonly code?: string;
  readonly syscall?: string;
  readonly address?: string;
  readonly port?: number;
  readonly hostname?: string;
  /** The certificate that does not fit. */
  readonly cert?: PeerCertificate;
}

/** Go's names of system errors. */
const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset by peer',
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'network is unreachable',
  ETIMEDOUT: 'connection timed out',
  EPIPE: 'broken pipe',
};

const UNKNOWN_AUTHORITY: ReadonlySet<string> = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
]);

const UNVERIFIED = 'tls: failed to verify certificate: x509: ';

/** Returns the text of a failed connection as Go's net/http words it, without the method and URL in front. */
export function connectionErrorText(error: ConnectionError, servername: string): string {
  const { code = '', syscall, address, port, hostname } = error;
  if (UNKNOWN_AUTHORITY.has(code)) return `${UNVERIFIED}certificate signed by unknown authority`;
  // Go names the limit that is passed; Node does not tell it.
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') return `${UNVERIFIED}certificate has expired or is not yet valid`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `${UNVERIFIED}${mismatchText(error.cert, servername)}`;
  if (code.startsWith('ERR_SSL_WRONG_VERSION') || code.startsWith('ERR_SSL_PACKET_LENGTH')) {
    return 'http: server gave HTTP response to HTTPS client';
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `dial tcp: lookup ${hostname}: no such host`;
  const why = SYSTEM_ERRORS[code];
  if (why !== undefined && syscall === 'connect') return `dial tcp ${address?.includes(':') ? `[${address}]` : address}:${port}: connect: ${why}`;
  if (code === 'ECONNRESET' && (syscall === undefined || error.message === 'socket hang up')) return 'EOF';
  if (why !== undefined) return `${syscall ?? 'read'}: ${why}`;
  return error.message;
}

function mismatchText(certificate: PeerCertificate | undefined, servername: string): string {
  const names = (certificate?.subjectaltname ?? '')
    .split(', ')
    .filter((name) => name.startsWith('DNS:') || name.startsWith('IP Address:'))
    .map((name) => name.slice(name.indexOf(':') + 1));
  if (names.length === 0) return `certificate is not valid for any names, but wanted to match ${servername}`;
  return `certificate is valid for ${names.join(', ')}, not ${servername}`;
}
