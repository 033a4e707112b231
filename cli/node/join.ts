import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { createCertificateRequest } from '../../apiserver/pki/certificate-authority.ts';
import { nodeSubject, PROXY_SUBJECT, writeSecretFile } from '../../apiserver/pki/cluster-pki.ts';
import type { JoinAnswer, JoinRequest } from '../../apiserver/pki/join-route.ts';
import { JOIN_PATH } from '../../apiserver/pki/join-route.ts';
import { sleep, systemClock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import { bodyText, createTransport } from '../../runtime/client/http-transport.ts';
import type { Layout } from '../config/data-dir.ts';
import type { NodeCredentials } from './node-settings.ts';

export interface JoinOptions {
  /** `https://host:port` */
  readonly server: string;
  readonly token: string | undefined;
  /** `sha256:…` of the CA's certificate (DER), as `skiff token create` prints it. */
  readonly caHash: string | undefined;
  readonly layout: Layout;
  readonly nodeName: string;
  readonly ips: readonly string[];
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** The hash by which a joining node knows the cluster's CA. */
export const caHashOf = (der: Buffer): string => `sha256:${createHash('sha256').update(der).digest('hex')}`;

/** The certificate (PEM) of the authority behind a server, as the server presents it. It proves nothing until its hash is checked. */
function shownAuthority(server: string): Promise<{ readonly pem: string; readonly hash: string }> {
  const { hostname, port } = new URL(server);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port || 443), rejectUnauthorized: false, timeout: 10_000 }, () => {
      let certificate = socket.getPeerCertificate(true);
      while (
        certificate.issuerCertificate &&
        certificate.issuerCertificate.raw !== certificate.raw &&
        certificate.issuerCertificate.fingerprint256 !== certificate.fingerprint256
      ) {
        certificate = certificate.issuerCertificate;
      }
      socket.destroy();
      const pem = `-----BEGIN CERTIFICATE-----\n${(certificate.raw.toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END CERTIFICATE-----\n`;
      resolve({ pem, hash: caHashOf(certificate.raw) });
    });
    socket.on('timeout', () => socket.destroy(new Error(`${server} does not answer`)));
    socket.on('error', reject);
  });
}

const RETRY_MS = 1_000;

/**
 * The credentials of a node on another machine than its server: those of an earlier start, otherwise requested with the token. Keys never
 * leave the machine. Tries again while the server cannot be reached.
 * @throws when the server refuses or is not the one that the hash names, and the signal's reason when it aborts.
 */
export async function joinCluster(options: JoinOptions): Promise<NodeCredentials> {
  const { server, layout, nodeName, log, signal } = options;
  const directory = join(layout.agent, 'pki');
  const file = (name: string) => join(directory, name);
  const files = {
    ca: file('ca.crt'),
    clientKey: file('client.key'),
    clientCert: file('client.crt'),
    servingKey: file('serving.key'),
    servingCert: file('serving.crt'),
    proxyKey: file('kube-proxy.key'),
    proxyCert: file('kube-proxy.crt'),
  };
  if (!Object.values(files).every((path) => existsSync(path))) {
    if (options.token === undefined || options.caHash === undefined)
      throw new Error("joining takes --token and --ca-hash: 'skiff token create' on the server prints both");
    const [client, serving, proxy] = await Promise.all([
      createCertificateRequest(nodeSubject(nodeName)),
      createCertificateRequest(nodeSubject(nodeName)),
      createCertificateRequest(PROXY_SUBJECT),
    ]);
    for (;;) {
      try {
        const answer = await askToJoin(options, { clientRequest: client.request, servingRequest: serving.request, proxyRequest: proxy.request });
        await Promise.all([
          writeSecretFile(files.clientKey, client.key),
          writeSecretFile(files.servingKey, serving.key),
          writeSecretFile(files.proxyKey, proxy.key),
        ]);
        await Promise.all([
          writeSecretFile(files.clientCert, answer.clientCertificate),
          writeSecretFile(files.servingCert, answer.servingCertificate),
          writeSecretFile(files.proxyCert, answer.proxyCertificate),
          writeSecretFile(files.ca, answer.ca),
        ]);
        break;
      } catch (error) {
        if (error instanceof JoinRefused) throw error;
        log.warn({ err: error }, 'the cluster cannot be reached yet');
        await sleep(systemClock, RETRY_MS, signal);
        signal.throwIfAborted();
      }
    }
  }
  const read = (path: string) => readFileSync(path, 'utf8');
  const ca = read(files.ca);
  return {
    client: { server, ca, cert: read(files.clientCert), key: read(files.clientKey) },
    proxy: { server, ca, cert: read(files.proxyCert), key: read(files.proxyKey) },
    serving: { key: read(files.servingKey), cert: read(files.servingCert), clientCa: ca },
  };
}

class JoinRefused extends Error {
  override readonly name = 'JoinRefused';
}

async function askToJoin(
  { server, token, caHash, nodeName, ips }: JoinOptions,
  requests: Pick<JoinRequest, 'clientRequest' | 'servingRequest' | 'proxyRequest'>,
): Promise<JoinAnswer> {
  const authority = await shownAuthority(server);
  if (authority.hash !== caHash) throw new JoinRefused(`${server} is not the cluster of --ca-hash: its authority's hash is ${authority.hash}`);
  const transport = createTransport({ server, ca: authority.pem, ...(token === undefined ? {} : { token }) }, 'skiff');
  const body = JSON.stringify({ nodeName, ips, ...requests });
  const response = await transport({ method: 'POST', path: JOIN_PATH, body, contentType: 'application/json', timeoutMs: 10_000 });
  const text = await bodyText(response);
  if (response.statusCode === 200) return JSON.parse(text) as JoinAnswer;
  const reason = response.statusCode === 401 ? "the token is unknown or has expired: make a new one with 'skiff token create'" : text;
  throw new JoinRefused(`${server} refuses: ${reason}`);
}
