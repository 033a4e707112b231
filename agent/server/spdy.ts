import type { Duplex } from 'node:stream';
import type { Frame } from './spdy-frames.ts';
import { controlFrame, endStream, FIN, headerBlock, PING, RST_STREAM, readFrames, SYN_STREAM, stored, writeData } from './spdy-frames.ts';

/** One stream of a session, as its client writes it. */
export interface SpdyStream {
  /** Returns false once the connection should be left to drain. */
  write(data: Buffer): boolean;
  /** Ends the client's half. */
  end(): void;
}

export interface SpdyReader {
  data(chunk: Buffer): void;
  /** The server ended its half, or reset the stream. */
  ended(): void;
}

export interface SpdyClient {
  open(headers: Readonly<Record<string, string>>, reader: SpdyReader): SpdyStream;
}

/**
 * Speaks SPDY/3.1 as a client over an upgraded connection, as far as the streaming servers of container runtimes do: streams, data, resets and
 * pings; no flow control, which they lack too. Answers to new streams are not waited for: what is refused is reset.
 */
export function spdyClient(socket: Duplex, head: Buffer): SpdyClient {
  const readers = new Map<number, SpdyReader>();
  let nextId = 1;

  function ended(id: number): void {
    const reader = readers.get(id);
    readers.delete(id);
    reader?.ended();
  }

  function take(frame: Frame): void {
    const { payload } = frame;
    if (frame.type === 'data') {
      if (payload.length > 0) readers.get(frame.stream)?.data(payload);
      if (frame.flags & FIN) ended(frame.stream);
      return;
    }
    // A ping of the server has an even number; its answer is the ping.
    if (frame.control === PING && payload.length >= 4 && payload.readUInt32BE(0) % 2 === 0) socket.write(frame.bytes);
    else if (frame.control === RST_STREAM && payload.length >= 4) ended(payload.readUInt32BE(0) % 2 ** 31);
  }

  readFrames(socket, head, take);
  socket.on('close', () => {
    for (const id of [...readers.keys()]) ended(id);
  });

  return {
    open(headers, reader) {
      const id = nextId;
      nextId += 2;
      readers.set(id, reader);
      const ids = Buffer.alloc(10);
      ids.writeUInt32BE(id);
      socket.write(controlFrame(SYN_STREAM, 0, Buffer.concat([ids, stored(headerBlock(headers), id === 1)])));
      return { write: (data) => writeData(socket, id, data), end: () => endStream(socket, id) };
    },
  };
}
