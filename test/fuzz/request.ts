/** A request as it goes over the wire. */
export interface FuzzRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
  /** Sent without credentials. Default: with the administrator's. */
  readonly anonymous?: true;
}

const isText = (bytes: Buffer): boolean => Buffer.from(bytes.toString('utf8')).equals(bytes);

/** Returns a request as a line of JSON that `parseRequest` reads again. */
export function requestText({ method, path, headers, body }: FuzzRequest): string {
  const payload = body === undefined ? {} : isText(body) ? { text: body.toString('utf8') } : { base64: body.toString('base64') };
  return JSON.stringify({ method, path, headers, ...payload });
}

export function parseRequest(line: string): FuzzRequest {
  const {
    method,
    path,
    headers = {},
    text,
    base64,
  } = JSON.parse(line) as {
    method: string;
    path: string;
    headers?: Record<string, string>;
    text?: string;
    base64?: string;
  };
  return { method, path, headers, body: text !== undefined ? Buffer.from(text) : base64 !== undefined ? Buffer.from(base64, 'base64') : undefined };
}
