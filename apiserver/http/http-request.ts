import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Duplex } from 'node:stream';
import type { ApiRequest, Connection, UserInfo } from '../contract/request.ts';
import type { BodyReading } from './body.ts';
import { hasBody } from './body.ts';

const NO_QUERY = new URLSearchParams();

const MAX_AUDIT_ID = 64;

/** Reads the body of one request. */
export type ReadBody = (sender: string) => Promise<BodyReading>;

/** A request from a socket. Its body is read when it is asked for; its signal and audit id are made on first use: most requests are over before they need a signal. */
export class HttpRequest implements ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly target: string;
  readonly query: URLSearchParams;
  readonly headers: ApiRequest['headers'];
  readonly rawHeaders: readonly string[];
  readonly connection?: Connection;
  readonly user?: UserInfo;
  body?: { readonly bytes: Buffer };
  private readonly output: ServerResponse | Http2ServerResponse | Duplex;
  private controller: AbortController | undefined;
  private id: string | undefined;
  private readonly read: ReadBody | undefined;
  private release = () => {};
  private isBodyTaken = false;
  /** Whether the body was asked for: its sender may send requests such as this. */
  isSenderKnown = false;

  constructor(
    req: IncomingMessage | Http2ServerRequest,
    output: ServerResponse | Http2ServerResponse | Duplex,
    connection: Connection | undefined,
    read?: ReadBody,
  ) {
    const url = req.url ?? '/';
    const question = url.indexOf('?');
    this.method = req.method ?? 'GET';
    this.target = url;
    this.path = question < 0 ? url : url.slice(0, question);
    this.query = question < 0 ? NO_QUERY : new URLSearchParams(url.slice(question + 1));
    this.headers = req.headers as ApiRequest['headers'];
    this.rawHeaders = req.rawHeaders;
    if (connection) this.connection = connection;
    this.output = output;
    this.read = read && hasBody(req) ? read : undefined;
  }

  /** Whether there is a body that has not been read to its end. */
  get isBodyLeft(): boolean {
    return this.read !== undefined && !this.isBodyTaken;
  }

  receive(sender: string): Promise<void> | undefined {
    return this.isBodyLeft && this.read ? this.receiveWith(this.read, sender) : undefined;
  }

  private async receiveWith(read: ReadBody, sender: string): Promise<void> {
    this.isSenderKnown = true;
    const { bytes, release } = await read(sender);
    this.isBodyTaken = true;
    this.release = release;
    if (bytes) this.body = { bytes };
  }

  /** Gives the memory of the body back. */
  end(): void {
    this.release();
    this.release = () => {};
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
