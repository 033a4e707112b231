import { ListMeta } from '../../../api/meta/object-meta.ts';
import type { StructuralSchema } from '../../../api/schema/structural.ts';
import { structuralOf } from '../../../api/schema/structural.ts';
import { WIRE } from '../../../base/protobuf/wire.ts';
import { Writer } from '../../../base/protobuf/writer.ts';
import type { Steps } from '../../../base/steps.ts';
import { MAGIC } from '../../request/protobuf/envelope.ts';
import { protobufSchema } from '../../request/protobuf/schemas.ts';
import { writeMessage, writeMessageSteps } from './message.ts';

/** The type of an object, as its envelope names it. */
export interface TypeMeta {
  readonly apiVersion: string;
  readonly kind: string;
}

/** Returns an object in the Protobuf encoding of Kubernetes: the magic bytes, and a runtime.Unknown that holds its type and its message. */
export function encodeObject(type: TypeMeta, schema: StructuralSchema, object: unknown): Buffer {
  const writer = beginEnvelope(type);
  const start = writer.open(RAW);
  writeMessage(writer, schema, object);
  writer.close(start);
  return endEnvelope(writer).finish();
}

/** As encodeObject, with pauses in the long parts of the object. */
export function* encodeObjectSteps(type: TypeMeta, schema: StructuralSchema, object: unknown): Steps<Buffer> {
  const writer = beginEnvelope(type);
  const start = writer.open(RAW);
  yield* writeMessageSteps(writer, schema, object);
  writer.close(start);
  return endEnvelope(writer).finish();
}

/** As encodeObject, by the type that the object names; undefined for a type that has no Protobuf form. */
export function encodeTyped(object: unknown): Buffer | undefined {
  const { apiVersion = '', kind = '' } = object as Partial<TypeMeta>;
  const schema = protobufSchema(apiVersion, kind);
  return schema && encodeObject({ apiVersion, kind }, schema, object);
}

/** A list that is put together of the messages of its items. */
export interface ListEnvelope {
  /** Everything before the items. */
  readonly head: Buffer;
  /** Everything after them. */
  readonly tail: Buffer;
}

/** Makes the envelope around the items of a list, each of them a message of `lengths` bytes, written with `itemHead` before it. */
export function listEnvelope(type: TypeMeta, metadata: object, itemsLength: number): ListEnvelope {
  const listMeta = new Writer();
  const start = listMeta.open(1);
  writeMessage(listMeta, structuralOf(ListMeta), metadata);
  listMeta.close(start);
  const meta = listMeta.finish();
  const writer = beginEnvelope(type)
    .tag(RAW, WIRE.BYTES)
    .uint32(meta.length + itemsLength);
  return { head: Buffer.concat([writer.finish(), meta]), tail: endEnvelope(new Writer()).finish() };
}

/** Writes an object as an item of a list. */
export function writeItem(writer: Writer, schema: StructuralSchema, object: unknown): void {
  const start = writer.open(ITEMS);
  writeMessage(writer, schema, object);
  writer.close(start);
}

/** As writeItem, with pauses in the long parts of the object. */
export function* writeItemSteps(writer: Writer, schema: StructuralSchema, object: unknown): Steps<void> {
  const start = writer.open(ITEMS);
  yield* writeMessageSteps(writer, schema, object);
  writer.close(start);
}

/** Returns an event of a watch: the length of the message in four bytes, and a WatchEvent that holds the object in its envelope. */
export function encodeWatchEvent(type: string, object: Buffer): Buffer {
  const writer = new Writer();
  writer.raw(FRAME_LENGTH);
  writer.tag(1, WIRE.BYTES).string(type);
  const start = writer.open(2);
  writer.tag(1, WIRE.BYTES).bytes(object);
  writer.close(start);
  const frame = writer.finish();
  frame.writeUInt32BE(frame.length - FRAME_LENGTH.length);
  return frame;
}

const RAW = 2;
const ITEMS = 2;
const FRAME_LENGTH = Buffer.alloc(4);

const heads = new Map<string, Buffer>();
const MAX_HEADS = 1000;

function beginEnvelope({ apiVersion, kind }: TypeMeta): Writer {
  const writer = new Writer();
  const key = `${apiVersion} ${kind}`;
  let head = heads.get(key);
  if (!head) {
    const made = new Writer().raw(MAGIC);
    const start = made.open(1);
    made.tag(1, WIRE.BYTES).string(apiVersion).tag(2, WIRE.BYTES).string(kind);
    made.close(start);
    head = made.finish();
    if (heads.size < MAX_HEADS) heads.set(key, head);
  }
  return writer.raw(head);
}

/** Writes the encoding and the content type of the message: none, and that of the envelope. */
const endEnvelope = (writer: Writer): Writer => writer.tag(3, WIRE.BYTES).uint32(0).tag(4, WIRE.BYTES).uint32(0);
