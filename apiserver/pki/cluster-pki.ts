import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { replaceFile } from '../../base/kept-file.ts';
import type { KeyPair, Subject, SubjectAltNames } from '../../base/x509/certificate.ts';
import { issueClientCertificate, issueServingCertificate } from '../../base/x509/certificate-authority.ts';
import { renewalTime } from '../../base/x509/renewal.ts';
import { CLUSTER_CA, ensureAuthority, ensureServiceAccountKey, FRONT_PROXY_CA } from './authority-files.ts';
import { pairOf, readKeyFile } from './key-files.ts';
import { KUBELET_CLIENT_USER } from './kubelet-client-user.ts';

/** The keys of a control plane. All texts are PEM. */
export interface ClusterPki {
  readonly ca: KeyPair;
  readonly serving: KeyPair;
  /** The API server's client certificate for node agents. */
  readonly kubeletClient: KeyPair;
  readonly admin: KeyPair;
  /** Signs the certificates of front proxies, and nothing else. */
  readonly frontProxyCa: KeyPair;
  /** The certificate under which the API server passes users on to servers that extend it. */
  readonly frontProxyClient: KeyPair;
  /** Signs service-account tokens (ES256); PKCS#8. */
  readonly serviceAccountKey: string;
}

export interface PkiOptions extends SubjectAltNames {
  readonly clock: Clock;
  /** The first address of the service range, under which pods reach the API server. Default 10.96.0.1. */
  readonly serviceIp?: string;
  /** Default cluster.local. */
  readonly clusterDomain?: string;
  /** Life of certificates and of a new authority, in milliseconds. Default a year, and ten. */
  readonly lifeMs?: number;
  readonly caLifeMs?: number;
}

/** The middle of the time in which certificates are renewed: four fifths of their life. */
const RENEW_AT = 0.5;

const ADMIN: Subject = { commonName: 'kubernetes-admin', organizations: ['system:masters'] };
const API_SERVER: Subject = { commonName: 'kube-apiserver' };
/** Bound to the role system:kubelet-api-admin, and to nothing else: see docs/decisions. */
const KUBELET_CLIENT: Subject = { commonName: KUBELET_CLIENT_USER };
const FRONT_PROXY_CLIENT: Subject = { commonName: 'front-proxy-client' };

/** The subject of a node's client certificate. */
export const nodeSubject = (nodeName: string): Subject => ({ commonName: `system:node:${nodeName}`, organizations: ['system:nodes'] });

/**
 * The subject of the client certificate under which an agent reads services, endpoints and nodes for its proxy, routes and DNS: kube-proxy's
 * name, which the role system:node-proxier is bound to. A node's own identity may not read other nodes.
 */
export const PROXY_SUBJECT: Subject = { commonName: 'system:kube-proxy' };

function covers(certificate: X509Certificate, sans: SubjectAltNames): boolean {
  return sans.names.every((name) => certificate.checkHost(name) !== undefined) && sans.ips.every((ip) => certificate.checkIP(ip) !== undefined);
}

interface PairOptions {
  readonly dir: string;
  readonly now: number;
  readonly ca: KeyPair;
  readonly lifeMs: number | undefined;
}

const namesOf = ({ commonName, organizations = [] }: Subject): string =>
  [`CN=${commonName}`, ...organizations.map((name) => `O=${name}`)].sort().join();
const isOf = (certificate: X509Certificate, subject: Subject): boolean => certificate.subject.split('\n').sort().join() === namesOf(subject);

/**
 * Reads a pair from the directory; makes it (again) if it is missing, due for renewal, of another authority, or lacks a name. A client
 * certificate has no names.
 * @throws KeyFileError if a file is damaged.
 */
async function ensurePair({ dir, now, ca, lifeMs }: PairOptions, name: string, subject: Subject, sans?: SubjectAltNames): Promise<KeyPair> {
  const [certificate, key] = await Promise.all([readKeyFile(join(dir, `${name}.crt`)), readKeyFile(join(dir, `${name}.key`))]);
  if (certificate !== undefined && key !== undefined) {
    const parsed = pairOf(dir, name, { certificate, key }, `delete ${join(dir, name)}.crt and .key: they are made anew at the next start`);
    const isSigned = parsed.verify(new X509Certificate(ca.certificate).publicKey);
    if (isSigned && isOf(parsed, subject) && renewalTime(certificate, RENEW_AT) > now && (!sans || covers(parsed, sans))) return { certificate, key };
  }
  const options = { now, ...(lifeMs === undefined ? {} : { lifeMs }) };
  const pair = await (sans ? issueServingCertificate(ca, subject, sans, options) : issueClientCertificate(ca, subject, options));
  await replaceFile(join(dir, `${name}.key`), pair.key);
  await replaceFile(join(dir, `${name}.crt`), pair.certificate);
  return pair;
}

/** The names and addresses the API server is reached by, whatever the machine is called. */
export function servingNames(options: PkiOptions): SubjectAltNames {
  const domain = options.clusterDomain ?? 'cluster.local';
  const names = ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc', `kubernetes.default.svc.${domain}`, ...options.names];
  const ips = ['127.0.0.1', '::1', options.serviceIp ?? '10.96.0.1', ...options.ips];
  return { names: [...new Set(names)], ips: [...new Set(ips)] };
}

/**
 * Reads the cluster's keys from `dir`, makes what is missing, and renews what is due (call it again to renew while running). Files are
 * readable by their owner only.
 * @throws KeyFileError for a file that cannot be used, or a missing one that cannot be made again without harm.
 */
export async function ensurePki(dir: string, options: PkiOptions): Promise<ClusterPki> {
  const now = options.clock.now();
  const { lifeMs } = options;
  const authority = { now, lifeMs: options.caLifeMs };
  const [ca, frontProxyCa] = await Promise.all([ensureAuthority(dir, CLUSTER_CA, authority), ensureAuthority(dir, FRONT_PROXY_CA, authority)]);
  const common = { dir, now, ca, lifeMs };
  const [serving, kubeletClient, admin, frontProxyClient, serviceAccountKey] = await Promise.all([
    ensurePair(common, 'apiserver', API_SERVER, servingNames(options)),
    ensurePair(common, 'apiserver-kubelet-client', KUBELET_CLIENT),
    ensurePair(common, 'admin', ADMIN),
    ensurePair({ ...common, ca: frontProxyCa }, 'front-proxy-client', FRONT_PROXY_CLIENT),
    ensureServiceAccountKey(dir),
  ]);
  return { ca, serving, kubeletClient, admin, frontProxyCa, frontProxyClient, serviceAccountKey };
}

/** Returns the names and addresses that a certificate (PEM) is for. */
export function namesIn(certificate: string): readonly string[] {
  const text = new X509Certificate(certificate).subjectAltName ?? '';
  return text.split(', ').map((entry) => entry.replace(/^(DNS|IP Address):/, ''));
}

/** Returns when the first of the control plane's certificates is due for renewal, in milliseconds since the epoch. */
export function nextRenewal({ serving, kubeletClient, admin, frontProxyClient }: ClusterPki): number {
  const pairs = [serving, kubeletClient, admin, frontProxyClient];
  return Math.min(...pairs.map(({ certificate }) => renewalTime(certificate, RENEW_AT)));
}

/** The keys of one node, made beside the cluster's: its client certificate, the one it serves with, and that of its proxy. */
export async function ensureNodePki(
  dir: string,
  ca: KeyPair,
  nodeName: string,
  sans: SubjectAltNames,
  { clock, lifeMs }: Pick<PkiOptions, 'clock' | 'lifeMs'>,
): Promise<{ readonly client: KeyPair; readonly serving: KeyPair; readonly proxy: KeyPair }> {
  const common = { dir, now: clock.now(), ca, lifeMs };
  const subject = nodeSubject(nodeName);
  const [client, serving, proxy] = await Promise.all([
    ensurePair(common, `node-${nodeName}-client`, subject),
    ensurePair(common, `node-${nodeName}-serving`, subject, sans),
    ensurePair(common, `node-${nodeName}-kube-proxy`, PROXY_SUBJECT),
  ]);
  return { client, serving, proxy };
}
