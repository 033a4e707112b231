import { createHash, createHmac, timingSafeEqual, X509Certificate } from 'node:crypto';
import { parse } from 'yaml';
import { configMaps } from '../../api/kinds/core/config-map.ts';
import { hasReason } from '../../api/meta/status-error.ts';
import { createHttpsClient } from '../../runtime/client/https-client.ts';
import { caHashOf, shownAuthority } from './authority.ts';

/** The server is not the one that the hash or the token names. */
export class WrongCluster extends Error {
  override readonly name = 'WrongCluster';
}

/** The cluster publishes its authority, but has not signed it with the token: the controller that signs is later than the token, or the token is unknown. */
export class NotSignedYet extends Error {
  override readonly name = 'NotSignedYet';
}

export interface Invitation {
  /** `https://host:port` */
  readonly server: string;
  /** `ID.SECRET` */
  readonly token: string;
  /** `sha256:…` of the authority's certificate as `skiff token create` prints it, or of its public key as kubeadm does. */
  readonly caHash: string;
}

const KEY = { namespace: 'kube-public', name: 'cluster-info' };

/** Returns the hash by which kubeadm pins an authority: that of its public key (DER of the SubjectPublicKeyInfo). */
const publicKeyHash = ({ publicKey }: X509Certificate): string =>
  `sha256:${createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')}`;

const isRoot = (certificate: X509Certificate): boolean => certificate.ca && certificate.checkIssued(certificate);

const isPinned = (pem: string, hash: string): boolean => {
  const certificate = new X509Certificate(pem);
  return caHashOf(certificate.raw) === hash || publicKeyHash(certificate) === hash;
};

/**
 * Returns the authority (PEM) of the cluster that a token and a hash stand for: as the server presents it, otherwise as the ConfigMap
 * `cluster-info` has it, whose signature proves that it is from somebody who knows the token.
 * @throws WrongCluster if both are of another cluster, NotSignedYet if the signature is missing, and other errors if the server cannot be reached.
 */
export async function invitedAuthority({ server, token, caHash }: Invitation): Promise<string> {
  const shown = await shownAuthority(server);
  if (shown.hash === caHash || isPinned(shown.pem, caHash)) return shown.pem;
  const published = await publishedAuthority(server, token).catch((error: unknown) => {
    // A server that presents its authority need not be waited for.
    if (error instanceof NotSignedYet && isRoot(new X509Certificate(shown.pem))) return undefined;
    throw error;
  });
  if (published === undefined) throw new WrongCluster(`${server} is not the cluster of --ca-hash: its authority's hash is ${shown.hash}`);
  if (isPinned(published, caHash)) return published;
  throw new WrongCluster(`${server} is not the cluster of --ca-hash: its authority's hash is ${caHashOf(new X509Certificate(published).raw)}`);
}

interface Kubeconfig {
  readonly clusters?: readonly { readonly cluster?: { readonly 'certificate-authority-data'?: string } }[];
}

/**
 * Reads `cluster-info`, without trust in the server until the signature is checked. Returns undefined if there is none, it may not be read, or
 * another token with the same id has signed it.
 */
async function publishedAuthority(server: string, token: string): Promise<string | undefined> {
  const [id = '', secret = ''] = token.split('.');
  const { data = {} } = await createHttpsClient({ server, insecure: true, userAgent: 'skiff-agent' })
    .get(configMaps, KEY)
    .catch((error: unknown) => {
      if (hasReason(error, 'NotFound', 'Forbidden', 'Unauthorized')) return { data: {} as Readonly<Record<string, string>> };
      throw error;
    });
  const { kubeconfig = '' } = data;
  if (kubeconfig === '') return undefined;
  const signature = data[`jws-kubeconfig-${id}`];
  if (signature === undefined) throw new NotSignedYet(`cluster-info of ${server} is not signed with the token ${id}`);
  if (!isSigned(kubeconfig, signature, secret)) return undefined;
  const encoded = (parse(kubeconfig) as Kubeconfig).clusters?.[0]?.cluster?.['certificate-authority-data'];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString();
}

/** Whether a JWS with its content left out (RFC 7515, appendix F) is an HMAC with SHA-256 of this content under this secret. */
function isSigned(content: string, signature: string, secret: string): boolean {
  const [header = '', payload, mac = ''] = signature.split('.');
  if (payload !== '' || !Buffer.from(header, 'base64url').toString().includes('"HS256"')) return false;
  const expected = createHmac('sha256', secret)
    .update(`${header}.${Buffer.from(content).toString('base64url')}`)
    .digest();
  const given = Buffer.from(mac, 'base64url');
  return given.length === expected.length && timingSafeEqual(given, expected);
}
