import type { DecodeResult } from '../../api/definition/codec.ts';
import { cannotBeHandled, codecOf, strictDecodingMessage, strictProblems } from '../../api/definition/codec.ts';
import type { KindDefinition } from '../../api/definition/kind.ts';
import { apiVersionOf } from '../../api/definition/kind.ts';
import type { KubeObject } from '../../api/meta/object.ts';
import { errors } from '../../api/meta/status-error.ts';
import { defaultsInSteps } from '../../api/schema/default-later.ts';
import { invalid } from '../../api/schema/field-error.ts';
import { isLong, markAbove } from '../../base/json/long-values.ts';
import { isObject } from '../../base/json.ts';
import { nextTurn } from '../../base/next-turn.ts';
import type { Steps } from '../../base/steps.ts';
import { finished, inTurns } from '../../base/steps.ts';
import type { ApiRequest } from '../contract/request.ts';
import { tooLargeForStore } from '../storage/store-status.ts';
import type { DecodedBody } from './body.ts';
import { decodeBody } from './body.ts';
import { hasLongBody } from './decode-ahead.ts';
import { isTooLargeSteps } from './object-size.ts';
import type { FieldValidation } from './options.ts';
import { summaryOf as summaryOfBytes } from './protobuf/envelope.ts';

/**
 * Decodes the body as an object of the kind, with its defaults.
 * @throws StatusError 400 for a body that is no object, of another kind, mistyped, or (Strict) with unknown or doubled fields; 413, 415.
 */
export function objectOf(request: ApiRequest, kind: KindDefinition, fieldValidation: FieldValidation, warnings: string[]): KubeObject {
  const body = givenBody(request, kind);
  return decodeObject(body.value, kind, fieldValidation, warnings, body.faults);
}

/** The long parts of the server's own bodies stand no deeper: `status.used`, `metadata.labels`. */
const OWN_DEPTH = 3;

/** As objectOf; others have their turn of the event loop while a long body is decoded. */
export function objectInTurns(
  request: ApiRequest,
  kind: KindDefinition,
  fieldValidation: FieldValidation,
  warnings: string[],
): KubeObject | Promise<KubeObject> {
  const body = givenBody(request, kind);
  const isOwn = request.body !== undefined && 'object' in request.body;
  const isLongBody = isOwn ? markAbove(body.value, OWN_DEPTH) : hasLongBody(request);
  if (!isLongBody) return decodeObject(body.value, kind, fieldValidation, warnings, body.faults);
  return decodeInTurns(body, kind, fieldValidation, warnings);
}

/** As decodeObject, with pauses. */
export async function decodeInTurns(
  { value, faults }: DecodedBody,
  kind: KindDefinition,
  fieldValidation: FieldValidation,
  warnings: string[],
): Promise<KubeObject> {
  const looks = fieldValidation !== 'Ignore';
  const decoded = await inTurns(codecOf(kind).decodeSteps(value, { strict: looks }));
  const found = looks && decoded.ok ? await inTurns(problemsOf(decoded.unknownFields, kind, faults)) : [];
  const object = checked(decoded, kind, fieldValidation, warnings, found);
  await refuseTooLarge(object);
  await inTurns(codecOf(kind).applyDefaultsSteps(object));
  await nextTurn();
  await inTurns(defaultsInSteps(() => kind.strategy.default?.(object)));
  await refuseTooLarge(object);
  return object;
}

/** @throws StatusError as the store's, for an object that it does not take and that would be long work until then. */
async function refuseTooLarge(object: KubeObject): Promise<void> {
  if (await inTurns(isTooLargeSteps(object))) throw tooLargeForStore();
}

function givenBody(request: ApiRequest, kind: KindDefinition): DecodedBody {
  const body = decodeBody(request, { apiVersion: apiVersionOf(kind), kind: kind.kind });
  if (body === undefined) throw errors.badRequest('the request must have a body');
  if (kind.structural) checkCustomType(body.value, kind, request);
  else checkType(body.value, kind, () => summaryOf(request));
  return body;
}

/** Decodes and defaults a value that is known to name the kind, or none. The object shares nothing with the value. */
export function decodeObject(
  value: unknown,
  kind: KindDefinition,
  fieldValidation: FieldValidation,
  warnings: string[],
  faults?: DecodedBody['faults'],
): KubeObject {
  const looks = fieldValidation !== 'Ignore';
  const decoded = codecOf(kind).decode(value, { strict: looks });
  const found = looks && decoded.ok ? finished(problemsOf(decoded.unknownFields, kind, faults)) : [];
  return withDefaults(checked(decoded, kind, fieldValidation, warnings, found), kind);
}

/** As decodeObject, with pauses for a value that is marked as long. */
export const decodeValue = (
  value: unknown,
  kind: KindDefinition,
  fieldValidation: FieldValidation,
  warnings: string[],
): KubeObject | Promise<KubeObject> =>
  isLong(value) ? decodeInTurns({ value }, kind, fieldValidation, warnings) : decodeObject(value, kind, fieldValidation, warnings);

/** Unknown fields of a custom resource that are told of; upstream tells of all, which for a body of 3 MB takes long and helps nobody. */
const MAX_UNKNOWN = 1_000;

/** Words the faults of a body. Unknown fields of a custom resource are found after it has been read, and follow. */
function* problemsOf(unknownFields: readonly string[], { structural }: KindDefinition, faults: DecodedBody['faults']): Steps<string[]> {
  if (faults && !structural) return yield* faults(unknownFields);
  const problems = faults ? yield* faults([]) : [];
  return [...problems, ...strictProblems(unknownFields.slice(0, MAX_UNKNOWN))];
}

/** Returns what was decoded; warns of its faults, unless they are ignored. @throws StatusError 400 */
function checked(
  decoded: DecodeResult<KubeObject>,
  kind: KindDefinition,
  fieldValidation: FieldValidation,
  warnings: string[],
  problems: readonly string[],
): KubeObject {
  if (!decoded.ok) throw cannotBeHandled(kind, decoded.message);
  if (problems.length > 0 && fieldValidation === 'Strict') {
    const untold = decoded.unknownFields.length - MAX_UNKNOWN;
    throw cannotBeHandled(kind, strictDecodingMessage(untold > 0 ? [...problems, `and ${untold} more unknown fields`] : problems));
  }
  for (const problem of problems) warnings.push(problem);
  return decoded.object;
}

function withDefaults(object: KubeObject, kind: KindDefinition): KubeObject {
  codecOf(kind).applyDefaults(object);
  kind.strategy.default?.(object);
  return object;
}

/** The place of upstream's sources that registers the built-in kinds; clients see it in errors. */
export const BUILT_IN_SCHEME = 'pkg/api/legacyscheme/scheme.go:30';

/** Returns the value if it is an object that names the kind, or leaves its type out. @throws StatusError 400 otherwise. */
export function checkType(value: unknown, kind: KindDefinition, summary: () => string): Readonly<Record<string, unknown>> {
  const object = checkTypeFields(value, kind, summary);
  const { kind: givenKind, apiVersion: givenVersion } = object;
  const expected = apiVersionOf(kind);
  const version = givenVersion === undefined || givenVersion === null || givenVersion === '' ? expected : String(givenVersion);
  const name = givenKind === undefined || givenKind === null || givenKind === '' ? kind.kind : String(givenKind);
  if (version !== expected || name !== kind.kind) {
    const short = version.slice(version.lastIndexOf('/') + 1);
    const scheme = kind.scheme ?? BUILT_IN_SCHEME;
    throw errors.badRequest(
      `${name} in version "${short}" cannot be handled as a ${kind.kind}: no kind "${name}" is registered for version "${version}" in scheme "${scheme}"`,
    );
  }
  return object;
}

/** Returns the value if it is an object whose type, if it has one, is text. @throws StatusError 400 otherwise. */
function checkTypeFields(value: unknown, kind: KindDefinition, summary: () => string): Readonly<Record<string, unknown>> {
  const unrecognized = (why: string) =>
    errors.badRequest(`the object provided is unrecognized (must be of type ${kind.kind}): ${why} (${summary()})`);
  if (!isObject(value)) {
    throw unrecognized(`couldn't get version/kind; json parse error: json: cannot unmarshal ${jsonType(value)} into Go value of type struct`);
  }
  for (const field of ['apiVersion', 'kind'] as const) {
    const type = value[field];
    if (type !== undefined && type !== null && typeof type !== 'string') {
      throw unrecognized(
        `couldn't get version/kind; json parse error: json: cannot unmarshal ${jsonType(type)} into Go struct field .${field} of type string`,
      );
    }
  }
  return value;
}

/** Custom resources are decoded without their kind being looked up: another kind is a fault of the object, which validation reports. */
function checkCustomType(value: unknown, kind: KindDefinition, request: ApiRequest): void {
  const { apiVersion, kind: name } = checkTypeFields(value, kind, () => summaryOf(request));
  if (!name) {
    const text = textOf(request);
    throw errors.badRequest(
      `the object provided is unrecognized (must be of type ${kind.kind}): Object 'Kind' is missing in '${text}' (${summaryOf(request)})`,
    );
  }
  const expected = apiVersionOf(kind);
  if (apiVersion === null) {
    const why = '.apiVersion accessor error: <nil> is of the type <nil>, expected string';
    throw errors.badRequest(`${name} in version "" cannot be handled as a ${kind.kind}: ${why}`);
  }
  if ((apiVersion ?? '') !== expected) {
    throw errors.badRequest(`the API version in the data (${apiVersion ?? ''}) does not match the expected API version (${expected})`);
  }
  if (name !== kind.kind) {
    const given = isObject(value) && isObject(value.metadata) ? value.metadata.name : undefined;
    throw errors.invalid({ ...kind, kind: String(name) }, typeof given === 'string' ? given : '', [invalid('kind', name, `must be ${kind.kind}`)]);
  }
}

function textOf({ body }: ApiRequest): string {
  if (!body) return '';
  return 'bytes' in body ? body.bytes.toString('utf8') : JSON.stringify(body.object);
}

const jsonType = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;

function summaryOf({ body }: ApiRequest): string {
  if (!body) return '';
  return summaryOfBytes('bytes' in body ? body.bytes : Buffer.from(JSON.stringify(body.object)));
}
