/**
 * The encodings of a field's value. Groups, which only proto2 has, are not supported.
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export const WIRE = { VARINT: 0, FIXED64: 1, BYTES: 2, FIXED32: 5 } as const;

/** A message is malformed, or cut short. */
export class WireError extends Error {
  override readonly name = 'WireError';
}
