import { cannotBeHandled, codecOf, strictDecodingMessage, strictProblems } from '../../api/definition/codec.ts';
import type { KindDefinition } from '../../api/definition/kind.ts';
import { apiVersionOf } from '../../api/definition/kind.ts';
import type { KubeObject } from '../../api/meta/object.ts';
import { errors } from '../../api/meta/status-error.ts';
import { isObject } from '../../base/json.ts';
import { nextTurn } from '../../base/next-turn.ts';
import type { ApiRequest } from '../contract/request.ts';
import type { DecodedBody } from './body.ts';
import { decodeBody, hasLongBody } from './body.ts';
import type { FieldValidation } from './options.ts';
import { summaryOf as summaryOfBytes } from './protobuf/envelope.ts';

/**
 * Decodes the body as an object of the kind, with its defaults.
 * @throws StatusError 400 for a body that is no object, of another kind, mistyped, or (Strict) with unknown or doubled fields; 413, 415.
 */
export function objectOf(request: ApiRequest, kind: KindDefinition, fieldValidation: FieldValidation, warnings: string[]): KubeObject {
  const body = givenBody(request, kind);
  return decodeObject(body.value, kind, fieldValidation, warnings, body.doubled);
}

/** As objectOf; others have their turn of the event loop while a long body is decoded. */
export function objectInTurns(
  request: ApiRequest,
  kind: KindDefinition,
  fieldValidation: FieldValidation,
  warnings: string[],
): KubeObject | Promise<KubeObject> {
  const body = givenBody(request, kind);
  if (!hasLongBody(request)) return decodeObject(body.value, kind, fieldValidation, warnings, body.doubled);
  return decodeInTurns(body, kind, fieldValidation, warnings);
}

async function decodeInTurns(
  { value, doubled }: DecodedBody,
  kind: KindDefinition,
  fieldValidation: FieldValidation,
  warnings: string[],
): Promise<KubeObject> {
  await nextTurn();
  const found = fieldValidation === 'Ignore' ? [] : (doubled?.() ?? []);
  await nextTurn();
  const object = decodeObject(value, kind, fieldValidation, warnings, () => found);
  await nextTurn();
  return object;
}

function givenBody(request: ApiRequest, kind: KindDefinition): DecodedBody {
  const body = decodeBody(request, { apiVersion: apiVersionOf(kind), kind: kind.kind });
  if (body === undefined) throw errors.badRequest('the request must have a body');
  checkType(body.value, kind, () => summaryOf(request));
  return body;
}

/** Decodes and defaults a value that is known to name the kind, or none. The object shares nothing with the value. */
export function decodeObject(
  value: unknown,
  kind: KindDefinition,
  fieldValidation: FieldValidation,
  warnings: string[],
  doubled?: () => string[],
): KubeObject {
  const codec = codecOf(kind);
  const looks = fieldValidation !== 'Ignore';
  const decoded = codec.decode(value, { strict: looks });
  if (!decoded.ok) throw cannotBeHandled(kind, decoded.message);
  if (looks) {
    const problems = doubled?.() ?? [];
    for (const problem of strictProblems(decoded.unknownFields)) problems.push(problem);
    if (problems.length > 0 && fieldValidation === 'Strict') throw cannotBeHandled(kind, strictDecodingMessage(problems));
    // One by one: an argument each would be too many for a call.
    for (const problem of problems) warnings.push(problem);
  }
  codec.applyDefaults(decoded.object);
  kind.strategy.default?.(decoded.object);
  return decoded.object;
}

/** The place of upstream's sources that registers the built-in kinds; clients see it in errors. */
export const BUILT_IN_SCHEME = 'pkg/api/legacyscheme/scheme.go:30';

/** Returns the value if it is an object that names the kind, or leaves its type out. @throws StatusError 400 otherwise. */
export function checkType(value: unknown, kind: KindDefinition, summary: () => string): Readonly<Record<string, unknown>> {
  const unrecognized = (why: string) =>
    errors.badRequest(`the object provided is unrecognized (must be of type ${kind.kind}): ${why} (${summary()})`);
  if (!isObject(value)) {
    throw unrecognized(`couldn't get version/kind; json parse error: json: cannot unmarshal ${jsonType(value)} into Go value of type struct`);
  }
  const { kind: givenKind, apiVersion: givenVersion } = value;
  for (const field of ['apiVersion', 'kind'] as const) {
    const type = value[field];
    if (type !== undefined && type !== null && typeof type !== 'string') {
      throw unrecognized(
        `couldn't get version/kind; json parse error: json: cannot unmarshal ${jsonType(type)} into Go struct field .${field} of type string`,
      );
    }
  }
  const expected = apiVersionOf(kind);
  const version = givenVersion === undefined || givenVersion === null || givenVersion === '' ? expected : String(givenVersion);
  const name = givenKind === undefined || givenKind === null || givenKind === '' ? kind.kind : String(givenKind);
  if (version !== expected || name !== kind.kind) {
    const short = version.slice(version.lastIndexOf('/') + 1);
    throw errors.badRequest(
      `${name} in version "${short}" cannot be handled as a ${kind.kind}: no kind "${name}" is registered for version "${version}" in scheme ${JSON.stringify(kind.scheme ?? BUILT_IN_SCHEME)}`,
    );
  }
  return value;
}

const jsonType = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;

function summaryOf({ body }: ApiRequest): string {
  if (!body) return '';
  return summaryOfBytes('bytes' in body ? body.bytes : Buffer.from(JSON.stringify(body.object)));
}
