import { WIRE } from '../../../base/protobuf/wire.ts';
import { Writer } from '../../../base/protobuf/writer.ts';

export function encoded(write: (writer: Writer) => void): Buffer {
  const writer = new Writer();
  write(writer);
  return writer.finish();
}

/** Puts the encoded fields of a message together, as field `number` of the message around it. */
export function assembled(number: number, parts: readonly Buffer[]): readonly Buffer[] {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return [encoded((writer) => writer.tag(number, WIRE.BYTES).uint32(length)), ...parts];
}
