import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createHttp1Server } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse, ServerHttp2Session } from 'node:http2';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer } from 'node:tls';
import { StatusError } from '../../api/meta/status-error.ts';
import type { Logger } from '../../base/log.ts';
import type { ApiRequest, ApiResponse, Connection } from '../contract/request.ts';
import { statusResponse } from '../encode/encode.ts';
import { readBody } from './body.ts';
import { HttpRequest } from './http-request.ts';
import { dressed } from './response-headers.ts';
import { writeResponse, writeUpgradeRefusal } from './write-response.ts';

export interface TlsMaterial {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
  /** PEM of the CAs that client certificates are checked against. */
  readonly clientCa: string;
}

export interface HttpFrontOptions {
  readonly handle: (request: ApiRequest) => Promise<ApiResponse>;
  readonly tls: TlsMaterial;
  readonly log: Logger;
  /** 0: any free port. */
  readonly port: number;
  /** Default: all addresses. */
  readonly host?: string;
  readonly limits?: Partial<FrontLimits>;
}

/** What clients may take up that do not get on with what they came for. */
export interface FrontLimits {
  /** From the connection to the end of its handshake. */
  readonly handshakeMs: number;
  /** From the connection, or the first byte of another request, to the end of the headers. */
  readonly headersMs: number;
  /** From the first byte of a request to the end of its body. */
  readonly requestMs: number;
  /** With no request under way. */
  readonly idleMs: number;
  /** Those beyond are turned away at once. */
  readonly connections: number;
}

/** Upstream's, where it has one: headers within 32 s, requests within a minute. */
const LIMITS: FrontLimits = { handshakeMs: 10_000, headersMs: 32_000, requestMs: 60_000, idleMs: 180_000, connections: 16_384 };
/** Go's limit, which clients count on: label selectors may be long. */
const MAX_HEADER_BYTES = 1024 * 1024;
/** Requests at once on one HTTP/2 connection; a client that needs more opens another. */
const MAX_STREAMS = 1000;

export interface HttpFront {
  readonly port: number;
  /** New connections get the new certificate. */
  renew(tls: TlsMaterial): void;
  /** Takes no new connections, lets requests under way end for so long, then cuts them off. */
  close(graceMs: number): Promise<void>;
}

/** Many lists may be under way on one connection. */
const HTTP2_SESSION_MB = 128;

/**
 * Serves the API over HTTPS: one port, HTTP/2 and HTTP/1.1 as the client prefers. HTTP/1.1 connections go straight to Node's
 * HTTP server, without its HTTP/2 compatibility layer.
 */
export async function listen({ handle, tls, log, port, host, limits: given }: HttpFrontOptions): Promise<HttpFront> {
  const limits = { ...LIMITS, ...given };
  const connections = new WeakMap<object, Connection>();
  const sockets = new Set<Socket>();
  let accepted: Connection | undefined;

  const serve = async (req: IncomingMessage | Http2ServerRequest, res: ServerResponse | Http2ServerResponse, connection: Connection | undefined) => {
    try {
      const request = new HttpRequest(req, res, connection);
      const body = await readBody(req, limits.requestMs);
      if (body) request.body = { bytes: body };
      await writeResponse(res, dressed(await handle(request), request), request);
    } catch (error) {
      if (error instanceof StatusError && !res.headersSent && !res.destroyed) {
        await writeResponse(res, statusResponse(error.toStatus()), undefined).catch(() => res.destroy());
        return;
      }
      if (!res.destroyed) log.debug({ err: error, url: req.url }, 'a connection broke while it was served');
      res.destroy();
    }
  };

  const http1 = createHttp1Server(
    {
      keepAliveTimeout: limits.idleMs,
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      connectionsCheckingInterval: Math.min(5000, limits.headersMs),
      maxHeaderSize: MAX_HEADER_BYTES,
      noDelay: true,
    },
    (req, res) => {
      void serve(req, res, connections.get(req.socket));
    },
  );
  // It is given its connections and never listens itself; only from this event on does it watch over their time.
  http1.emit('listening');
  http1.on('upgrade', (req: IncomingMessage, socket: Duplex, head: Buffer) => {
    void upgrade(req, socket, head);
  });
  const upgrade = async (req: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    try {
      const request = new HttpRequest(req, socket, connections.get(req.socket));
      const response = await handle(request);
      if (response.body.kind === 'upgrade') response.body.take(socket, head);
      else writeUpgradeRefusal(socket, response);
    } catch (error) {
      log.debug({ err: error, url: req.url }, 'an upgrade failed');
      socket.destroy();
    }
  };
  const settings = { maxConcurrentStreams: MAX_STREAMS, maxHeaderListSize: MAX_HEADER_BYTES };
  const http2 = createHttp2Server({ maxSessionMemory: HTTP2_SESSION_MB, settings }, (req, res) => {
    void serve(req, res, req.stream.session ? connections.get(req.stream.session) : undefined);
  });
  http2.on('session', (session) => {
    if (accepted) connections.set(session, accepted);
    session.on('error', () => session.destroy());
    closeIdle(session, limits.idleMs);
  });

  const secure = (material: TlsMaterial) => ({ cert: material.cert, key: material.key, ca: material.clientCa });
  const handshake = { requestCert: true, rejectUnauthorized: false, ALPNProtocols: ['h2', 'http/1.1'], handshakeTimeout: limits.handshakeMs };
  const server = createTlsServer({ ...secure(tls), ...handshake }, (socket) => {
    const connection = {
      remoteAddress: socket.remoteAddress ?? '',
      clientCertificate: socket.authorized ? socket.getPeerX509Certificate()?.raw : undefined,
    };
    socket.on('error', () => socket.destroy());
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30_000);
    if (socket.alpnProtocol === 'h2') {
      accepted = connection;
      http2.emit('connection', socket);
      accepted = undefined;
    } else {
      connections.set(socket, connection);
      http1.emit('connection', socket);
    }
  });
  server.maxConnections = limits.connections;
  server.on('drop', () => log.warn({ connections: limits.connections }, 'a connection was turned away: there are too many'));
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', (error, socket) => {
    log.debug({ err: error }, 'a TLS handshake failed');
    socket.destroy();
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, ...(host === undefined ? {} : { host }), backlog: 1024 }, () => {
      server.off('error', reject);
      resolve();
    });
  });

  return {
    port: (server.address() as AddressInfo).port,
    renew: (material) => server.setSecureContext(secure(material)),
    async close(graceMs) {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      http1.close();
      const cut = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, graceMs);
      await closed;
      clearTimeout(cut);
    },
  };
}

/** Ends a session that has had no request under way for so long. */
function closeIdle(session: ServerHttp2Session, idleMs: number): void {
  let streams = 0;
  let timer = setTimeout(() => session.close(), idleMs);
  session.on('stream', (stream) => {
    streams++;
    clearTimeout(timer);
    stream.once('close', () => {
      if (--streams === 0 && !session.closed) timer = setTimeout(() => session.close(), idleMs);
    });
  });
  session.once('close', () => clearTimeout(timer));
}
