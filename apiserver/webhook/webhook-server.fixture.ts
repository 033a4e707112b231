import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createCertificateAuthority, issueServingCertificate } from '../../base/x509/certificate-authority.ts';

/** A review as a webhook reads it. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into reviews of every kind
export type ReceivedReview = any;

export interface WebhookAnswer {
  /** Default: 200. */
  readonly code?: number;
  readonly contentType?: string;
  /** Sent as JSON unless it is text. */
  readonly body: unknown;
}

/** Answers a review; a promise that never resolves makes a webhook that hangs. */
export type WebhookHandler = (review: ReceivedReview, path: string) => WebhookAnswer | Promise<WebhookAnswer>;

/** Makes the answer to a review from the fields of its response; the uid is filled in. */
export const reviewed = (review: ReceivedReview, response: object): WebhookAnswer => ({
  body: { apiVersion: review.apiVersion, kind: review.kind, response: { uid: review.request.uid, ...response } },
});

export const allowed = (review: ReceivedReview): WebhookAnswer => reviewed(review, { allowed: true });

/** Makes the answer that patches the object. */
export const patched = (review: ReceivedReview, patch: readonly object[]): WebhookAnswer =>
  reviewed(review, { allowed: true, patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(patch)).toString('base64') });

export interface WebhookServerOptions {
  /** The names that its certificate is for, beside 127.0.0.1. */
  readonly names?: readonly string[];
  /** The life of its certificate starts then, in milliseconds since the epoch. Default: now. */
  readonly issuedAt?: number;
}

/** A webhook in this process, over real HTTPS on a free port of 127.0.0.1. Its certificate is of an authority of its own. */
export async function startWebhookServer(handler: WebhookHandler, { names = ['localhost'], issuedAt = Date.now() }: WebhookServerOptions = {}) {
  const ca = await createCertificateAuthority('webhook-ca', { now: issuedAt });
  const serving = await issueServingCertificate(ca, { commonName: 'webhook' }, { names: [...names], ips: ['127.0.0.1'] }, { now: issuedAt });
  const state = { handler, reviews: [] as ReceivedReview[], connections: 0, paths: [] as string[], dropsConnections: false };
  const server = createServer({ cert: serving.certificate, key: serving.key }, (request, response) => {
    if (state.dropsConnections) {
      state.dropsConnections = false;
      request.socket.destroy();
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const review: ReceivedReview = JSON.parse(Buffer.concat(chunks).toString());
      state.reviews.push(review);
      state.paths.push(request.url ?? '');
      const { code = 200, contentType = 'application/json', body } = await state.handler(review, request.url ?? '');
      response.writeHead(code, { 'content-type': contentType }).end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  server.on('secureConnection', () => {
    state.connections++;
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `https://127.0.0.1:${port}`,
    caBundle: Buffer.from(ca.certificate).toString('base64'),
    state,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export type WebhookServer = Awaited<ReturnType<typeof startWebhookServer>>;
