import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Duplex } from 'node:stream';
import type { ApiRequest, Connection, UserInfo } from '../contract/request.ts';

const NO_QUERY = new URLSearchParams();

/** A request from a socket. Its signal is made when somebody asks for it: most requests are over before. */
export class HttpRequest implements ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: ApiRequest['headers'];
  readonly connection?: Connection;
  readonly user?: UserInfo;
  body?: { readonly bytes: Buffer };
  private readonly output: ServerResponse | Http2ServerResponse | Duplex;
  private controller: AbortController | undefined;

  constructor(req: IncomingMessage | Http2ServerRequest, output: ServerResponse | Http2ServerResponse | Duplex, connection: Connection | undefined) {
    const url = req.url ?? '/';
    const question = url.indexOf('?');
    this.method = req.method ?? 'GET';
    this.path = question < 0 ? url : url.slice(0, question);
    this.query = question < 0 ? NO_QUERY : new URLSearchParams(url.slice(question + 1));
    this.headers = req.headers as ApiRequest['headers'];
    if (connection) this.connection = connection;
    this.output = output;
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
