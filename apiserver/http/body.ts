import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { constants } from 'node:http2';
import { StatusError } from '../../api/meta/status-error.ts';
import type { Clock } from '../../base/clock.ts';
import { bodyTooLarge, MAX_BODY_BYTES } from '../request/body.ts';
import type { BodyBudget } from './body-budget.ts';

type Incoming = IncomingMessage | Http2ServerRequest;
type Outgoing = ServerResponse | Http2ServerResponse;

/** Bodies this short are read without asking whether there is memory: their number is bounded by the seats. */
const SMALL_BYTES = 16 * 1024;
/** Time for which a request waits for memory. */
const MEMORY_WAIT_MS = 10_000;
/** Rests of bodies that are discarded, so that the connection can be used again; with longer ones it is closed. Go's limit. */
const DISCARDED_BYTES = 256 * 1024;
/** Time for a client to read the answer before its connection is closed: a connection closed at once would take the answer with it. */
export const LINGER_MS = 2000;

const announcedLength = (req: Incoming): number | undefined => {
  const length = req.headers['content-length'];
  return length === undefined ? undefined : Number(length);
};

/** Whether the request has a body, as its headers tell. */
export function hasBody(req: Incoming): boolean {
  const length = announcedLength(req);
  if (length !== undefined) return length > 0;
  return req.headers['transfer-encoding'] !== undefined || ('stream' in req && !req.stream.endAfterHeaders);
}

const waitsForContinue = (req: Incoming): boolean => req.headers.expect?.toLowerCase() === '100-continue';

export interface BodyReading {
  readonly bytes: Buffer | undefined;
  /** Gives the memory back. */
  readonly release: () => void;
}

export interface BodyReaderOptions {
  readonly budget: BodyBudget;
  /** From the first byte of the request to the end of its body. */
  readonly withinMs: number;
  readonly clock: Clock;
}

/** Reads the bodies of a listener's requests, within their limits of size, memory and time. */
export function createBodyReader({ budget, withinMs, clock }: BodyReaderOptions) {
  /**
   * Reads the whole body; a client that waits to be told to send it is told now. A body that takes too long ends its connection or stream.
   * @throws StatusError 413 over the limit, the rest being discarded; 429 if there is no memory in time.
   */
  return async function read(req: Incoming, res: Outgoing, sender: string): Promise<BodyReading> {
    const announced = announcedLength(req);
    if (announced !== undefined && announced > MAX_BODY_BYTES) throw bodyTooLarge();
    const reserved = announced ?? MAX_BODY_BYTES;
    const release = reserved <= SMALL_BYTES ? () => {} : await reserve(budget, reserved, sender);
    try {
      if (waitsForContinue(req)) res.writeContinue();
      return { bytes: await gathered(req, withinMs, clock), release };
    } catch (error) {
      release();
      throw error;
    }
  };
}

/** @throws StatusError 429 */
async function reserve(budget: BodyBudget, bytes: number, sender: string): Promise<() => void> {
  if (!(await budget.take(bytes, sender, MEMORY_WAIT_MS))) {
    throw new StatusError('TooManyRequests', 'the bodies of other requests take up all memory for them, please try again later', {
      retryAfterSeconds: 1,
    });
  }
  return () => budget.give(bytes, sender);
}

function gathered(req: Incoming, withinMs: number, clock: Clock): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    // Over HTTP/1.1 Node's server sees to the time.
    if ('stream' in req) {
      const inTime = clock.after(withinMs, () => req.stream.close(constants.NGHTTP2_CANCEL));
      req.once('close', inTime);
      req.once('end', inTime);
    }
    const gone = () => reject(new Error('the client went away while it sent its request'));
    req.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_BODY_BYTES) {
        chunks.push(chunk);
        return;
      }
      req.removeAllListeners('data');
      req.resume();
      reject(bodyTooLarge());
    });
    req.on('end', () => resolve(chunks.length === 1 ? chunks[0] : chunks.length === 0 ? undefined : Buffer.concat(chunks)));
    req.on('error', reject);
    req.on('aborted', gone);
    if (req.destroyed && !req.readableEnded) gone();
  });
}

/**
 * Prepares the end of an answer to a request whose body is not read to its end. A rest that is short, or that a known sender sends in time, is
 * discarded, and the connection lives on. Otherwise nothing more is read and the connection is closed; and so it is where the client waits to
 * be told to send (it may or may not do so yet).
 */
export function endWithoutBody(req: Incoming, res: Outgoing, isSenderKnown: boolean, clock: Clock): void {
  if ('stream' in req) {
    res.once('finish', () => {
      if (!req.stream.readableEnded) req.stream.close(constants.NGHTTP2_NO_ERROR);
    });
    return;
  }
  if (waitsForContinue(req)) {
    res.setHeader('connection', 'close');
    return;
  }
  const isDiscarded = isSenderKnown || (announcedLength(req) ?? Number.POSITIVE_INFINITY) <= DISCARDED_BYTES;
  res.once('finish', () => {
    if (req.complete) return;
    if (!isDiscarded) req.socket.pause();
    const close = () => {
      if (!req.complete) req.socket.destroy();
    };
    const cancel = clock.after(LINGER_MS, close, 'background');
    req.once('end', cancel);
    req.once('close', cancel);
  });
}
