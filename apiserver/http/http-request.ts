import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Duplex } from 'node:stream';
import type { ApiRequest, Connection, UserInfo } from '../contract/request.ts';

const NO_QUERY = new URLSearchParams();

const MAX_AUDIT_ID = 64;

/** A request from a socket. Its signal and audit id are made on first use: most requests are over before they need a signal. */
export class HttpRequest implements ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly target: string;
  readonly query: URLSearchParams;
  readonly headers: ApiRequest['headers'];
  readonly connection?: Connection;
  readonly user?: UserInfo;
  body?: { readonly bytes: Buffer };
  private readonly req: IncomingMessage | Http2ServerRequest;
  private readonly output: ServerResponse | Http2ServerResponse | Duplex;
  private controller: AbortController | undefined;
  private id: string | undefined;

  constructor(req: IncomingMessage | Http2ServerRequest, output: ServerResponse | Http2ServerResponse | Duplex, connection: Connection | undefined) {
    const url = req.url ?? '/';
    const question = url.indexOf('?');
    this.method = req.method ?? 'GET';
    this.target = url;
    this.path = question < 0 ? url : url.slice(0, question);
    this.query = question < 0 ? NO_QUERY : new URLSearchParams(url.slice(question + 1));
    this.headers = req.headers as ApiRequest['headers'];
    if (connection) this.connection = connection;
    this.req = req;
    this.output = output;
  }

  headerValues(name: string): readonly string[] {
    const { rawHeaders } = this.req;
    const values: string[] = [];
    for (let i = 0; i + 1 < rawHeaders.length; i += 2) if (rawHeaders[i]?.toLowerCase() === name) values.push(rawHeaders[i + 1] ?? '');
    return values;
  }

  /** The client's own id, or a new one. */
  get auditId(): string {
    this.id ??= this.headers['audit-id']?.slice(0, MAX_AUDIT_ID) || randomUUID();
    return this.id;
  }

  get signal(): AbortSignal {
    if (!this.controller) {
      const controller = new AbortController();
      this.controller = controller;
      if (this.output.destroyed) controller.abort();
      else this.output.once('close', () => controller.abort());
    }
    return this.controller.signal;
  }
}
