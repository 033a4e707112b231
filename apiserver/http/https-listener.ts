import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createHttp1Server, STATUS_CODES } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse, ServerHttp2Session } from 'node:http2';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo, Socket, Server as TcpServer } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { createServer as createTlsServer } from 'node:tls';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { ApiRequest, ApiResponse, Connection } from '../contract/request.ts';
import { createBodyReader, endWithoutBody, LINGER_MS } from './body.ts';
import { createBodyBudget } from './body-budget.ts';
import { createHandshakeQueue } from './handshake-queue.ts';
import { HttpRequest } from './http-request.ts';
import { forNetwork } from './response-headers.ts';
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
  readonly clock: Clock;
  readonly log: Logger;
  /** 0: any free port. */
  readonly port: number;
  /** Default: all addresses. */
  readonly host?: string;
  readonly limits?: Partial<FrontLimits>;
  /** A server that listens already, in place of `port` and `host`. It pauses its connections. */
  readonly listening?: TcpServer;
}

/** Bounds on the time and connections that slow clients may take up. */
export interface FrontLimits {
  /** From the connection to the end of its handshake. */
  readonly handshakeMs: number;
  /** From the connection, or the first byte of another request, to the end of the headers. */
  readonly headersMs: number;
  /** From the first byte of a request to the end of its body. */
  readonly requestMs: number;
  /** With no request under way. */
  readonly idleMs: number;
  /** Further ones are turned away at once. */
  readonly connections: number;
  /** Memory for the bodies of all requests under way, but for short ones. */
  readonly bodyBytes: number;
}

/** Upstream's, where it has one: headers within 32 s, requests within a minute. */
const LIMITS: FrontLimits = {
  handshakeMs: 10_000,
  headersMs: 32_000,
  requestMs: 60_000,
  idleMs: 180_000,
  connections: 16_384,
  bodyBytes: 64 * 1024 * 1024,
};
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

const MAX_INTERMEDIATES = 10;

/** Many lists may be under way on one connection. */
const HTTP2_SESSION_MB = 128;

type Requested = IncomingMessage | Http2ServerRequest;

/**
 * Serves the API over HTTPS: one port, HTTP/2 and HTTP/1.1 as the client prefers. HTTP/1.1 connections go straight to Node's
 * HTTP server, without its HTTP/2 compatibility layer.
 */
export async function listen(options: HttpFrontOptions): Promise<HttpFront> {
  const { tls, clock, log, port, host } = options;
  const limits = { ...LIMITS, ...options.limits };
  const connections = new WeakMap<object, Connection>();
  const sockets = new Set<Socket>();
  const serve = requestServer(options, limits);
  const http1 = http1Server(options, limits, connections, serve);
  const http2 = http2Server(clock, limits, connections, serve);

  const secure = (material: TlsMaterial) => ({ cert: material.cert, key: material.key, ca: material.clientCa });
  const handshake = { requestCert: true, rejectUnauthorized: false, ALPNProtocols: ['h2', 'http/1.1'], handshakeTimeout: limits.handshakeMs };
  const tlsServer = createTlsServer({ ...secure(tls), ...handshake }, (socket) => {
    const connection = { remoteAddress: socket.remoteAddress ?? '', ...clientCertificateOf(socket) };
    socket.on('error', () => socket.destroy());
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30_000);
    if (socket.alpnProtocol === 'h2') http2.accept(socket, connection);
    else {
      connections.set(socket, connection);
      http1.emit('connection', socket);
    }
  });
  // Connections that come together are not all taken in one turn of the loop: a handshake costs more than most requests.
  const handshakes = createHandshakeQueue((socket) => tlsServer.emit('connection', socket));
  const server = options.listening ?? createTcpServer({ pauseOnConnect: true });
  server.on('connection', (socket: Socket) => handshakes.add(socket));
  server.maxConnections = limits.connections;
  server.on('drop', () => log.warn({ connections: limits.connections }, 'a connection was turned away: there are too many'));
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  tlsServer.on('tlsClientError', (error, socket) => {
    log.debug({ err: error }, 'a TLS handshake failed');
    socket.destroy();
  });

  await new Promise<void>((resolve, reject) => {
    if (options.listening) return resolve();
    server.once('error', reject);
    server.listen({ port, ...(host === undefined ? {} : { host }), backlog: 1024 }, () => {
      server.off('error', reject);
      resolve();
    });
  });

  return {
    port: (server.address() as AddressInfo).port,
    renew: (material) => tlsServer.setSecureContext(secure(material)),
    async close(graceMs) {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      http1.close();
      const inTime = clock.after(graceMs, () => {
        for (const socket of sockets) socket.destroy();
      });
      await closed;
      inTime();
    },
  };
}

/** The certificate that a client presented, and those that it sent along, if they lead to an authority that clients may have. */
function clientCertificateOf(socket: TLSSocket): Pick<Connection, 'clientCertificate' | 'clientIntermediates'> {
  const clientCertificate = socket.authorized ? socket.getPeerX509Certificate()?.raw : undefined;
  if (!clientCertificate) return { clientCertificate };
  const clientIntermediates: Buffer[] = [];
  // An authority is its own issuer.
  let issuer = socket.getPeerCertificate(true).issuerCertificate;
  while (issuer && issuer.issuerCertificate !== issuer && clientIntermediates.length < MAX_INTERMEDIATES) {
    clientIntermediates.push(issuer.raw);
    issuer = issuer.issuerCertificate;
  }
  return { clientCertificate, clientIntermediates };
}

type Serve = (req: Requested, res: ServerResponse | Http2ServerResponse, connection: Connection | undefined) => Promise<void>;

/** Takes one request from a socket to the handler and its answer back. Never rejects. */
function requestServer({ handle, clock, log }: HttpFrontOptions, limits: FrontLimits): Serve {
  const read = createBodyReader({ budget: createBodyBudget(limits.bodyBytes, clock), withinMs: limits.requestMs, clock });
  return async (req, res, connection) => {
    const coding = req.headers['transfer-encoding'];
    if (coding !== undefined && coding.toLowerCase() !== 'chunked') return refuseCoding(res);
    const request = new HttpRequest(req, res, connection, (sender) => read(req, res, sender));
    let response: ApiResponse | undefined;
    try {
      response = await handle(request);
      if (request.isBodyLeft) endWithoutBody(req, res, request.isSenderKnown, clock);
      await writeResponse(res, forNetwork(response, request), request, clock);
    } catch (error) {
      if (!res.destroyed) log.debug({ err: error, url: req.url }, 'a connection broke while it was served');
      res.destroy();
    } finally {
      response?.ended?.();
      request.end();
    }
  };
}

/** Refuses a body of an unknown coding: its end cannot be told, nor where the next request begins. */
function refuseCoding(res: ServerResponse | Http2ServerResponse): void {
  res.statusCode = 400;
  res.setHeader('connection', 'close');
  res.end();
}

/** The answers to what is no HTTP, or too much of it, by the parser's error. */
const REFUSALS: ReadonlyMap<string | undefined, number> = new Map([
  ['HPE_HEADER_OVERFLOW', 431],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', 413],
  ['ERR_HTTP_REQUEST_TIMEOUT', 408],
]);

/** Answers bytes that are no request, as Go's server does, and closes the connection once the client has had time to read that. */
function refuseBytes(error: NodeJS.ErrnoException, socket: Socket, clock: Clock): void {
  if (error.code === 'ECONNRESET' || !socket.writable || socket.isPaused()) {
    if (!socket.isPaused()) socket.destroy();
    return;
  }
  const status = `${REFUSALS.get(error.code) ?? 400} ${STATUS_CODES[REFUSALS.get(error.code) ?? 400]}`;
  socket.pause();
  socket.write(`HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${status}`);
  const cancel = clock.after(LINGER_MS, () => socket.destroy(), 'background');
  socket.once('close', cancel);
}

/** A server that is given its connections and never listens itself. */
function http1Server({ handle, clock, log }: HttpFrontOptions, limits: FrontLimits, connections: WeakMap<object, Connection>, serve: Serve) {
  const server = createHttp1Server(
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
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => refuseBytes(error, socket, clock));
  // A client that asks whether to send its body is told so when the body is read, or answered.
  server.on('checkContinue', (req: IncomingMessage, res: ServerResponse) => {
    void serve(req, res, connections.get(req.socket));
  });
  // Only from this event on does it watch over the time that its connections take.
  server.emit('listening');
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
  server.on('upgrade', (req: IncomingMessage, socket: Duplex, head: Buffer) => {
    void upgrade(req, socket, head);
  });
  return server;
}

/** A server that is given its connections; what is known of them is found again by their sessions. */
function http2Server(clock: Clock, limits: FrontLimits, connections: WeakMap<object, Connection>, serve: Serve) {
  let accepted: Connection | undefined;
  const settings = { maxConcurrentStreams: MAX_STREAMS, maxHeaderListSize: MAX_HEADER_BYTES };
  const server = createHttp2Server({ maxSessionMemory: HTTP2_SESSION_MB, settings }, (req, res) => {
    void serve(req, res, req.stream.session ? connections.get(req.stream.session) : undefined);
  });
  server.on('checkContinue', (req: Http2ServerRequest, res: Http2ServerResponse) => {
    void serve(req, res, req.stream.session ? connections.get(req.stream.session) : undefined);
  });
  server.on('session', (session) => {
    if (accepted) connections.set(session, accepted);
    session.on('error', () => session.destroy());
    closeIdle(session, limits.idleMs, clock);
  });
  return {
    /** The session of a connection is made before this returns. */
    accept(socket: Socket, connection: Connection): void {
      accepted = connection;
      server.emit('connection', socket);
      accepted = undefined;
    },
  };
}

/** Ends a session that has had no request under way for so long. */
function closeIdle(session: ServerHttp2Session, idleMs: number, clock: Clock): void {
  let streams = 0;
  let cancel = clock.after(idleMs, () => session.close());
  session.on('stream', (stream) => {
    streams++;
    cancel();
    stream.once('close', () => {
      if (--streams === 0 && !session.closed) cancel = clock.after(idleMs, () => session.close());
    });
  });
  session.once('close', () => cancel());
}
