import type { Duplex } from 'node:stream';

/** A user, as authentication identified it. */
export interface UserInfo {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/**
 * A request as the pipeline sees it, from a socket, the loopback client, or a test.
 * The API server is a function from this to an ApiResponse.
 */
export interface ApiRequest {
  readonly method: string;
  /** The path without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Names and values in turn, as they were sent: a header that came repeatedly stands repeatedly. Undefined for clients in this process. */
  readonly rawHeaders?: readonly string[];
  /** Path and query as they came; undefined in process. */
  readonly target?: string;
  /** The raw body (network), or an object that is already decoded and may be kept (loopback). Over the network it is read by `receive`. */
  readonly body?: { readonly bytes: Buffer } | { readonly object: unknown };
  /**
   * Reads the body from the network into `body`; undefined if there is none. `sender` is who pays for the memory. A request that is refused
   * before has not been read. @throws StatusError 413 over the limit, 429 if there is no memory for it.
   */
  receive?(sender: string): Promise<void> | undefined;
  /** Set by clients in this process, which need not be authenticated. */
  readonly user?: UserInfo;
  /** Unique to the request; one from the network has it, as its answer's `Audit-ID` header shows it. */
  readonly auditId?: string;
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal;
  /** The connection it came over: one object per connection, so that findings about it can be kept beside it. Undefined in process. */
  readonly connection?: Connection;
}

/** The server's knowledge of a client's connection. */
export interface Connection {
  readonly remoteAddress: string;
  /** DER of the client certificate, where one was presented and verified against one of the authorities that clients may have. */
  readonly clientCertificate: Buffer | undefined;
  /** DER of the certificates that the client sent along with its own. */
  readonly clientIntermediates?: readonly Buffer[];
}

export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: ResponseBody;
  /** Called by the listener once the answer has been written, or cannot be; not necessarily called by others. May be called again. */
  readonly ended?: () => void;
}

export type ResponseBody =
  | { readonly kind: 'none' }
  /**
   * JSON or text, in parts that are written one after the other, the event loop running in between; iterated once. `length`: of all of them,
   * in bytes. Before each part but the first, `turn` is awaited if there is one.
   */
  | { readonly kind: 'text'; readonly parts: Iterable<string | Buffer>; readonly length?: number; readonly turn?: () => Promise<void> | undefined }
  /** One object, as it stands in the cache, with its JSON: loopback takes the object, the network the text. */
  | { readonly kind: 'object'; readonly object: unknown; readonly json: () => string }
  /** Written until done or the signal aborts; `write` returns false if the client is too slow and the stream must end. */
  | { readonly kind: 'stream'; readonly run: (sink: StreamSink, signal: AbortSignal) => Promise<void> }
  /** The connection is handed over after the server's side of the handshake (exec, attach, port-forward, proxied upgrades). */
  | { readonly kind: 'upgrade'; readonly take: (socket: Duplex, head: Buffer) => void };

export interface StreamSink {
  /** Queues a chunk. Returns false if the buffer is over its bound: end the stream. */
  write(chunk: string | Buffer): boolean;
  /**
   * Resolves to true once there is room again, and a chunk that was not taken may be tried anew; to false if the client reads no more.
   * For streams that must not lose anything, and between the parts of long ones.
   */
  drained?(): Promise<boolean>;
}
