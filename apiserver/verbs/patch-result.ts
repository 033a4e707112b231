import { cannotBeHandled } from '../../api/definition/codec.ts';
import type { KindDefinition } from '../../api/definition/kind.ts';
import type { KubeObject } from '../../api/meta/object.ts';
import { errors, StatusError } from '../../api/meta/status-error.ts';
import { inKeyOrderSteps } from '../../base/json/key-order.ts';
import { isLong } from '../../base/json/long-values.ts';
import { stringifySteps } from '../../base/json/stringify-steps.ts';
import { canonicalJson } from '../../base/json.ts';
import { inTurns } from '../../base/steps.ts';
import { decodeInTurns, decodeObject, decodeValue } from '../request/object-body.ts';
import type { FieldValidation } from '../request/options.ts';

/**
 * Decodes the result of a patch. `given` is the result as it is decoded, if a part of it is known to be fine; refusals show the whole.
 * @throws StatusError 422 for a result that cannot be read
 */
export async function decodedResult(
  value: unknown,
  kind: KindDefinition,
  fieldValidation: FieldValidation,
  warnings: string[],
  given = value,
): Promise<KubeObject> {
  try {
    return await decodeValue(given, kind, fieldValidation, warnings);
  } catch (error) {
    if (!(error instanceof StatusError) || error.reason !== 'BadRequest') throw error;
    const why = bareMessage(kind, error);
    throw isLong(given) ? await badLongResult(value, kind, fieldValidation, why) : badResult(value, faultOf(value, kind, fieldValidation, why));
  }
}

/** Returns the message of a refusal without the kind's name: upstream does not say of which kind the result of a patch is. */
function bareMessage(kind: KindDefinition, { message }: StatusError): string {
  const prefix = cannotBeHandled(kind, '').message;
  return message.startsWith(prefix) ? message.slice(prefix.length) : message;
}

/** Returns the fault that upstream finds: it reads the result from JSON whose fields are sorted, and finds the unknown ones in that order. */
function faultOf(value: unknown, kind: KindDefinition, fieldValidation: FieldValidation, otherwise: string): string {
  try {
    decodeObject(JSON.parse(canonicalJson(value)), kind, fieldValidation, []);
  } catch (error) {
    if (error instanceof StatusError) return bareMessage(kind, error);
  }
  return otherwise;
}

/** The refusal of a patch whose result cannot be read, in upstream's form. */
export const badResult = (value: unknown, why: string): StatusError => refusal(canonicalJson(value), why);

/** Characters of a long result that its refusal shows. Upstream shows all of it. */
const MAX_SHOWN = 64 * 1024;

async function badLongResult(value: unknown, kind: KindDefinition, fieldValidation: FieldValidation, otherwise: string): Promise<StatusError> {
  const sorted = (await inTurns(inKeyOrderSteps(value))) as object;
  const text = await inTurns(stringifySteps(sorted));
  let why = otherwise;
  try {
    await decodeInTurns({ value: sorted }, kind, fieldValidation, []);
  } catch (error) {
    if (error instanceof StatusError) why = bareMessage(kind, error);
  }
  return refusal(text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text, why);
}

const refusal = (text: string, why: string): StatusError =>
  errors.invalid({ group: '', plural: '', kind: '' }, '', [
    { type: 'FieldValueInvalid', field: 'patch', message: `Invalid value: ${JSON.stringify(text)}: ${why}` },
  ]);
