import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createHttp1Server } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { createServer as createTlsServer } from 'node:tls';
import { StatusError } from '../../api/status-error.ts';
import type { Logger } from '../../runtime/log.ts';
import { statusResponse } from '../encode/encode.ts';
import type { ApiRequest, ApiResponse, Connection } from '../request.ts';
import { readBody } from './body.ts';
import { dressed } from './dress.ts';
import { HttpRequest } from './http-request.ts';
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
}

export interface HttpFront {
  readonly port: number;
  /** New connections get the new certificate. */
  renew(tls: TlsMaterial): void;
  /** Takes no new connections, lets requests under way end for so long, then cuts them off. */
  close(graceMs: number): Promise<void>;
}

const KEEP_ALIVE_MS = 180_000;
/** Many lists may be under way on one connection. */
const HTTP2_SESSION_MB = 128;

/**
 * Serves the API over HTTPS: one port, HTTP/2 and HTTP/1.1 as the client prefers. HTTP/1.1 connections go straight to Node's
 * HTTP server, without its HTTP/2 compatibility layer.
 */
export async function listen({ handle, tls, log, port, host }: HttpFrontOptions): Promise<HttpFront> {
  const connections = new WeakMap<object, Connection>();
  const sockets = new Set<TLSSocket>();
  let accepted: Connection | undefined;

  const serve = async (req: IncomingMessage | Http2ServerRequest, res: ServerResponse | Http2ServerResponse, connection: Connection | undefined) => {
    try {
      const request = new HttpRequest(req, res, connection);
      const body = await readBody(req);
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

  const http1 = createHttp1Server({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 60_000, noDelay: true }, (req, res) => {
    void serve(req, res, connections.get(req.socket));
  });
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
  const http2 = createHttp2Server({ maxSessionMemory: HTTP2_SESSION_MB }, (req, res) => {
    void serve(req, res, req.stream.session ? connections.get(req.stream.session) : undefined);
  });
  http2.on('session', (session) => {
    if (accepted) connections.set(session, accepted);
    session.on('error', () => session.destroy());
  });

  const secure = (material: TlsMaterial) => ({ cert: material.cert, key: material.key, ca: material.clientCa });
  const server = createTlsServer({ ...secure(tls), requestCert: true, rejectUnauthorized: false, ALPNProtocols: ['h2', 'http/1.1'] }, (socket) => {
    const connection = {
      remoteAddress: socket.remoteAddress ?? '',
      clientCertificate: socket.authorized ? socket.getPeerX509Certificate()?.raw : undefined,
    };
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
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
  server.on('tlsClientError', (error) => log.debug({ err: error }, 'a TLS handshake failed'));

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
      http1.closeIdleConnections();
      const cut = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, graceMs);
      await closed;
      clearTimeout(cut);
    },
  };
}
