import { createServer } from 'node:https';
import type { Documents } from './document.ts';
import type { PathAccess } from './metrics-access.ts';

/** A certificate with its key, PEM. */
export interface ServingPair {
  readonly certificate: string;
  readonly key: string;
}

export interface SecureMetricsOptions {
  readonly port: number;
  /** /metrics and its like. */
  readonly documents: Documents;
  readonly access: PathAccess;
  readonly pair: ServingPair;
}

export interface SecureMetricsServer {
  /** The port it listens on: the given one, or a free one for 0. */
  readonly port: number;
  /** Serves new connections with another certificate. */
  use(pair: ServingPair): void;
  close(): void;
}

const bearerOf = (header: string | undefined): string => /^Bearer +(\S+)$/i.exec(header ?? '')?.[1] ?? '';

/**
 * Serves documents over TLS to clients that `access` lets in.
 * @throws Error if the port is taken, or the pair is none
 */
export function serveSecureMetrics({ port, documents, access, pair }: SecureMetricsOptions): Promise<SecureMetricsServer> {
  const tls = ({ certificate, key }: ServingPair) => ({ cert: certificate, key });
  const server = createServer({ ...tls(pair), minVersion: 'TLSv1.2' }, async (request, response) => {
    const [path = ''] = (request.url ?? '').split('?');
    const refusal = await access(bearerOf(request.headers.authorization), (request.method ?? 'GET').toLowerCase(), path);
    if (refusal) return void response.writeHead(refusal.code, { 'content-type': 'text/plain; charset=utf-8' }).end(`${refusal.message}\n`);
    const show = documents.get(path);
    if (!show) return void response.writeHead(404).end();
    const { contentType, parts } = await show();
    response.setHeader('content-type', contentType);
    for (const part of parts) response.write(part);
    response.end();
  });
  return new Promise((resolve, reject) =>
    server.once('error', reject).listen(port, () => {
      const address = server.address();
      resolve({
        port: typeof address === 'object' && address ? address.port : port,
        use: (next) => server.setSecureContext(tls(next)),
        close() {
          server.close();
          server.closeAllConnections();
        },
      });
    }),
  );
}
