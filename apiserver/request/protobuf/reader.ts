/** One field of a message, as it stands on the wire. */
export interface WireField {
  readonly number: number;
  /** A varint or fixed number. */
  readonly value: bigint;
  /** Of a length-delimited field; empty for numbers. */
  readonly bytes: Buffer;
  readonly isBytes: boolean;
}

const NOTHING = Buffer.alloc(0);

/** The message is cut short, or no message at all. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

/**
 * Reads the fields of a Protobuf message in order (https://protobuf.dev/programming-guides/encoding/).
 * @throws WireError
 */
export function* readFields(message: Buffer): Generator<WireField> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message[at++];
      if (byte === undefined) throw new WireError('the message ends within a number');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new WireError('a number is too long');
  };
  const take = (length: number): Buffer => {
    if (length > message.length - at) throw new WireError('the message ends within a field');
    at += length;
    return message.subarray(at - length, at);
  };
  while (at < message.length) {
    const tag = Number(varint());
    const number = Math.floor(tag / 8);
    switch (tag % 8) {
      case 0:
        yield { number, value: varint(), bytes: NOTHING, isBytes: false };
        break;
      case 1:
        yield { number, value: take(8).readBigUInt64LE(), bytes: NOTHING, isBytes: false };
        break;
      case 2:
        yield { number, value: 0n, bytes: take(Number(varint())), isBytes: true };
        break;
      case 5:
        yield { number, value: BigInt(take(4).readUInt32LE()), bytes: NOTHING, isBytes: false };
        break;
      default:
        throw new WireError(`the message has a field of the unknown wire type ${tag % 8}`);
    }
  }
}
