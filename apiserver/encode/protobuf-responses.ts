import type { KindDefinition } from '../../api/definition/kind.ts';
import { apiVersionOf } from '../../api/definition/kind.ts';
import { PartialObjectMetadata } from '../../api/meta/partial-object-metadata.ts';
import type { StructuralSchema } from '../../api/schema/structural.ts';
import { structuralOf } from '../../api/schema/structural.ts';
import { nextTurn } from '../../base/next-turn.ts';
import { Writer } from '../../base/protobuf/writer.ts';
import type { ListResult } from '../contract/call.ts';
import type { Form } from '../contract/form.ts';
import type { ApiResponse } from '../contract/request.ts';
import { PROTOBUF } from '../request/protobuf/envelope.ts';
import { metaVersion } from './partial.ts';
import type { TypeMeta } from './protobuf/envelope.ts';
import { encodeObject, encodeTyped, listEnvelope, writeItem } from './protobuf/envelope.ts';

const HEADERS = { 'content-type': PROTOBUF };

/** Returns the type and schema in which the objects of a kind are answered: its own, or those of their metadata. */
export function typeAndSchema(kind: KindDefinition, form: Form): { readonly type: TypeMeta; readonly schema: StructuralSchema } {
  if (form.as === 'partial') {
    return { type: { apiVersion: metaVersion(form), kind: 'PartialObjectMetadata' }, schema: structuralOf(PartialObjectMetadata) };
  }
  return { type: { apiVersion: apiVersionOf(kind), kind: kind.kind }, schema: structuralOf(kind.schema) };
}

export function protobufResponse(status: number, bytes: Buffer, headers: ApiResponse['headers'] = {}): ApiResponse {
  return { status, headers: { ...headers, ...HEADERS }, body: { kind: 'text', parts: [bytes], length: bytes.length } };
}

/** Answers an object of a kind. */
export function objectResponse(status: number, object: object, kind: KindDefinition, form: Form): ApiResponse {
  const { type, schema } = typeAndSchema(kind, form);
  return protobufResponse(status, encodeObject(type, schema, object));
}

/** Answers an object that names its type; undefined if that has no Protobuf form. */
export function typedResponse(status: number, object: unknown, headers?: ApiResponse['headers']): ApiResponse | undefined {
  const bytes = encodeTyped(object);
  return bytes && protobufResponse(status, bytes, headers);
}

/** The length of the parts of a long list: others are served while the next one is encoded. */
const PART_LENGTH = 128 * 1024;

/**
 * Answers a list. All items are encoded before the answer begins, because their length stands at its head; at once if they are few, otherwise
 * in turns.
 */
export function listResponse({ resource, items, served }: ListResult, metadata: object, form: Form): ApiResponse | Promise<ApiResponse> {
  const { type, schema } = typeAndSchema(resource.kind, form);
  const parts: Buffer[] = [];
  let length = 0;
  let at = 0;

  /** Encodes items up to the length of a part; returns whether there are more. */
  function step(): boolean {
    const writer = new Writer();
    for (; at < items.length && writer.length < PART_LENGTH; at++) {
      const item = items[at];
      if (item) writeItem(writer, schema, served(item).object);
    }
    const part = writer.finish();
    parts.push(part);
    length += part.length;
    return at < items.length;
  }

  function response(): ApiResponse {
    const { head, tail } = listEnvelope({ ...type, kind: `${type.kind}List` }, metadata, length);
    return { status: 200, headers: HEADERS, body: { kind: 'text', parts: [head, ...parts, tail], length: head.length + length + tail.length } };
  }

  async function inTurns(): Promise<ApiResponse> {
    do await nextTurn();
    while (step());
    return response();
  }

  return step() ? inTurns() : response();
}
