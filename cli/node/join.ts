import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hasReason } from '../../api/meta/status-error.ts';
import { nodeSubject, PROXY_SUBJECT } from '../../apiserver/pki/cluster-pki.ts';
import { readIfThere, writeSecretFile } from '../../apiserver/pki/key-files.ts';
import { sleep, systemClock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import { systemRandom } from '../../base/random.ts';
import type { KeyPair, Subject, SubjectAltNames } from '../../base/x509/certificate-authority.ts';
import { createPrivateKeyText } from '../../base/x509/certificate-request.ts';
import type { Client } from '../../runtime/client/client.ts';
import { createHttpsClient } from '../../runtime/client/https-client.ts';
import type { Layout } from '../config/data-dir.ts';
import { shownAuthority } from './authority.ts';
import { createCertificateKeeper, identityFrom } from './certificate-keeper.ts';
import { CertificateRefused, requestCertificate } from './certificate-request.ts';
import type { NodeCredentials } from './node-settings.ts';
import { readPair, validPair, writePair } from './pair-file.ts';

export interface JoinOptions {
  /** `https://host:port` */
  readonly server: string;
  readonly token: string | undefined;
  /** `sha256:…` of the CA's certificate (DER), as `skiff token create` prints it. */
  readonly caHash: string | undefined;
  readonly layout: Layout;
  readonly nodeName: string;
  /** The addresses that the node's status shows. */
  readonly ips: readonly string[];
  readonly log: Logger;
  readonly signal: AbortSignal;
}

const RETRY_MS = 1_000;
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
 * server cannot be reached, and waits while a request is left to an administrator. The serving certificate comes once the node is registered.
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
  const former = kept ? undefined : formerPair(layout, now);
  const first = kept ?? former ?? (await firstPair(options, directory, files));
  if (former && !existsSync(files.ca)) await writeSecretFile(files.ca, readFileSync(join(layout.agent, 'pki', 'ca.crt'), 'utf8'));
  const ca = readFileSync(files.ca, 'utf8');

  const common = { clock, random: systemRandom, log };
  const subject = nodeSubject(nodeName);
  const obtain = async (path: string, wanted: Wanted, signal: AbortSignal): Promise<KeyPair> => {
    const key = await createPrivateKeyText();
    const certificate = await requestCertificate({ subject, ...wanted, key }, { client: api, clock, log, signal });
    const pair = { certificate, key };
    await writePair(path, pair);
    return pair;
  };
  const clientKeeper = createCertificateKeeper({
    ...common,
    name: 'client',
    pair: first,
    renew: (signal) => obtain(files.client, CLIENT, signal),
  });
  const client = { server, ca, identity: identityFrom(clientKeeper, first) };
  const api = createHttpsClient({ ...client, userAgent: 'skiff-agent' });
  const ofProxy = { ...PROXY, subject: PROXY_SUBJECT };
  const firstProxy = keptProxy ?? (await obtain(files.proxy, ofProxy, options.signal));
  const proxyKeeper = createCertificateKeeper({
    ...common,
    name: 'proxy',
    pair: firstProxy,
    renew: (signal) => obtain(files.proxy, ofProxy, signal),
  });
  const servingKeeper = createCertificateKeeper({
    ...common,
    name: 'serving',
    pair: keptServing,
    renew: (signal) => obtain(files.serving, { ...SERVING, sans: { names: [nodeName], ips } }, signal),
  });
  return {
    client,
    proxy: { server, ca, identity: identityFrom(proxyKeeper, firstProxy) },
    serving: {
      current() {
        const pair = servingKeeper.current();
        return pair && identityOf(pair);
      },
      subscribe: servingKeeper.subscribe,
    },
    clientCa: ca,
    run: async (signal) => void (await Promise.all([clientKeeper, proxyKeeper, servingKeeper].map((keeper) => keeper.run(signal)))),
  };
}

const identityOf = ({ certificate, key }: KeyPair) => ({ cert: certificate, key });

/** The certificate of an agent that joined before there were certificate signing requests. */
function formerPair(layout: Layout, now: number): KeyPair | undefined {
  const file = (name: string) => join(layout.agent, 'pki', name);
  if (![file('ca.crt'), file('client.crt'), file('client.key')].every((path) => existsSync(path))) return undefined;
  return validPair({ certificate: readFileSync(file('client.crt'), 'utf8'), key: readFileSync(file('client.key'), 'utf8') }, now);
}

/** Requests the first client certificate with the token. The key is kept before it is used: a restart goes on with the same request. */
async function firstPair(options: JoinOptions, directory: string, files: { readonly ca: string; readonly client: string }): Promise<KeyPair> {
  const { server, token, caHash, nodeName, log, signal } = options;
  if (token === undefined || caHash === undefined) {
    const why = existsSync(files.client) ? 'the certificate of the node has ended: joining again' : 'joining';
    throw new Error(`${why} takes --token and --ca-hash: 'skiff token create' on the server prints both`);
  }
  const keyFile = join(directory, 'client.key.tmp');
  const key = (await readIfThere(keyFile)) ?? (await createPrivateKeyText());
  await writeSecretFile(keyFile, key);
  for (;;) {
    try {
      const authority = await shownAuthority(server);
      if (authority.hash !== caHash) throw new JoinRefused(`${server} is not the cluster of --ca-hash: its authority's hash is ${authority.hash}`);
      await writeSecretFile(files.ca, authority.pem);
      const client: Client = createHttpsClient({ server, ca: authority.pem, token, userAgent: 'skiff-agent' });
      const wanted = { ...CLIENT, subject: nodeSubject(nodeName), key };
      const pair = { certificate: await requestCertificate(wanted, { client, clock: systemClock, log, signal }), key };
      await writePair(files.client, pair);
      await rm(keyFile, { force: true });
      return pair;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof JoinRefused) throw error;
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
