import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'node:https';
import { createServer } from 'node:https';
import { parseExactJson } from '../../base/exact-json.ts';
import type { Logger } from '../../base/log.ts';
import type { KeyPair } from '../../base/x509/certificate.ts';
import type { AdmissionRequest, Decision } from './review.ts';
import { answerTo, requestOf } from './review.ts';

/** Decides about a request. */
export type Admission = (request: AdmissionRequest) => Decision | Promise<Decision>;

export interface ReviewServerOptions {
  readonly port: number;
  readonly serving: KeyPair;
  /** By path. */
  readonly admissions: ReadonlyMap<string, Admission>;
  readonly log: Logger;
}

export interface ReviewServer {
  /** The port that it listens on. */
  readonly port: number;
  /** Serves new connections with another certificate. */
  serveWith(serving: KeyPair): void;
  /** Answers what is in flight, and takes no further request. */
  close(): Promise<void>;
}

/** The size of a review in bytes: two objects of the size that an API server takes, and room around them. */
const MAX_BYTES = 8 * 1024 * 1024;

/** API servers close idle connections after 90 s. The webhook must not do so first: a review that is sent meanwhile would fail. */
const IDLE_MS = 300_000;

/**
 * Serves AdmissionReviews over TLS.
 * @throws Error if the port is taken
 */
export function serveReviews({ port, serving, admissions, log }: ReviewServerOptions): Promise<ReviewServer> {
  const server: Server = createServer(tlsOf(serving), (request, response) => {
    const admission = admissions.get(new URL(request.url ?? '/', 'https://webhook').pathname);
    if (!admission || request.method !== 'POST')
      return fail(response, 404, 'there is no such webhook: POST an AdmissionReview to /validate or /quota');
    void review(request, response, admission, log);
  });
  server.keepAliveTimeout = IDLE_MS;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, () => {
      server.off('error', reject);
      const address = server.address();
      resolve({
        port: typeof address === 'object' && address ? address.port : port,
        serveWith: (next) => server.setSecureContext(tlsOf(next)),
        close: () =>
          new Promise((done) => {
            server.close(() => done());
            server.closeIdleConnections();
          }),
      });
    });
  });
}

const tlsOf = ({ certificate, key }: KeyPair) => ({ cert: certificate, key, minVersion: 'TLSv1.2' as const });

async function review(message: IncomingMessage, response: ServerResponse, admission: Admission, log: Logger): Promise<void> {
  try {
    const text = await bodyOf(message);
    if (text === undefined) return fail(response, 413, `a review may have ${MAX_BYTES} bytes at most`);
    const request = requestOf(parsed(text));
    if (!request) return fail(response, 400, 'the body must be an AdmissionReview of admission.k8s.io/v1 with a request');
    const answer = answerTo(request, await admission(request));
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  } catch (error) {
    log.error({ err: error, path: message.url }, 'a review failed');
    fail(response, 500, error instanceof Error ? error.message : String(error));
  }
}

function fail(response: ServerResponse, code: number, message: string): void {
  response.writeHead(code, { 'content-type': 'text/plain; charset=utf-8' }).end(`${message}\n`);
}

function parsed(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    return undefined;
  }
}

/** Reads a body; resolves to undefined if it is too long. */
async function bodyOf(message: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
