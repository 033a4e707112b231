import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hasReason } from '../../api/meta/status-error.ts';
import { nodeSubject, PROXY_SUBJECT } from '../../apiserver/pki/cluster-pki.ts';
import { readKeyFile } from '../../apiserver/pki/key-files.ts';
import { sleep, systemClock } from '../../base/clock.ts';
import { replaceFile } from '../../base/kept-file.ts';
import type { Logger } from '../../base/log.ts';
import { systemRandom } from '../../base/random.ts';
import type { KeyPair, Subject, SubjectAltNames } from '../../base/x509/certificate.ts';
import { createCertificateAuthority, issueServingCertificate } from '../../base/x509/certificate-authority.ts';
import { createPrivateKeyText } from '../../base/x509/certificate-request.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { Credentials } from '../../runtime/client/credentials.ts';
import { createHttpsClient } from '../../runtime/client/https-client.ts';
import type { Layout } from '../config/data-dir.ts';
import type { CertificateKeeper } from './certificate-keeper.ts';
import { createCertificateKeeper, identityFrom } from './certificate-keeper.ts';
import { certificateMetrics } from './certificate-metrics.ts';
import { CertificateRefused, requestCertificate } from './certificate-request.ts';
import { invitedAuthority, NotSignedYet, WrongCluster } from './cluster-info.ts';
import type { NodeCredentials } from './node-settings.ts';
import { readPair, validPair, writePair } from './pair-file.ts';

export interface JoinOptions {
  /** `https://host:port` */
  readonly server: string;
  readonly token: string | undefined;
  /** `sha256:…` of the CA's certificate (DER), as `skiff token create` prints it, or of its public key, as kubeadm does. */
  readonly caHash: string | undefined;
  /** Of a bootstrap kubeconfig, in place of token and hash. */
  readonly bootstrap?: Credentials | undefined;
  /** The node's own credentials, where somebody else issues and renews them. Then no client certificate is requested. */
  readonly own?: Credentials | undefined;
  /** Credentials for the node's network. Default: a certificate is requested for it, too. */
  readonly proxy?: Credentials | undefined;
  readonly layout: Layout;
  readonly nodeName: string;
  /** The addresses that the node's status shows. */
  readonly ips: readonly string[];
  readonly log: Logger;
  readonly signal: AbortSignal;
}

const RETRY_MS = 1_000;
/** The time that a new token may wait for the controller that signs cluster-info with it. */
const SIGNATURE_MS = 60_000;
const CLIENT = { signerName: 'kubernetes.io/kube-apiserver-client-kubelet', usages: ['client auth', 'digital signature'] };
const PROXY = { signerName: 'kubernetes.io/kube-apiserver-client', usages: ['client auth', 'digital signature'] };
const SERVING = { signerName: 'kubernetes.io/kubelet-serving', usages: ['digital signature', 'server auth'] };

interface Wanted {
  readonly signerName: string;
  readonly usages: string[];
  /** Default: the node's. */
  readonly subject?: Subject;
  readonly sans?: SubjectAltNames;
}

class JoinRefused extends Error {
  override readonly name = 'JoinRefused';
}

/**
 * The credentials of a node on another machine than its server: those of an earlier start, otherwise requested as kubelet does, with the token
 * for the first client certificate, and under the node's own identity from then on. Keys never leave the machine. Tries again while the
 * server cannot be reached, and waits while a request is left to an administrator. The serving certificate comes once the node is registered;
 * until then it is one that the node has signed itself.
 * @throws when the server refuses or is not the one that the hash names, and the signal's reason when it aborts.
 */
export async function joinCluster(options: JoinOptions): Promise<NodeCredentials> {
  const { server, layout, nodeName, ips, log } = options;
  const directory = join(layout.agent, 'pki', nodeName);
  const files = {
    ca: join(directory, 'ca.crt'),
    client: join(directory, 'client.pem'),
    proxy: join(directory, 'kube-proxy.pem'),
    serving: join(directory, 'serving.pem'),
  };
  const clock = systemClock;
  const now = clock.now();
  const [kept, keptProxy, keptServing] = await Promise.all([readPair(files.client, now), readPair(files.proxy, now), readPair(files.serving, now)]);
  const first = options.own ? undefined : await firstClient(options, kept, directory, files);
  const ca = options.own ? options.own.ca : readFileSync(files.ca, 'utf8');
  if (ca === undefined) throw new Error('the kubeconfig names no certificate-authority: the agent checks who calls it by that');

  const common = { clock, random: systemRandom, log };
  const subject = nodeSubject(nodeName);
  const obtain = async (path: string, wanted: Wanted, signal: AbortSignal): Promise<KeyPair> => {
    const key = await createPrivateKeyText();
    const certificate = await requestCertificate({ subject, ...wanted, key }, { client: api, clock, log, signal });
    const pair = { certificate, key };
    await writePair(path, pair);
    return pair;
  };
  const keepers: CertificateKeeper[] = [];
  const keep = (name: string, path: string, pair: KeyPair | undefined, wanted: Wanted) => {
    const keeper = createCertificateKeeper({ ...common, name, pair, renew: (signal) => obtain(path, wanted, signal) });
    keepers.push(keeper);
    return keeper;
  };
  const ofClient = first && keep('client', files.client, first, CLIENT);
  const client = ofClient ? { server, ca, identity: identityFrom(ofClient, first) } : { ...options.own, server };
  const api = createHttpsClient({ ...client, userAgent: 'skiff-agent' });
  const proxy = options.proxy ?? (await proxyIdentity());
  const serving = keep('serving', files.serving, keptServing, { ...SERVING, sans: { names: [nodeName], ips } });
  const signedByItself = keptServing ?? (await selfSigned(nodeName, ips, now));

  async function proxyIdentity(): Promise<Credentials> {
    const wanted = { ...PROXY, subject: PROXY_SUBJECT };
    const pair = keptProxy ?? (await obtain(files.proxy, wanted, options.signal));
    return { server, ca: ca ?? '', identity: identityFrom(keep('proxy', files.proxy, pair, wanted), pair) };
  }
  return {
    client,
    proxy,
    serving: { current: () => identityOf(serving.current() ?? signedByItself), subscribe: serving.subscribe },
    clientCa: ca,
    measure: (registry) => certificateMetrics(registry, { client: ofClient, serving }, clock),
    run: async (signal) => void (await Promise.all(keepers.map((keeper) => keeper.run(signal)))),
  };
}

const identityOf = ({ certificate, key }: KeyPair) => ({ cert: certificate, key });

/** The certificate that a node serves with until the cluster has issued one, as kubelet's: an API server that checks it waits for the other. */
async function selfSigned(nodeName: string, ips: readonly string[], now: number): Promise<KeyPair> {
  const name = `${nodeName}-ca@${Math.floor(now / 1000)}`;
  const authority = await createCertificateAuthority(name, { now });
  return issueServingCertificate(authority, { commonName: `${nodeName}@${Math.floor(now / 1000)}` }, { names: [nodeName], ips }, { now });
}

async function firstClient(
  options: JoinOptions,
  kept: KeyPair | undefined,
  directory: string,
  files: { readonly ca: string; readonly client: string },
): Promise<KeyPair> {
  if (kept) return kept;
  const { layout } = options;
  const former = formerPair(layout, systemClock.now());
  if (!former) return firstPair(options, directory, files);
  if (!existsSync(files.ca)) await replaceFile(files.ca, readFileSync(join(layout.agent, 'pki', 'ca.crt'), 'utf8'));
  return former;
}

/** The certificate of an agent that joined before there were certificate signing requests. */
function formerPair(layout: Layout, now: number): KeyPair | undefined {
  const file = (name: string) => join(layout.agent, 'pki', name);
  if (![file('ca.crt'), file('client.crt'), file('client.key')].every((path) => existsSync(path))) return undefined;
  return validPair({ certificate: readFileSync(file('client.crt'), 'utf8'), key: readFileSync(file('client.key'), 'utf8') }, now);
}

/** Requests the first client certificate with the token. The key is kept before it is used: a restart goes on with the same request. */
async function firstPair(options: JoinOptions, directory: string, files: { readonly ca: string; readonly client: string }): Promise<KeyPair> {
  const { server, nodeName, log, signal } = options;
  const entrance = entranceOf(options);
  if (!entrance) {
    const why = existsSync(files.client) ? 'the certificate of the node has ended: joining again' : 'joining';
    throw new Error(`${why} takes --token and --ca-hash: 'skiff token create' on the server prints both`);
  }
  const keyFile = join(directory, 'client.key.tmp');
  const key = (await readKeyFile(keyFile)) ?? (await createPrivateKeyText());
  await replaceFile(keyFile, key);
  const unsignedUntil = systemClock.monotonic() + SIGNATURE_MS;
  for (;;) {
    try {
      const credentials = await entrance();
      await replaceFile(files.ca, credentials.ca);
      const client: Client = createHttpsClient({ ...credentials, userAgent: 'skiff-agent' });
      const wanted = { ...CLIENT, subject: nodeSubject(nodeName), key };
      const pair = { certificate: await requestCertificate(wanted, { client, clock: systemClock, log, signal }), key };
      await writePair(files.client, pair);
      await rm(keyFile, { force: true });
      return pair;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof JoinRefused) throw error;
      if (error instanceof WrongCluster) throw new JoinRefused(error.message);
      if (error instanceof NotSignedYet && systemClock.monotonic() > unsignedUntil)
        throw new JoinRefused(`${error.message}: the token is unknown or has expired, or bootstrap-signer-controller does not run`);
      if (error instanceof CertificateRefused) {
        // The next attempt is another request.
        await rm(keyFile, { force: true });
        throw new JoinRefused(`${server} refuses: ${error.message}`);
      }
      if (hasReason(error, 'Unauthorized')) {
        throw new JoinRefused(`${server} refuses: the token is unknown or has expired: make a new one with 'skiff token create'`);
      }
      if (hasReason(error, 'Forbidden', 'Invalid', 'BadRequest')) throw new JoinRefused(`${server} refuses: ${String(error)}`);
      log.warn({ err: error }, 'the cluster cannot be reached yet');
      await sleep(systemClock, RETRY_MS, signal);
      signal.throwIfAborted();
    }
  }
}

/** Returns a function that resolves to the credentials for the first request; undefined if the options hold none. */
function entranceOf({ server, token, caHash, bootstrap }: JoinOptions): (() => Promise<Credentials & { readonly ca: string }>) | undefined {
  if (bootstrap) {
    const { ca } = bootstrap;
    if (ca === undefined) throw new Error('--bootstrap-kubeconfig names no certificate-authority: the node would not know its cluster');
    return async () => ({ ...bootstrap, ca });
  }
  if (token === undefined || caHash === undefined) return undefined;
  return async () => ({ server, token, ca: await invitedAuthority({ server, token, caHash }) });
}
