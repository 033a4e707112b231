import { codecOf } from '../../api/definition/codec.ts';
import type { KubeObject } from '../../api/meta/object.ts';
import { metadataOf } from '../../api/meta/object.ts';
import { errors, StatusError } from '../../api/meta/status-error.ts';
import { invalid } from '../../api/schema/field-error.ts';
import { isLong, markAs } from '../../base/json/long-values.ts';
import { isObject } from '../../base/json.ts';
import { nextTurn } from '../../base/next-turn.ts';
import type { Steps } from '../../base/steps.ts';
import { finished, inTurns } from '../../base/steps.ts';
import type { CacheItem } from '../contract/cache.ts';
import type { Call, Result } from '../contract/call.ts';
import { jsonPatchSteps } from '../patch/json-patch.ts';
import { mergePatchSteps } from '../patch/merge-patch.ts';
import { strategicMergePatchSteps } from '../patch/strategic-merge-patch.ts';
import { parseJson } from '../request/body.ts';
import { hasLongBody } from '../request/decode-ahead.ts';
import { BUILT_IN_SCHEME } from '../request/object-body.ts';
import type { WriteParameters } from '../request/options.ts';
import { writeParametersOf } from '../request/options.ts';
import { apply } from './apply.ts';
import { requireItem } from './get.ts';
import { badResult, decodedResult } from './patch-result.ts';
import { checkIdentity, MODIFIED, requireVersion, writeOver } from './update.ts';

export const PATCH_TYPES = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
] as const;
export type PatchType = (typeof PATCH_TYPES)[number];

/** The number of times a lost race is tried anew; then the client is told. */
const ATTEMPTS = 10;

/** Reads the kind of a patch. @throws StatusError 415 that names the supported ones. */
export function patchTypeOf(contentType: string | undefined): PatchType {
  const media = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase();
  const type = PATCH_TYPES.find((known) => known === media);
  if (!type) throw new StatusError('UnsupportedMediaType', '415: Unsupported Media Type');
  return type;
}

export async function patch(call: Call): Promise<Result> {
  const { resource, info, request } = call;
  const type = patchTypeOf(request.headers['content-type']);
  const parameters = writeParametersOf(request.query, 'PatchOptions', type === 'application/apply-patch+yaml');
  if (type === 'application/apply-patch+yaml') return apply(call, parameters);
  const body = patchBody(call);
  for (let attempt = 1; ; attempt++) {
    const current = await requireItem(resource, info.namespace, info.name);
    if (hasLongBody(request)) await nextTurn();
    const object = await patchedObject(call, current, type, body, parameters);
    if (hasLongBody(request)) await nextTurn();
    checkIdentity(call, object);
    const named = object.metadata?.resourceVersion;
    if (named !== undefined) requireVersion(call, object, current);
    const result = await writeOver(call, current, object, parameters, 'PATCH');
    if (result) return result;
    if (attempt === ATTEMPTS) throw errors.conflict(resource.name, info.name, MODIFIED);
  }
}

function patchBody({ request }: Call): unknown {
  const { body } = request;
  if (!body) throw errors.badRequest('error decoding patch: the request must have a body');
  if ('object' in body) return body.object;
  return parseJson(body.bytes, (why) => errors.badRequest(`error decoding patch: ${why}`)).value;
}

async function patchedObject(call: Call, current: CacheItem, type: PatchType, body: unknown, parameters: WriteParameters): Promise<KubeObject> {
  const { kind } = call.resource;
  const original = call.resource.conversion.made(current).object;
  const steps = patched(call, original, type, body);
  const value = isLong(body) || isLong(original) ? await inTurns(steps) : finished(steps);
  if (!isObject(value)) throw badResult(value, 'the result of the patch is not an object');
  if (kind.structural && value.kind !== original.kind && typeof value.kind === 'string') {
    throw errors.invalid({ ...kind, kind: value.kind }, call.info.name, [invalid('kind', value.kind, `must be ${kind.kind}`)]);
  }
  if (value.kind !== original.kind || value.apiVersion !== original.apiVersion) {
    const [type, version] = [value.kind, value.apiVersion].map((text) => JSON.stringify(text ?? ''));
    throw badResult(value, `no kind ${type} is registered for version ${version} in scheme "${kind.scheme ?? BUILT_IN_SCHEME}"`);
  }
  const managed = original.metadata?.managedFields;
  const { metadata } = value;
  // Entries that the patch leaves alone need not be read again.
  const untouched = managed !== undefined && isObject(metadata) && metadata.managedFields === managed;
  const given = untouched ? markAs({ ...value, metadata: markAs({ ...metadata, managedFields: undefined }, metadata) }, value) : value;
  const object = await decodedResult(value, kind, parameters.fieldValidation, call.warnings, given);
  if (untouched) metadataOf(object).managedFields = managed;
  return object;
}

function patched({ resource }: Call, original: KubeObject, type: PatchType, body: unknown): Steps<unknown> {
  switch (type) {
    case 'application/json-patch+json':
      return jsonPatchSteps(original, body);
    case 'application/merge-patch+json':
      if (!isObject(body)) throw errors.badRequest('error decoding patch: a merge patch must be an object');
      return mergePatchSteps(original, body);
    default:
      if (resource.kind.structural) {
        throw new StatusError(
          'UnsupportedMediaType',
          `the body of the request was in an unknown format - accepted media types include: ${PATCH_TYPES.filter((t) => t !== type).join(', ')}`,
        );
      }
      return strategicMergePatchSteps(original, body, codecOf(resource.kind).structural);
  }
}
