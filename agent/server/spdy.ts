import type { Duplex } from 'node:stream';

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

const CONTROL = 0x80;
const VERSION = 3;
const HEADER_BYTES = 8;
const SYN_STREAM = 1;
const RST_STREAM = 3;
const PING = 6;
const FIN = 1;
/** A data frame's length has 24 bits; smaller frames leave the line to the other streams in between. */
const MAX_DATA = 32 * 1024;

function controlFrame(type: number, flags: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(CONTROL, 0);
  header.writeUInt8(VERSION, 1);
  header.writeUInt16BE(type, 2);
  header.writeUInt32BE(flags * 2 ** 24 + payload.length, 4);
  return Buffer.concat([header, payload]);
}

function dataFrame(stream: number, flags: number, data: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(stream, 0);
  header.writeUInt32BE(flags * 2 ** 24 + data.length, 4);
  return Buffer.concat([header, data]);
}

const counted = (text: string): Buffer => {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};

/** Names and values in the form that is compressed. */
function headerBlock(headers: Readonly<Record<string, string>>): Buffer {
  const entries = Object.entries(headers);
  const count = Buffer.alloc(4);
  count.writeUInt32BE(entries.length);
  return Buffer.concat([count, ...entries.flatMap(([name, value]) => [counted(name.toLowerCase()), counted(value)])]);
}

/** The empty block that follows a part: inflaters give out what they have when they meet it, as after a flush. */
const FLUSH = Buffer.of(0, 0, 0, 0xff, 0xff);

/** A part of a zlib stream that is not compressed: a stored block, which any inflater takes (RFC 1950, RFC 1951). */
function stored(block: Buffer, isFirst: boolean): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt16LE(block.length, 1);
  head.writeUInt16LE(~block.length & 0xffff, 3);
  return Buffer.concat([isFirst ? Buffer.of(0x78, 0x01) : Buffer.alloc(0), head, block, FLUSH]);
}

/**
 * Speaks SPDY/3.1 as a client over an upgraded connection, as far as the streaming servers of container runtimes do: streams, data, resets and
 * pings; no flow control, which they lack too. Answers to new streams are not waited for: what is refused is reset.
 */
export function spdyClient(socket: Duplex, head: Buffer): SpdyClient {
  const readers = new Map<number, SpdyReader>();
  let nextId = 1;
  let received = head;

  function ended(id: number): void {
    const reader = readers.get(id);
    readers.delete(id);
    reader?.ended();
  }

  function take(frame: Buffer): void {
    const first = frame.readUInt32BE(0);
    const flags = frame.readUInt8(4);
    const payload = frame.subarray(HEADER_BYTES);
    if (first < 2 ** 31) {
      if (payload.length > 0) readers.get(first)?.data(payload);
      if (flags & FIN) ended(first);
      return;
    }
    const type = first & 0xffff;
    // A ping of the server has an even number; its answer is the ping.
    if (type === PING && payload.length >= 4 && payload.readUInt32BE(0) % 2 === 0) socket.write(frame);
    else if (type === RST_STREAM && payload.length >= 4) ended(payload.readUInt32BE(0) % 2 ** 31);
  }

  function readFrames(): void {
    let at = 0;
    while (received.length - at >= HEADER_BYTES) {
      const end = at + HEADER_BYTES + (received.readUInt32BE(at + 4) % 2 ** 24);
      if (received.length < end) break;
      take(received.subarray(at, end));
      at = end;
    }
    received = received.subarray(at);
  }

  socket.on('data', (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    readFrames();
  });
  socket.on('close', () => {
    for (const id of [...readers.keys()]) ended(id);
  });
  if (head.length > 0) queueMicrotask(readFrames);

  return {
    open(headers, reader) {
      const id = nextId;
      nextId += 2;
      readers.set(id, reader);
      const ids = Buffer.alloc(10);
      ids.writeUInt32BE(id);
      socket.write(controlFrame(SYN_STREAM, 0, Buffer.concat([ids, stored(headerBlock(headers), id === 1)])));
      return {
        write(data) {
          let flowing = true;
          for (let at = 0; at < data.length; at += MAX_DATA) flowing = socket.write(dataFrame(id, 0, data.subarray(at, at + MAX_DATA)));
          return flowing;
        },
        end: () => void socket.write(dataFrame(id, FIN, Buffer.alloc(0))),
      };
    },
  };
}
