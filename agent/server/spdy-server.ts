import type { Duplex } from 'node:stream';
import { createInflate } from 'node:zlib';
import { spdyDictionary } from './spdy-dictionary.ts';
import type { Frame } from './spdy-frames.ts';
import { controlFrame, endStream, headerBlock, PING, readFrames, SYN_REPLY, SYN_STREAM, stored, writeData } from './spdy-frames.ts';

/** A stream that the client has opened. */
export interface ServedStream {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  write(text: string): void;
  /** Ends the server's half. */
  end(): void;
}

/** Reads the header blocks of one connection in their order: each is a part of one compressed stream. */
function createHeaderReader(): (block: Buffer) => Promise<Readonly<Record<string, string>>> {
  const inflate = createInflate({ dictionary: spdyDictionary() });
  return (block) =>
    new Promise((resolve, reject) => {
      inflate.once('error', reject);
      inflate.write(block, () => {
        inflate.off('error', reject);
        const bytes: unknown = inflate.read();
        resolve(headersIn(Buffer.isBuffer(bytes) ? bytes : Buffer.alloc(0)));
      });
    });
}

function headersIn(block: Buffer): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  let at = 4;
  const next = (): string => {
    const length = block.readUInt32BE(at);
    const text = block.toString('utf8', at + 4, at + 4 + length);
    at += 4 + length;
    return text;
  };
  for (let left = block.length < 4 ? 0 : block.readUInt32BE(0); left > 0; left--) {
    const name = next();
    headers[name.toLowerCase()] = next();
  }
  return headers;
}

/**
 * Speaks SPDY/3.1 as a server over an upgraded connection: accepts every stream and answers pings; what the client writes is not read. Ends the
 * connection if headers cannot be read.
 */
export function serveSpdy(socket: Duplex, head: Buffer, onStream: (stream: ServedStream) => void): void {
  const readHeaders = createHeaderReader();
  let first = true;
  let line = Promise.resolve();

  const accept = async (payload: Buffer): Promise<void> => {
    const id = payload.readUInt32BE(0) % 2 ** 31;
    const headers = await readHeaders(payload.subarray(10));
    const ids = Buffer.alloc(4);
    ids.writeUInt32BE(id);
    socket.write(controlFrame(SYN_REPLY, 0, Buffer.concat([ids, stored(headerBlock({}), first)])));
    first = false;
    onStream({ headers, write: (text) => void writeData(socket, id, Buffer.from(text)), end: () => endStream(socket, id) });
  };
  socket.on('end', () => socket.end());
  readFrames(socket, head, (frame: Frame) => {
    if (frame.type === 'data') return;
    const { control, payload } = frame;
    if (control === SYN_STREAM && payload.length >= 10) line = line.then(() => accept(payload)).catch(() => void socket.destroy());
    // A ping of the client has an odd number; its answer is the ping.
    else if (control === PING && payload.length >= 4 && payload.readUInt32BE(0) % 2 === 1) socket.write(frame.bytes);
  });
}
