import { StatusError } from '../../../api/meta/status-error.ts';
import type { StructuralSchema } from '../../../api/schema/structural.ts';
import { markLong } from '../../../base/json/long-values.ts';
import { bytes, message, nested, string } from '../../../base/protobuf/message.ts';
import { WireError } from '../../../base/protobuf/wire.ts';
import type { Steps } from '../../../base/steps.ts';
import { tooLargeForStore } from '../../storage/store-status.ts';
import { decodeMessage, decodeMessageSteps, hasProtobufForm, TooManyMembers } from './decode.ts';
import { protobufSchema } from './schemas.ts';

export const PROTOBUF = 'application/vnd.kubernetes.protobuf';

/** The bytes that every Protobuf body begins with; a runtime.Unknown follows. */
export const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

/** runtime.Unknown: the type of an object, and its message. */
const Unknown = message({ typeMeta: nested(1, message({ apiVersion: string(1), kind: string(2) })), raw: bytes(2) });

/** The type that a body is taken for if it names none. */
export interface ExpectedType {
  readonly apiVersion: string;
  readonly kind: string;
}

/** A body in the Protobuf encoding as far as it was read. */
export interface ProtobufReading {
  /** Undefined if the body does not say it. */
  readonly type: ExpectedType | undefined;
  readonly outcome: { readonly object: Record<string, unknown> } | { readonly fault: WireError } | { readonly refusal: StatusError };
}

/** Reads a long body with pauses. @throws StatusError 415 if the kind has no Protobuf form. */
export function* readProtobufSteps(body: Buffer, expected: ExpectedType | undefined): Steps<ProtobufReading> {
  let type: ExpectedType | undefined;
  try {
    const envelope = envelopeOf(body, expected);
    type = envelope.type;
    const fields = yield* decodeMessageSteps(envelope.raw, schemaOf(type));
    return { type, outcome: { object: markLong({ ...fields, ...type }) } };
  } catch (error) {
    if (error instanceof WireError) return { type, outcome: { fault: error } };
    if (error instanceof TooManyMembers) return { type, outcome: { refusal: tooLargeForStore() } };
    throw error;
  }
}

/**
 * Reads a body in the Protobuf encoding of Kubernetes, which typed Go clients (kubectl create among them) send for built-in kinds, into
 * its JSON form (https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding).
 * @throws StatusError 400 if the body is malformed, 415 if the kind has no Protobuf form.
 */
export function decodeProtobuf(body: Buffer, expected?: ExpectedType): Record<string, unknown> {
  let type: ExpectedType | undefined;
  try {
    const envelope = envelopeOf(body, expected);
    type = envelope.type;
    return { ...decodeMessage(envelope.raw, schemaOf(type)), ...type };
  } catch (error) {
    if (error instanceof WireError) throw badProtobuf(error, body, type, expected);
    throw error;
  }
}

/** The 400 for a body that is malformed. */
export const badProtobuf = (fault: WireError, body: Buffer, type: ExpectedType | undefined, expected: ExpectedType | undefined): StatusError =>
  new StatusError('BadRequest', inContext(fault.message, body, type, expected));

/** Reads the type of a body, and where its message stands. @throws WireError */
function envelopeOf(body: Buffer, expected: ExpectedType | undefined): { readonly type: ExpectedType; readonly raw: Uint8Array } {
  if (!body.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new WireError(`provided data does not appear to be a protobuf message, expected prefix [${MAGIC.join(' ')}]`);
  }
  const { typeMeta, raw } = Unknown.decode(body.subarray(MAGIC.length));
  const { apiVersion = '', kind = '' } = typeMeta ?? {};
  return { type: { apiVersion: apiVersion || (expected?.apiVersion ?? ''), kind: kind || (expected?.kind ?? '') }, raw };
}

function schemaOf({ apiVersion, kind }: ExpectedType): StructuralSchema {
  const schema = protobufSchema(apiVersion, kind);
  if (schema && hasProtobufForm(schema)) return schema;
  throw new StatusError(
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - ${apiVersion} ${kind} has no Protobuf form here: send application/json`,
  );
}

/** Says of which object the fault is, as upstream does (k8s.io/apiserver, transformDecodeError). */
function inContext(fault: string, body: Buffer, type: ExpectedType | undefined, expected: ExpectedType | undefined): string {
  if (!expected) return fault;
  if (!type) return `the object provided is unrecognized (must be of type ${expected.kind}): ${fault} (${summaryOf(body)})`;
  const version = type.apiVersion.slice(type.apiVersion.lastIndexOf('/') + 1);
  return `${type.kind} in version "${version}" cannot be handled as a ${expected.kind}: ${fault}`;
}

const SUMMARY_BYTES = 30;

/** Returns the beginning of a body: as text if it is JSON, otherwise in hexadecimal digits. */
export function summaryOf(body: Buffer): string {
  if (body.length === 0) return '<empty>';
  const head = body.toString(body[0] === '{'.charCodeAt(0) ? 'utf8' : 'hex', 0, SUMMARY_BYTES);
  return body.length > SUMMARY_BYTES ? `${head} ...` : head;
}
