import { StatusError } from '../../../api/meta/status-error.ts';
import { bytes, message, nested, string } from '../../../base/protobuf/message.ts';
import { WireError } from '../../../base/protobuf/wire.ts';
import { decodeMessage, hasProtobufForm } from './decode.ts';
import { protobufSchema } from './schemas.ts';

export const PROTOBUF = 'application/vnd.kubernetes.protobuf';

/** The bytes that every Protobuf body begins with; a runtime.Unknown follows. */
export const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

/** runtime.Unknown: the type of an object, and its message. */
const Unknown = message({ typeMeta: nested(1, message({ apiVersion: string(1), kind: string(2) })), raw: bytes(2) });

/**
 * Reads a body in the Protobuf encoding of Kubernetes, which typed Go clients (kubectl create among them) send for built-in kinds, into
 * its JSON form (https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding).
 * @throws StatusError 400 if the body is malformed, 415 if the kind has no Protobuf form.
 */
export function decodeProtobuf(body: Buffer): Record<string, unknown> {
  try {
    if (!body.subarray(0, MAGIC.length).equals(MAGIC)) throw new WireError('it does not begin with the bytes k8s\\0');
    const { typeMeta, raw } = Unknown.decode(body.subarray(MAGIC.length));
    const { apiVersion = '', kind = '' } = typeMeta ?? {};
    const schema = protobufSchema(apiVersion, kind);
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
