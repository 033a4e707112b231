import { X509Certificate } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { createCertificateAuthority, issueServingCertificate } from '../../base/x509/certificate-authority.ts';
import { flunderDocuments } from './flunder-documents.fixture.ts';
import type { Flunder } from './flunder-objects.fixture.ts';
import { flunderObjects } from './flunder-objects.fixture.ts';

/** A request as the server saw it: whom the proxy named, if the proxy itself was believed. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly user: string | undefined;
  readonly groups: readonly string[];
  readonly headers: IncomingMessage['headers'];
}

export interface ExtensionServerOptions {
  /** PEM of the authority of front proxies, as the ConfigMap extension-apiserver-authentication has it. */
  readonly requestHeaderCa: string;
  /** The service that leads to the server: its certificate is for `name.namespace.svc`. */
  readonly service: { readonly name: string; readonly namespace: string };
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Serves OpenAPI v2 alone, as old servers do. */
  readonly withoutOpenApiV3?: boolean;
  /** Serves no aggregated discovery, as old servers do. */
  readonly withoutAggregatedDiscovery?: boolean;
}

export interface ExtensionServer {
  readonly port: number;
  /** PEM of the authority of its certificate. */
  readonly ca: string;
  readonly seen: readonly SeenRequest[];
  /** While set, every request is answered with this status. */
  failWith: number | undefined;
  /** Returns the namespace of each watch of flunders under way; undefined for one over all namespaces. */
  watchedNamespaces(): readonly (string | undefined)[];
  endWatches(): void;
  stop(): Promise<void>;
}

const text = (response: ServerResponse, status: number, body: string) => void response.writeHead(status, { 'content-type': 'text/plain' }).end(body);

/**
 * An API server that extends another one, as the sample-apiserver does: it serves `flunders` of `wardle.example.com/v1alpha1` from memory, and
 * believes nobody but a front proxy with a certificate of the given authority, which names the user.
 */
export async function startExtensionServer(options: ExtensionServerOptions): Promise<ExtensionServer> {
  const { requestHeaderCa, service, host = '127.0.0.1' } = options;
  const ca = await createCertificateAuthority('extension', { now: Date.now() });
  const name = `${service.name}.${service.namespace}.svc`;
  const pair = await issueServingCertificate(ca, { commonName: name }, { names: [name], ips: [] }, { now: Date.now() });
  const roots = (requestHeaderCa.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? []).map((pem) => new X509Certificate(pem));
  const seen: SeenRequest[] = [];
  const objects = flunderObjects();
  const documents = flunderDocuments(options);
  const state: { failWith: number | undefined } = { failWith: undefined };

  function isProxy(socket: Duplex): boolean {
    const certificate = (socket as TLSSocket).getPeerX509Certificate();
    return certificate !== undefined && roots.some((root) => certificate.verify(root.publicKey)) && certificate.subject === 'CN=front-proxy-client';
  }

  /** Notes the request; returns whether it may go on. */
  function admit(request: IncomingMessage): boolean {
    const { headers, method = '', url = '' } = request;
    const believed = isProxy(request.socket);
    const raw = request.rawHeaders;
    const groups = raw.flatMap((value, index) => (index % 2 === 0 && value.toLowerCase() === 'x-remote-group' ? [raw[index + 1] ?? ''] : []));
    const user = believed ? headers['x-remote-user']?.toString() : undefined;
    seen.push({ method, url, user, groups: believed ? groups : [], headers });
    return user !== undefined;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (state.failWith !== undefined) return text(response, state.failWith, 'failing');
    if (!admit(request)) return text(response, 401, 'Unauthorized');
    const { pathname: path, searchParams: query } = new URL(request.url ?? '/', 'https://server');
    if (path === '/apis/wardle.example.com/v1alpha1/redirect') return void response.writeHead(302, { location: 'https://192.0.2.1/' }).end();
    const document = documents(path, request.headers);
    if (document) return void response.writeHead(document.status, document.headers).end(document.body);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = chunks.length === 0 ? undefined : (JSON.parse(Buffer.concat(chunks).toString()) as Flunder);
    objects.serve({ method: request.method ?? '', path, query, body }, response);
  }

  const server: Server = createServer(
    // The certificate of the client is looked at by `isProxy`: one of another authority makes a stranger, not a broken connection.
    { cert: pair.certificate, key: pair.key, requestCert: true, rejectUnauthorized: false },
    (request, response) => void answer(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined)),
  );
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    if (!admit(request)) return void socket.end('HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n');
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: ${request.headers.upgrade}\r\n\r\n`);
    if (head.length > 0) socket.write(head);
    socket.pipe(socket);
  });
  const sockets = new Set<Duplex>();
  server.on('connection', (socket: Duplex) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    ca: ca.certificate,
    seen,
    get failWith() {
      return state.failWith;
    },
    set failWith(status) {
      state.failWith = status;
    },
    watchedNamespaces: objects.watchedNamespaces,
    endWatches: () => objects.endWatches(),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
