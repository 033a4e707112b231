/** The text of a TLS failure in the words of Go's crypto/x509, which clients and conditions show. */
const CERTIFICATE_FAULTS: Readonly<Record<string, string>> = {
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate signed by unknown authority',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate signed by unknown authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate signed by unknown authority',
  UNABLE_TO_GET_ISSUER_CERT: 'certificate signed by unknown authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate signed by unknown authority',
  CERT_SIGNATURE_FAILURE: 'certificate signed by unknown authority',
  CERT_HAS_EXPIRED: 'certificate has expired or is not yet valid',
  CERT_NOT_YET_VALID: 'certificate has expired or is not yet valid',
};

/** The texts of system errors in the words of Go's net. */
const CONNECT_FAULTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connect: connection refused',
  EHOSTUNREACH: 'connect: no route to host',
  ENETUNREACH: 'connect: network is unreachable',
  ETIMEDOUT: 'i/o timeout',
};

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/** Returns `host:port`, with an IPv6 address in brackets. */
export const hostPort = (host: string, port: number): string => `${bracketed(host)}:${port}`;

/** The names and addresses of a certificate, as the message of a name that it does not have lists them. */
function namesIn(error: Error): string[] {
  const text = 'cert' in error && error.cert && typeof error.cert === 'object' && 'subjectaltname' in error.cert ? error.cert.subjectaltname : '';
  return typeof text === 'string' && text !== '' ? text.split(', ').map((entry) => entry.replace(/^(DNS|IP Address):/, '')) : [];
}

/** Returns the text of a failed connection as Go programs print it, for what people and programs know from upstream's messages. */
export function dialErrorText(error: Error, host: string, port: number): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const connect = CONNECT_FAULTS[code];
  if (connect !== undefined) return `dial tcp ${hostPort(host, port)}: ${connect}`;
  if (code === 'ENOTFOUND') return `dial tcp: lookup ${host}: no such host`;
  if (code === 'ECONNRESET') return error.message === 'socket hang up' ? 'EOF' : 'read: connection reset by peer';
  const certificate = CERTIFICATE_FAULTS[code];
  if (certificate !== undefined) return `tls: failed to verify certificate: x509: ${certificate}`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const names = namesIn(error);
    const wanted = 'host' in error && typeof error.host === 'string' ? error.host : host;
    const why =
      names.length === 0
        ? `certificate is not valid for any names, but wanted to match ${wanted}`
        : `certificate is valid for ${names.join(', ')}, not ${wanted}`;
    return `tls: failed to verify certificate: x509: ${why}`;
  }
  return error.message;
}
