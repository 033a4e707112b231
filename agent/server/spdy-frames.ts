import type { Duplex } from 'node:stream';

/** SPDY/3.1 on the wire, as far as the streams of commands and ports need it. Control frames by type: */
export const SYN_STREAM = 1;
export const SYN_REPLY = 2;
export const RST_STREAM = 3;
export const PING = 6;
/** The flag that ends the sender's half of a stream. */
export const FIN = 1;

const CONTROL = 0x80;
const VERSION = 3;
const HEADER_BYTES = 8;
/** A data frame's length has 24 bits; smaller frames leave the line to the other streams in between. */
const MAX_DATA = 32 * 1024;

export type Frame =
  | { readonly type: 'data'; readonly stream: number; readonly flags: number; readonly payload: Buffer }
  /** `bytes` is the whole frame. */
  | { readonly type: 'control'; readonly control: number; readonly flags: number; readonly payload: Buffer; readonly bytes: Buffer };

export function controlFrame(type: number, flags: number, payload: Buffer): Buffer {
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

/** Writes data to a stream in frames. Returns false once the connection should be left to drain. */
export function writeData(socket: Duplex, stream: number, data: Buffer): boolean {
  let flowing = true;
  for (let at = 0; at < data.length; at += MAX_DATA) flowing = socket.write(dataFrame(stream, 0, data.subarray(at, at + MAX_DATA)));
  return flowing;
}

/** Ends our half of a stream. */
export const endStream = (socket: Duplex, stream: number): void => void socket.write(dataFrame(stream, FIN, Buffer.alloc(0)));

const counted = (text: string): Buffer => {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};

/** Names and values in the form that is compressed. */
export function headerBlock(headers: Readonly<Record<string, string>>): Buffer {
  const entries = Object.entries(headers);
  const count = Buffer.alloc(4);
  count.writeUInt32BE(entries.length);
  return Buffer.concat([count, ...entries.flatMap(([name, value]) => [counted(name.toLowerCase()), counted(value)])]);
}

/** The empty block that follows a part: inflaters give out what they have when they meet it, as after a flush. */
const FLUSH = Buffer.of(0, 0, 0, 0xff, 0xff);

/** A part of a zlib stream that is not compressed: a stored block, which any inflater takes (RFC 1950, RFC 1951). */
export function stored(block: Buffer, isFirst: boolean): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt16LE(block.length, 1);
  head.writeUInt16LE(~block.length & 0xffff, 3);
  return Buffer.concat([isFirst ? Buffer.of(0x78, 0x01) : Buffer.alloc(0), head, block, FLUSH]);
}

function frameOf(bytes: Buffer): Frame {
  const first = bytes.readUInt32BE(0);
  const flags = bytes.readUInt8(4);
  const payload = bytes.subarray(HEADER_BYTES);
  if (first < 2 ** 31) return { type: 'data', stream: first, flags, payload };
  return { type: 'control', control: first & 0xffff, flags, payload, bytes };
}

/** Reads the frames of a connection; `head` has arrived before. */
export function readFrames(socket: Duplex, head: Buffer, take: (frame: Frame) => void): void {
  let received = head;
  const read = () => {
    let at = 0;
    while (received.length - at >= HEADER_BYTES) {
      const end = at + HEADER_BYTES + (received.readUInt32BE(at + 4) % 2 ** 24);
      if (received.length < end) break;
      take(frameOf(received.subarray(at, end)));
      at = end;
    }
    received = received.subarray(at);
  };
  socket.on('data', (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    read();
  });
  if (head.length > 0) queueMicrotask(read);
}
