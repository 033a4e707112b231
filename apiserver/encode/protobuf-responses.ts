import type { KindDefinition } from '../../api/definition/kind.ts';
import { apiVersionOf } from '../../api/definition/kind.ts';
import { PartialObjectMetadata } from '../../api/meta/partial-object-metadata.ts';
import type { StructuralSchema } from '../../api/schema/structural.ts';
import { structuralOf } from '../../api/schema/structural.ts';
import { isLong } from '../../base/json/long-values.ts';
import { Writer } from '../../base/protobuf/writer.ts';
import type { Steps } from '../../base/steps.ts';
import { inTurns } from '../../base/steps.ts';
import type { ListResult } from '../contract/call.ts';
import type { Form } from '../contract/form.ts';
import type { ApiResponse } from '../contract/request.ts';
import { PROTOBUF } from '../request/protobuf/envelope.ts';
import { metaVersion } from './partial.ts';
import type { TypeMeta } from './protobuf/envelope.ts';
import { encodeObject, encodeObjectSteps, encodeTyped, listEnvelope, writeItem, writeItemSteps } from './protobuf/envelope.ts';

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

/** Answers an object of a kind; a long one is encoded in turns. */
export function objectResponse(status: number, object: object, kind: KindDefinition, form: Form): ApiResponse | Promise<ApiResponse> {
  const { type, schema } = typeAndSchema(kind, form);
  if (isLong(object)) return inTurns(encodeObjectSteps(type, schema, object)).then((bytes) => protobufResponse(status, bytes));
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

  /** Encodes items up to the length of a part in one step. */
  function* encoding(): Steps<void> {
    let writer = new Writer();
    const end = () => {
      const part = writer.finish();
      parts.push(part);
      length += part.length;
      writer = new Writer();
    };
    for (const item of items) {
      const { object } = served(item);
      if (isLong(object)) yield* writeItemSteps(writer, schema, object);
      else writeItem(writer, schema, object);
      if (writer.length < PART_LENGTH) continue;
      end();
      yield;
    }
    end();
  }

  function response(): ApiResponse {
    const { head, tail } = listEnvelope({ ...type, kind: `${type.kind}List` }, metadata, length);
    return { status: 200, headers: HEADERS, body: { kind: 'text', parts: [head, ...parts, tail], length: head.length + length + tail.length } };
  }

  const steps = encoding();
  return steps.next().done ? response() : inTurns(steps).then(response);
}
