import { encodeTyped } from '../apiserver/encode/protobuf/envelope.ts';
import { decodeProtobuf, PROTOBUF } from '../apiserver/request/protobuf/envelope.ts';
import { bytes, message, nested, string } from '../base/protobuf/message.ts';
import type { Access, BenchObject, HttpClient, StreamForm } from './http-client.ts';
import { createHttpClient } from './http-client.ts';

const LENGTH_BYTES = 4;
const WatchEvent = message({ type: string(1), object: nested(2, message({ raw: bytes(1) })) });

/** A watch as Protobuf messages, each behind its length in four bytes. */
const FRAMES: StreamForm = {
  accept: `${PROTOBUF};stream=watch`,
  reader(onEvent) {
    let rest: Buffer = Buffer.alloc(0);
    return (chunk) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      while (rest.length >= LENGTH_BYTES && rest.length >= LENGTH_BYTES + rest.readUInt32BE()) {
        const end = LENGTH_BYTES + rest.readUInt32BE();
        const { type = '', object } = WatchEvent.decode(rest.subarray(LENGTH_BYTES, end));
        rest = rest.subarray(end);
        // The loads look at fields that every object has.
        if (object) onEvent({ type, object: decodeProtobuf(Buffer.from(object.raw)) as Partial<BenchObject> as BenchObject });
      }
    };
  },
};

/** A client as typed Go clients are: objects of built-in kinds go as Protobuf, and answers come as Protobuf; patches and options are JSON. */
export function createProtobufClient(access: Access, sockets: number): HttpClient {
  const client = createHttpClient(access, sockets, FRAMES);
  return {
    ...client,
    ask(method, path, body, contentType, headers) {
      const encoded = contentType === undefined && body !== undefined && 'apiVersion' in body ? encodeTyped(body) : undefined;
      return client.ask(method, path, encoded ?? body, encoded ? PROTOBUF : contentType, { accept: PROTOBUF, ...headers });
    },
  };
}
