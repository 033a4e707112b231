import { X509Certificate } from 'node:crypto';
import type { Connection, UserInfo } from '../contract/request.ts';

interface CertificateUser {
  readonly user: UserInfo;
  /** Milliseconds since the epoch. */
  readonly expires: number;
}

const NOBODY: CertificateUser = { user: { name: '', groups: [] }, expires: 0 };

const listed = (value: unknown): readonly string[] =>
  typeof value === 'string' ? [value] : Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];

function read(der: Buffer): CertificateUser {
  const certificate = new X509Certificate(der);
  const subject: Readonly<Record<string, unknown>> = { ...certificate.toLegacyObject().subject };
  const [name] = listed(subject.CN);
  if (!name) return NOBODY;
  const credential = `X509SHA256=${certificate.fingerprint256.replaceAll(':', '').toLowerCase()}`;
  const user = { name, groups: listed(subject.O), extra: { 'authentication.kubernetes.io/credential-id': [credential] } };
  return { user, expires: certificate.validToDate.getTime() };
}

/**
 * Reads the user that a connection's client certificate names: CN is the name, each O a group. The HTTPS listener has verified the
 * certificate against the cluster's authority; it is read once per connection. Returns undefined if there is no certificate, it has no
 * common name, or it has expired (`now` in milliseconds).
 */
export function clientCertificates(): (connection: Connection, now: number) => UserInfo | undefined {
  const users = new WeakMap<Connection, CertificateUser>();
  return (connection, now) => {
    if (!connection.clientCertificate) return undefined;
    let found = users.get(connection);
    if (!found) {
      found = read(connection.clientCertificate);
      users.set(connection, found);
    }
    return found.expires > now ? found.user : undefined;
  };
}
