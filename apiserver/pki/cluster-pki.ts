import { generateKeyPairSync, randomUUID, X509Certificate } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import type { KeyPair, Subject, SubjectAltNames } from './certificate-authority.ts';
import { createCertificateAuthority, issueClientCertificate, issueServingCertificate } from './certificate-authority.ts';

/** The keys of a control plane. All texts are PEM. */
export interface ClusterPki {
  readonly ca: KeyPair;
  readonly serving: KeyPair;
  /** The API server's client certificate for node agents. */
  readonly kubeletClient: KeyPair;
  readonly admin: KeyPair;
  readonly controllerManager: KeyPair;
  readonly scheduler: KeyPair;
  /** Signs the certificates of front proxies: those may say who asks, so no other client has one of its. */
  readonly frontProxyCa: KeyPair;
  /** The certificate by which this server calls API servers that extend it. */
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
}

/** A certificate is replaced if less than this is left of its life. */
const RENEW_BEFORE_MS = 30 * 86_400_000;

const ADMIN: Subject = { commonName: 'kubernetes-admin', organizations: ['system:masters'] };
const KUBELET_CLIENT: Subject = { commonName: 'kube-apiserver-kubelet-client', organizations: ['system:masters'] };
const CONTROLLER_MANAGER: Subject = { commonName: 'system:kube-controller-manager' };
const FRONT_PROXY_CLIENT: Subject = { commonName: 'front-proxy-client' };
const SCHEDULER: Subject = { commonName: 'system:kube-scheduler' };

/** The subject of a node's client certificate. */
export const nodeSubject = (nodeName: string): Subject => ({ commonName: `system:node:${nodeName}`, organizations: ['system:nodes'] });

/**
 * The subject of the client certificate under which an agent reads services, endpoints and nodes for its proxy, routes and DNS: kube-proxy's
 * name, which the role system:node-proxier is bound to. A node's own identity may not read other nodes.
 */
export const PROXY_SUBJECT: Subject = { commonName: 'system:kube-proxy' };

/** Writes a file that only its owner may read, whole or not at all. */
export async function writeSecretFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomUUID()}`;
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function covers(certificate: X509Certificate, sans: SubjectAltNames): boolean {
  return sans.names.every((name) => certificate.checkHost(name) !== undefined) && sans.ips.every((ip) => certificate.checkIP(ip) !== undefined);
}

/** Reads a pair from `dir`; makes it (again) if it is missing, near its end, of another CA, or lacks a name. */
async function ensurePair(
  dir: string,
  name: string,
  now: number,
  issuer: X509Certificate | undefined,
  sans: SubjectAltNames | undefined,
  issue: () => Promise<KeyPair>,
): Promise<KeyPair> {
  const [certificate, key] = await Promise.all([readIfThere(join(dir, `${name}.crt`)), readIfThere(join(dir, `${name}.key`))]);
  if (certificate !== undefined && key !== undefined) {
    const parsed = new X509Certificate(certificate);
    const lasts = parsed.validToDate.getTime() - now > RENEW_BEFORE_MS;
    if (lasts && (!issuer || parsed.verify(issuer.publicKey)) && (!sans || covers(parsed, sans))) return { certificate, key };
  }
  const pair = await issue();
  await writeSecretFile(join(dir, `${name}.key`), pair.key);
  await writeSecretFile(join(dir, `${name}.crt`), pair.certificate);
  return pair;
}

async function ensureServiceAccountKey(dir: string): Promise<string> {
  const path = join(dir, 'sa.key');
  const there = await readIfThere(path);
  if (there !== undefined) return there;
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  await writeSecretFile(join(dir, 'sa.pub'), publicKey.export({ type: 'spki', format: 'pem' }).toString());
  await writeSecretFile(path, key);
  return key;
}

async function ensureFrontProxy(dir: string, now: number): Promise<Pick<ClusterPki, 'frontProxyCa' | 'frontProxyClient'>> {
  const frontProxyCa = await ensurePair(dir, 'front-proxy-ca', now, undefined, undefined, () =>
    createCertificateAuthority('front-proxy-ca', { now }),
  );
  const issuer = new X509Certificate(frontProxyCa.certificate);
  const frontProxyClient = await ensurePair(dir, 'front-proxy-client', now, issuer, undefined, () =>
    issueClientCertificate(frontProxyCa, FRONT_PROXY_CLIENT, { now }),
  );
  return { frontProxyCa, frontProxyClient };
}

/** The names and addresses the API server is reached by, whatever the machine is called. */
function servingNames(options: PkiOptions): SubjectAltNames {
  const domain = options.clusterDomain ?? 'cluster.local';
  const names = ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc', `kubernetes.default.svc.${domain}`, ...options.names];
  const ips = ['127.0.0.1', '::1', options.serviceIp ?? '10.96.0.1', ...options.ips];
  return { names: [...new Set(names)], ips: [...new Set(ips)] };
}

/**
 * Reads the cluster's keys from `dir`, makes what is missing, and renews what ends within 30 days
 * (call it again, say once a day, to renew while running). Files are readable by their owner only.
 */
export async function ensurePki(dir: string, options: PkiOptions): Promise<ClusterPki> {
  const now = options.clock.now();
  const ca = await ensurePair(dir, 'ca', now, undefined, undefined, () => createCertificateAuthority('kubernetes', { now }));
  const issuer = new X509Certificate(ca.certificate);
  const sans = servingNames(options);
  const client = (name: string, subject: Subject) =>
    ensurePair(dir, name, now, issuer, undefined, () => issueClientCertificate(ca, subject, { now }));
  const [serving, kubeletClient, admin, controllerManager, scheduler, frontProxy, serviceAccountKey] = await Promise.all([
    ensurePair(dir, 'apiserver', now, issuer, sans, () => issueServingCertificate(ca, { commonName: 'kube-apiserver' }, sans, { now })),
    client('apiserver-kubelet-client', KUBELET_CLIENT),
    client('admin', ADMIN),
    client('controller-manager', CONTROLLER_MANAGER),
    client('scheduler', SCHEDULER),
    ensureFrontProxy(dir, now),
    ensureServiceAccountKey(dir),
  ]);
  return { ca, serving, kubeletClient, admin, controllerManager, scheduler, ...frontProxy, serviceAccountKey };
}

/** The keys of one node, made beside the cluster's: its client certificate, the one it serves with, and that of its proxy. */
export async function ensureNodePki(
  dir: string,
  ca: KeyPair,
  nodeName: string,
  sans: SubjectAltNames,
  clock: Clock,
): Promise<{ readonly client: KeyPair; readonly serving: KeyPair; readonly proxy: KeyPair }> {
  const now = clock.now();
  const issuer = new X509Certificate(ca.certificate);
  const subject = nodeSubject(nodeName);
  const [client, serving, proxy] = await Promise.all([
    ensurePair(dir, `node-${nodeName}-client`, now, issuer, undefined, () => issueClientCertificate(ca, subject, { now })),
    ensurePair(dir, `node-${nodeName}-serving`, now, issuer, sans, () => issueServingCertificate(ca, subject, sans, { now })),
    ensurePair(dir, 'kube-proxy', now, issuer, undefined, () => issueClientCertificate(ca, PROXY_SUBJECT, { now })),
  ]);
  return { client, serving, proxy };
}
