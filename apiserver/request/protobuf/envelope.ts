import { apiVersionOf } from '../../../api/definition/kind.ts';
import { kinds } from '../../../api/kinds/index.ts';
import { DeleteOptions } from '../../../api/meta/delete-options.ts';
import { StatusError } from '../../../api/meta/status-error.ts';
import type { StructuralSchema } from '../../../api/schema/structural.ts';
import { structuralOf } from '../../../api/schema/structural.ts';
import { decodeMessage, hasProtobufForm } from './decode.ts';
import { readFields, WireError } from './reader.ts';

export const PROTOBUF = 'application/vnd.kubernetes.protobuf';

/** The bytes that every Protobuf body begins with; a runtime.Unknown follows. */
const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

let schemas: ReadonlyMap<string, StructuralSchema> | undefined;

/** The schemas of the kinds, and of what their subresources take, by `apiVersion kind`. */
function schemasByKind(): ReadonlyMap<string, StructuralSchema> {
  const found = new Map<string, StructuralSchema>();
  for (const definition of kinds) {
    for (const { group = '', version, kind, schema } of definition.subresources) {
      const apiVersion = apiVersionOf(version === undefined ? definition : { group, version });
      if (schema) found.set(`${apiVersion} ${kind ?? definition.kind}`, structuralOf(schema));
    }
    found.set(`${apiVersionOf(definition)} ${definition.kind}`, structuralOf(definition.schema));
  }
  return found;
}

function schemaOf(apiVersion: string, kind: string): StructuralSchema | undefined {
  // Clients send it with the version of any group.
  if (kind === 'DeleteOptions') return structuralOf(DeleteOptions);
  schemas ??= schemasByKind();
  return schemas.get(`${apiVersion} ${kind}`);
}

/**
 * Reads a body in the Protobuf encoding of Kubernetes, which typed Go clients (kubectl create among them) send for built-in kinds, into
 * its JSON form (https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding).
 * @throws StatusError 400 if the body is malformed, 415 if the kind has no Protobuf form.
 */
export function decodeProtobuf(body: Buffer): Record<string, unknown> {
  try {
    if (!body.subarray(0, MAGIC.length).equals(MAGIC)) throw new WireError('it does not begin with the bytes k8s\\0');
    let apiVersion = '';
    let kind = '';
    let raw: Buffer = Buffer.alloc(0);
    for (const field of readFields(body.subarray(MAGIC.length))) {
      if (field.number === 1) {
        for (const part of readFields(field.bytes)) {
          if (part.number === 1) apiVersion = part.bytes.toString('utf8');
          else if (part.number === 2) kind = part.bytes.toString('utf8');
        }
      } else if (field.number === 2) raw = field.bytes;
    }
    const schema = schemaOf(apiVersion, kind);
    if (!schema || !hasProtobufForm(schema)) {
      throw new StatusError(
        'UnsupportedMediaType',
        `the body of the request was in an unknown format - ${apiVersion} ${kind} has no Protobuf form here: send application/json`,
      );
    }
    return { ...decodeMessage(raw, schema), apiVersion, kind };
  } catch (error) {
    if (error instanceof WireError) throw new StatusError('BadRequest', `error decoding the body: it is no valid Protobuf: ${error.message}`);
    throw error;
  }
}
