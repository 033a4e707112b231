import { WIRE } from './wire.ts';

const TWO_TO_32 = 2 ** 32;
const INITIAL_BYTES = 256;
/** Texts of up to this many UTF-16 units have a length of one byte, whatever they hold: 3 bytes a unit at most. */
const SHORT_TEXT = 42;
/** Texts of up to this many UTF-16 units are written without a call. */
const QUICK_TEXT = 24;

/** Writes a message field by field: `tag`, then the value. Zero values are written like others: leaving them out is up to the caller. */
export class Writer {
  private buffer = Buffer.allocUnsafe(INITIAL_BYTES);
  private at = 0;

  /** Bytes that have been written. */
  get length(): number {
    return this.at;
  }

  /** Returns the message. The writer is not to be used again. */
  finish(): Buffer {
    return this.buffer.subarray(0, this.at);
  }

  /** Begins a field; `wire` is one of WIRE. */
  tag(number: number, wire: number): this {
    return this.uint32(((number << 3) | wire) >>> 0);
  }

  /** Begins a message, or packed list, as the value of field `number`; returns its start, which `close` takes. */
  open(number: number): number {
    this.tag(number, WIRE.BYTES).reserve(1);
    this.at++;
    return this.at;
  }

  close(start: number): void {
    const length = this.at - start;
    if (length >= 0x80) {
      // One byte was left for the length.
      const extra = varintBytes(length) - 1;
      this.reserve(extra);
      this.buffer.copyWithin(start + extra, start, this.at);
    }
    this.at = start - 1;
    this.uint32(length);
    this.at += length;
  }

  bool(value: boolean): this {
    return this.varint(value ? 1 : 0, 0);
  }

  int32(value: number): this {
    return this.varint(value, value < 0 ? -1 : 0);
  }

  uint32(value: number): this {
    return this.varint(value, 0);
  }

  /** Also for uint64: both are one varint. */
  int64(value: number): this {
    return this.varint(value, Math.floor(value / TWO_TO_32));
  }

  /** A 64-bit integer in decimal digits. */
  int64Text(value: string): this {
    const bits = BigInt(value);
    return this.varint(Number(BigInt.asIntN(32, bits)), Number(BigInt.asIntN(32, bits >> 32n)));
  }

  string(value: string): this {
    if (value.length <= SHORT_TEXT) {
      this.reserve(1 + 3 * value.length);
      if (this.ascii(value)) return this;
      const length = this.buffer.write(value, this.at + 1);
      this.buffer[this.at] = length;
      this.at += 1 + length;
      return this;
    }
    const length = Buffer.byteLength(value);
    this.uint32(length).reserve(length);
    this.at += this.buffer.write(value, this.at);
    return this;
  }

  /** Writes a short text of ASCII alone, which is quicker character by character than by a call; returns whether it is one. */
  private ascii(value: string): boolean {
    const { length } = value;
    if (length > QUICK_TEXT) return false;
    const { buffer, at } = this;
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i);
      if (code >= 0x80) return false;
      buffer[at + 1 + i] = code;
    }
    buffer[at] = length;
    this.at = at + 1 + length;
    return true;
  }

  bytes(value: Uint8Array): this {
    this.uint32(value.length).reserve(value.length);
    this.buffer.set(value, this.at);
    this.at += value.length;
    return this;
  }

  double(value: number): this {
    this.reserve(8);
    this.buffer.writeDoubleLE(value, this.at);
    this.at += 8;
    return this;
  }

  /** Writes bytes as they are: fields that have been encoded before. */
  raw(value: Uint8Array): this {
    this.reserve(value.length);
    this.buffer.set(value, this.at);
    this.at += value.length;
    return this;
  }

  /** `low` and `high` are taken modulo 2^32. */
  private varint(low: number, high: number): this {
    this.reserve(10);
    const { buffer } = this;
    let { at } = this;
    let rest = low >>> 0;
    let above = high >>> 0;
    while (above > 0 || rest >= 0x80) {
      buffer[at++] = (rest & 0x7f) | 0x80;
      rest = ((rest >>> 7) | (above << 25)) >>> 0;
      above >>>= 7;
    }
    buffer[at++] = rest;
    this.at = at;
    return this;
  }

  /** Makes room for `length` more bytes. */
  private reserve(length: number): void {
    if (this.at + length <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.at + length));
    this.buffer.copy(larger, 0, 0, this.at);
    this.buffer = larger;
  }
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes++;
  return bytes;
}
