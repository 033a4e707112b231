import { X509Certificate } from 'node:crypto';
import type { Connection, UserInfo } from '../contract/request.ts';
import { leadsTo } from './certificate-chain.ts';

/** The client certificate of a connection, as far as authentication asks for it. */
export interface CertificateUser {
  readonly user: UserInfo;
  readonly commonName: string;
  /** Milliseconds since the epoch. */
  readonly expires: number;
}

const NOBODY: CertificateUser = { user: { name: '', groups: [] }, commonName: '', expires: 0 };

const listed = (value: unknown): readonly string[] =>
  typeof value === 'string' ? [value] : Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];

function read(connection: Connection, roots: readonly X509Certificate[] | undefined, now: number): CertificateUser {
  const { clientCertificate, clientIntermediates = [] } = connection;
  if (!clientCertificate) return NOBODY;
  const certificate = new X509Certificate(clientCertificate);
  if (roots) {
    const sent = clientIntermediates.map((der) => new X509Certificate(der));
    if (!leadsTo(roots, certificate, sent, now)) return NOBODY;
  }
  const subject: Readonly<Record<string, unknown>> = { ...certificate.toLegacyObject().subject };
  const [name] = listed(subject.CN);
  if (!name) return NOBODY;
  const credential = `X509SHA256=${certificate.fingerprint256.replaceAll(':', '').toLowerCase()}`;
  const user = { name, groups: listed(subject.O), extra: { 'authentication.kubernetes.io/credential-id': [credential] } };
  return { user, commonName: name, expires: certificate.validToDate.getTime() };
}

/**
 * Reads the user that a connection's client certificate names: CN is the name, each O a group. The HTTPS listener has verified the certificate
 * against all authorities that it knows; with `roots` it must also lead to one of these. It is read once per connection. Returns undefined
 * if there is no such certificate, it has no common name, or it has expired (`now` in milliseconds).
 */
export function clientCertificates(roots?: readonly X509Certificate[]): (connection: Connection, now: number) => CertificateUser | undefined {
  const users = new WeakMap<Connection, CertificateUser>();
  return (connection, now) => {
    if (!connection.clientCertificate) return undefined;
    let found = users.get(connection);
    if (!found) {
      found = read(connection, roots, now);
      users.set(connection, found);
    }
    return found.expires > now ? found : undefined;
  };
}
