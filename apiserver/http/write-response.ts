import type { ServerResponse } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import type { Duplex } from 'node:stream';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Clock } from '../../base/clock.ts';
import { onIdle } from '../../base/idle-timeout.ts';
import { nextTurn } from '../../base/next-turn.ts';
import type { ApiRequest, ApiResponse, ResponseBody } from '../contract/request.ts';
import { headerValues } from './header-values.ts';

type Output = ServerResponse | Http2ServerResponse;

/** Bytes that may wait for a client that does not read; past this a stream is ended. */
const MAX_BUFFERED_BYTES = 4 * 1024 * 1024;
/** Time that a client may take to read the part of a long answer that has been sent. */
const STALL_MS = 60_000;
/** Answers of this many characters are compressed for clients that take it, as upstream does. */
const COMPRESSED_FROM = 128 * 1024;
/** Texts of more characters are written in pieces of this many. */
const LONG_TEXT = 256 * 1024;
const PIECE_LENGTH = 128 * 1024;
/** About as much as the socket's own buffer takes: an answer this short needs no watching. */
const SOON_TAKEN_BYTES = 64 * 1024;

/** Writes an answer to a socket; resolves once it is on its way. Long ones are written in parts, others being served in between. */
export async function writeResponse(
  res: Output,
  { status, headers, body }: ApiResponse,
  request: ApiRequest | undefined,
  clock: Clock,
): Promise<void> {
  if (res.destroyed) return;
  const head = headerValues(headers);
  switch (body.kind) {
    case 'none':
      begin(res, status, head);
      res.end();
      return;
    case 'object':
      return writeParts(res, status, head, { kind: 'text', parts: [body.json()] }, request, clock);
    case 'text':
      return writeParts(res, status, head, body, request, clock);
    case 'stream': {
      begin(res, status, head);
      if ('flushHeaders' in res) res.flushHeaders();
      const signal = request?.signal ?? AbortSignal.abort();
      await body.run({ write: (chunk) => write(res, chunk), drained: () => nextTurn().then(() => drained(res, clock)) }, signal);
      return finish(res, clock);
    }
    case 'upgrade':
      return end(res, 400, { 'content-type': 'text/plain' }, 'the request must ask for an upgrade of the connection', false, clock);
  }
}

const begin = (res: Output, status: number, headers: Record<string, string | string[]>): void => {
  (res as ServerResponse).writeHead(status, headers);
};

function end(res: Output, status: number, headers: Record<string, string | string[]>, text: string | Buffer, headOnly: boolean, clock: Clock): void {
  const length = Buffer.byteLength(text);
  begin(res, status, { ...headers, 'content-length': String(length) });
  // A text goes as it is: Node writes it in one piece with the head. What is ASCII is copied without being looked at.
  if (!headOnly) finish(res, clock, text, length === text.length ? 'latin1' : 'utf8');
  else finish(res, clock);
}

/** Ends an answer. A client that does not take what is left of it loses its connection. */
function finish(res: Output, clock: Clock, last?: string | Buffer, encoding: BufferEncoding = 'utf8'): void {
  if (last === undefined) res.end();
  else (res as ServerResponse).end(last, encoding);
  if (res.destroyed || res.writableLength <= SOON_TAKEN_BYTES) return;
  const taken = clock.after(STALL_MS, () => res.destroy());
  for (const event of ['finish', 'close']) res.once(event, taken);
}

function write(res: Output, chunk: string | Buffer): boolean {
  if (res.destroyed || res.writableLength > MAX_BUFFERED_BYTES) return false;
  (res as ServerResponse).write(chunk);
  return true;
}

type TextBody = Extract<ResponseBody, { readonly kind: 'text' }>;

async function writeParts(
  res: Output,
  status: number,
  headers: Record<string, string | string[]>,
  { parts, length, turn = nextTurn }: TextBody,
  request: ApiRequest | undefined,
  clock: Clock,
): Promise<void> {
  const headOnly = request?.method === 'HEAD';
  const iterator = parts[Symbol.iterator]();
  const first = iterator.next();
  if (first.done) return end(res, status, headers, '', headOnly, clock);
  const isLong = (length ?? first.value.length) >= COMPRESSED_FROM;
  if (isLong && !headOnly && compressing < MAX_COMPRESSING && takesGzip(request) && headers['content-encoding'] === undefined) {
    return writeCompressed(res, status, headers, first.value, { rest: iterator, turn });
  }
  let part = iterator.next();
  if (part.done && typeof first.value === 'string' && first.value.length > LONG_TEXT && !headOnly) {
    return writeInPieces(res, status, headers, first.value, turn, clock);
  }
  if (part.done) return end(res, status, headers, first.value, headOnly, clock);
  begin(res, status, length === undefined ? headers : { ...headers, 'content-length': String(length) });
  if (headOnly) {
    res.end();
    return;
  }
  if (first.value.length > 0) (res as ServerResponse).write(first.value);
  for (; !part.done; part = iterator.next()) {
    await turn();
    if (res.destroyed) return;
    if (part.value.length > 0 && !(res as ServerResponse).write(part.value) && !(await drained(res, clock))) return;
  }
  finish(res, clock);
}

/** Writes a long text in pieces: to copy all of it to the socket would be one long turn. */
async function writeInPieces(
  res: Output,
  status: number,
  headers: Record<string, string | string[]>,
  text: string,
  turn: () => Promise<void> | undefined,
  clock: Clock,
): Promise<void> {
  const length = Buffer.byteLength(text);
  const encoding = length === text.length ? 'latin1' : 'utf8';
  begin(res, status, { ...headers, 'content-length': String(length) });
  for (let from = 0; from < text.length; ) {
    if (from > 0) await turn();
    if (res.destroyed) return;
    const to = endOfPiece(text, from + PIECE_LENGTH);
    if (!(res as ServerResponse).write(text.slice(from, to), encoding) && !(await drained(res, clock))) return;
    from = to;
  }
  finish(res, clock);
}

/** Moves the end of a piece behind a surrogate pair. */
const endOfPiece = (text: string, end: number): number => (/[\ud800-\udbff]/.test(text.charAt(end - 1)) ? end + 1 : end);

/** Whether the client said that it takes gzip. */
const takesGzip = (request: ApiRequest | undefined): boolean =>
  request?.headers['accept-encoding']?.split(',').some((coding) => coding.split(';', 1)[0]?.trim() === 'gzip') ?? false;

/** Answers that are compressed at once: more of them would take the processors from the event loop, so that the others go as they are. */
const MAX_COMPRESSING = 2;
let compressing = 0;

/** Quickly rather than well: most clients are near. Compression is done off the event loop. */
async function writeCompressed(
  res: Output,
  status: number,
  headers: Record<string, string | string[]>,
  first: string | Buffer,
  { rest, turn }: { readonly rest: Iterator<string | Buffer>; readonly turn: () => Promise<void> | undefined },
): Promise<void> {
  const vary = [headers.vary ?? [], 'Accept-Encoding'].flat().join(', ');
  begin(res, status, { ...headers, 'content-encoding': 'gzip', vary });
  onIdle(res, STALL_MS, () => res.destroy());
  async function* parts() {
    yield first;
    for (let next = rest.next(); !next.done; next = rest.next()) {
      yield next.value;
      await turn();
    }
  }
  compressing++;
  try {
    await pipeline(Readable.from(parts(), { highWaterMark: 1 }), createGzip({ level: 1 }), res);
  } finally {
    compressing--;
  }
}

/** Resolves to false if the client reads no more. */
function drained(res: Output, clock: Clock): Promise<boolean> {
  if (res.destroyed) return Promise.resolve(false);
  if (!(res as ServerResponse).writableNeedDrain) return Promise.resolve(true);
  return new Promise((resolve) => {
    const finish = (ok: boolean) => {
      cancel();
      res.off('drain', onDrain);
      res.off('close', onClose);
      resolve(ok);
    };
    const onDrain = () => finish(true);
    const onClose = () => finish(false);
    const cancel = clock.after(STALL_MS, () => {
      res.destroy();
      finish(false);
    });
    res.once('drain', onDrain);
    res.once('close', onClose);
  });
}

/** The answer to a request for an upgrade that is not granted, written to the bare socket. */
export function writeUpgradeRefusal(socket: Duplex, { status, headers, body }: ApiResponse): void {
  const text = body.kind === 'object' ? body.json() : body.kind === 'text' ? [...body.parts].join('') : '';
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`];
  for (const [name, value] of Object.entries(headerValues(headers)))
    for (const one of typeof value === 'string' ? [value] : value) lines.push(`${name}: ${one}`);
  lines.push(`content-length: ${Buffer.byteLength(text)}`, 'connection: close');
  socket.end(`${lines.join('\r\n')}\r\n\r\n${text}`);
}
