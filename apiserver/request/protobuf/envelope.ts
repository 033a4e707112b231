import { apiVersionOf } from '../../../api/definition/kind.ts';
import { TokenRequest } from '../../../api/kinds/authentication/token-request.ts';
import { Scale } from '../../../api/kinds/autoscaling/scale.ts';
import { kinds } from '../../../api/kinds/index.ts';
import { Eviction } from '../../../api/kinds/policy/eviction.ts';
import { DeleteOptions } from '../../../api/meta/delete-options.ts';
import { StatusError } from '../../../api/meta/status-error.ts';
import type { StructuralSchema } from '../../../api/schema/structural.ts';
import { structuralOf } from '../../../api/schema/structural.ts';
import { decodeMessage } from './decode.ts';
import { FIELD_NUMBERS } from './field-numbers.ts';
import { readFields, WireError } from './reader.ts';

export const PROTOBUF = 'application/vnd.kubernetes.protobuf';

/** Every Protobuf body begins so; a runtime.Unknown follows. */
const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

let schemas: Map<string, StructuralSchema> | undefined;

function schemaOf(apiVersion: string, kind: string): StructuralSchema | undefined {
  if (!schemas) {
    schemas = new Map();
    for (const definition of kinds) schemas.set(`${apiVersionOf(definition)} ${definition.kind}`, structuralOf(definition.schema));
    schemas.set('autoscaling/v1 Scale', structuralOf(Scale));
    schemas.set('policy/v1 Eviction', structuralOf(Eviction));
    schemas.set('authentication.k8s.io/v1 TokenRequest', structuralOf(TokenRequest));
  }
  // Options go with every group.
  if (kind === 'DeleteOptions') return structuralOf(DeleteOptions);
  return schemas.get(`${apiVersion} ${kind}`);
}

/**
 * Reads a body in the Protobuf encoding of Kubernetes, which typed Go clients (kubectl create among them) send for built-in kinds,
 * into what it would be in JSON (https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding).
 * @throws StatusError 400 for what is no such body, 415 for kinds that have no Protobuf form.
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
    if (!schema || FIELD_NUMBERS[schema.title ?? ''] === undefined) {
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
