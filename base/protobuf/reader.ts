import { WIRE, WireError } from './wire.ts';

const TWO_TO_32 = 2 ** 32;

/**
 * Reads the fields of a message in order. `next` moves to a field; then one of the other methods reads its value, or `skip` passes it.
 * They take the encoding on trust: a caller that doubts the sender compares `wire` first.
 * @throws WireError from every method if the message ends too early.
 */
export class Reader {
  /** Number of the field. */
  number = 0;
  /** Encoding of its value: one of WIRE. */
  wire = 0;
  private readonly buffer: Buffer;
  private at = 0;
  private end: number;
  /** The halves of the last varint: 32 bits each, signed or not. */
  private low = 0;
  private high = 0;

  constructor(bytes: Uint8Array) {
    this.buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.end = bytes.byteLength;
  }

  /** Moves to the next field; returns false at the end of the message. */
  next(): boolean {
    if (this.at >= this.end) return false;
    this.varint();
    const tag = this.low >>> 0;
    this.number = tag >>> 3;
    this.wire = tag & 7;
    if (this.number === 0 || this.high !== 0) throw new WireError('proto: illegal tag out of range');
    return true;
  }

  /**
   * Enters the message that is the value of the field: `next` reads its fields until it ends.
   * Returns the end of the message around it, which `leave` takes.
   */
  enter(): number {
    const length = this.uint64();
    const outer = this.end;
    this.end = this.advance(length);
    this.at = this.end - length;
    return outer;
  }

  /** Returns the length of the field's value, which is still to be read, if it is given; otherwise 0. */
  peekLength(): number {
    if (this.wire !== WIRE.BYTES) return 0;
    const { at } = this;
    const length = this.uint64();
    this.at = at;
    return length;
  }

  leave(outer: number): void {
    this.at = this.end;
    this.end = outer;
  }

  /** Whether the entered message, or packed list, has something left. */
  get hasMore(): boolean {
    return this.at < this.end;
  }

  skip(): void {
    switch (this.wire) {
      case WIRE.VARINT:
        this.varint();
        break;
      case WIRE.FIXED64:
        this.advance(8);
        break;
      case WIRE.BYTES:
        this.advance(this.uint64());
        break;
      case WIRE.FIXED32:
        this.advance(4);
        break;
      default:
        throw new WireError(`proto: illegal wireType ${this.wire}`);
    }
  }

  bool(): boolean {
    this.varint();
    return (this.low | this.high) !== 0;
  }

  int32(): number {
    this.varint();
    return this.low | 0;
  }

  uint32(): number {
    this.varint();
    return this.low >>> 0;
  }

  /** Rounded past 2^53. */
  int64(): number {
    this.varint();
    return (this.high | 0) * TWO_TO_32 + (this.low >>> 0);
  }

  /** Rounded past 2^53. */
  uint64(): number {
    this.varint();
    return (this.high >>> 0) * TWO_TO_32 + (this.low >>> 0);
  }

  /** All 64 bits, in decimal digits. */
  int64Text(): string {
    const value = this.int64();
    if (Number.isSafeInteger(value)) return String(value);
    return String((BigInt(this.high | 0) << 32n) | BigInt(this.low >>> 0));
  }

  double(): number {
    return this.buffer.readDoubleLE(this.advance(8) - 8);
  }

  string(): string {
    const length = this.uint64();
    const end = this.advance(length);
    return this.buffer.toString('utf8', end - length, end);
  }

  /** A view of the message's own memory. */
  bytes(): Buffer {
    const length = this.uint64();
    const end = this.advance(length);
    return this.buffer.subarray(end - length, end);
  }

  /** Passes `length` bytes; returns where they end. */
  private advance(length: number): number {
    if (length > this.end - this.at) throw new WireError('unexpected EOF');
    this.at += length;
    return this.at;
  }

  private varint(): void {
    let byte = this.byte();
    let low = byte & 0x7f;
    let high = 0;
    for (let shift = 7; byte >= 0x80; shift += 7) {
      byte = this.byte();
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >> 4;
      } else if (shift < 70) high |= bits << (shift - 32);
      else throw new WireError('proto: integer overflow');
    }
    this.low = low;
    this.high = high;
  }

  private byte(): number {
    if (this.at >= this.end) throw new WireError('unexpected EOF');
    return this.buffer[this.at++] as number;
  }
}
