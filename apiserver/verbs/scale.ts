import { apiVersionOf } from '../../api/definition/kind.ts';
import type { Scale } from '../../api/kinds/autoscaling/scale.ts';
import { scales } from '../../api/kinds/autoscaling/scale.ts';
import type { LabelSelector } from '../../api/meta/label-selector.ts';
import type { KubeObject, ObjectKey } from '../../api/meta/object.ts';
import { errors, StatusError } from '../../api/meta/status-error.ts';
import { copySteps } from '../../api/schema/decode-steps.ts';
import { invalid } from '../../api/schema/field-error.ts';
import { labelSelectorText, selectorFromLabels, selectorText } from '../../api/selector/selector.ts';
import { validateObjectMeta } from '../../api/validation/object-meta.ts';
import { isLong, markAs } from '../../base/json/long-values.ts';
import { isObject } from '../../base/json.ts';
import { inTurns, paced } from '../../base/steps.ts';
import type { CacheItem } from '../contract/cache.ts';
import type { Call, Result } from '../contract/call.ts';
import { jsonPatchSteps } from '../patch/json-patch.ts';
import type { JsonObject } from '../patch/merge-patch.ts';
import { mergePatchSteps } from '../patch/merge-patch.ts';
import { decodeBody, parseJson, parseYaml } from '../request/body.ts';
import { decodeObject, objectInTurns } from '../request/object-body.ts';
import type { WriteParameters } from '../request/options.ts';
import { writeParametersOf } from '../request/options.ts';
import { applyConfiguration } from './apply.ts';
import { findItem, requireItem } from './get.ts';
import { throwInvalid } from './invalid.ts';
import { patchTypeOf } from './patch.ts';
import { decodedResult } from './patch-result.ts';
import { objectResult } from './results.ts';
import type { ObjectView } from './update.ts';
import { requireVersion, writeOver } from './update.ts';

/** Reads the value at a path of field names (`.spec.replicas`). */
function at(object: unknown, path: string): unknown {
  let value = object;
  for (const name of path.split('.').slice(1)) value = isObject(value) ? value[name] : undefined;
  return value;
}

/** A copy of the object with another value at a path. */
function withAt(object: unknown, [name, ...rest]: readonly string[], value: unknown): unknown {
  if (name === undefined) return value;
  const fields = isObject(object) ? object : {};
  return markAs({ ...fields, [name]: withAt(fields[name], rest, value) }, object);
}

function selectorOf(object: KubeObject, path: string | undefined): string | undefined {
  if (path !== undefined) {
    const text = at(object, path);
    return typeof text === 'string' && text !== '' ? text : undefined;
  }
  const selector = at(object, '.spec.selector');
  if (!isObject(selector)) return undefined;
  const isPlain = Object.values(selector).every((value) => typeof value === 'string');
  const text = isPlain ? selectorText(selectorFromLabels(selector as Record<string, string>)) : labelSelectorText(selector as LabelSelector);
  return text === '' || text === '<none>' ? undefined : text;
}

/** The Scale of an object in the requested form. @throws StatusError NotFound if the kind has no scale. */
function scaleOf({ resource, info }: Call, object: KubeObject): Scale {
  const { scale, structural } = resource.kind;
  if (!scale) throw errors.notFound(resource.name, info.name);
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata ?? {};
  const replicas = Number(at(object, scale.specReplicasPath) ?? 0);
  const selector = selectorOf(object, structural ? (scale.labelSelectorPath ?? '') : scale.labelSelectorPath);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: Number(at(object, scale.statusReplicasPath) ?? 0), ...(selector === undefined ? {} : { selector }) },
  };
}

const scaleOfItem = (call: Call, item: CacheItem): Scale => scaleOf(call, call.resource.conversion.made(item).object);

/** Admission of a write to `…/scale` sees Scales, old and new. */
function scaleView(call: Call, path: string): ObjectView {
  return {
    of: (parent) => scaleOf(call, parent),
    into(parent, { spec }: Scale) {
      const replicas = spec?.replicas ?? 0;
      return replicas === (at(parent, path) ?? 0) ? parent : (withAt(parent, path.split('.').slice(1), replicas) as KubeObject);
    },
  };
}

/** GET, PUT and PATCH of `…/scale`: an `autoscaling/v1` Scale over whatever fields the kind scales by. */
export async function scale(call: Call): Promise<Result> {
  const { resource, info, request } = call;
  switch (info.verb) {
    case 'get':
      return objectResult(scaleOfItem(call, await requireItem(resource, info.namespace, info.name)), 200, scales);
    case 'update': {
      const parameters = writeParametersOf(request.query, 'UpdateOptions');
      const wanted = await givenScale(call, parameters);
      if (!wanted.metadata?.name) {
        throw errors.badRequest(`the name of the object (${info.name} based on URL) was undeterminable: name must be provided`);
      }
      return write(call, parameters, () => wanted);
    }
    case 'patch': {
      const type = patchTypeOf(request.headers['content-type']);
      const parameters = writeParametersOf(request.query, 'PatchOptions', type === 'application/apply-patch+yaml');
      const { body } = request;
      if (type === 'application/apply-patch+yaml') return applyScale(call, parameters);
      const value = body && 'bytes' in body ? parseJson(body.bytes).value : decodeBody(request)?.value;
      return write(call, parameters, async (current) => {
        const steps = type === 'application/json-patch+json' ? jsonPatchSteps(current, value) : mergePatchSteps(current, value);
        const next = await paced(isLong(value), steps);
        return (await decodedResult(next, scales, parameters.fieldValidation, call.warnings)) as Scale;
      });
    }
    default:
      throw errors.methodNotAllowed(resource.name, info.verb);
  }
}

/** Upstream's decoder of custom resources knows no Scale in its errors. */
const NO_SCALE = 'no kind is registered for the type v1.Scale in scheme "k8s.io/apiextensions-apiserver/pkg/apiserver/customresource_handler.go:781"';

/** Reads the Scale of an update. @throws StatusError 400 */
async function givenScale({ request, resource, warnings }: Call, { fieldValidation }: WriteParameters): Promise<Scale> {
  try {
    return (await objectInTurns(request, scales, fieldValidation, warnings)) as Scale;
  } catch (error) {
    const isBad = error instanceof StatusError && error.code === 400;
    throw isBad && resource.kind.structural ? errors.badRequest(NO_SCALE) : error;
  }
}

/** An applied Scale is an applied configuration of the object's replicas, and of nothing else. */
async function applyScale(call: Call, parameters: WriteParameters): Promise<Result> {
  const { resource, info, request } = call;
  const { body } = request;
  const value = body && 'bytes' in body ? parseYaml(body.bytes).value : body?.object;
  const { metadata, spec } = decodeObject(value, scales, 'Strict', call.warnings) as Scale;
  if (metadata?.name && metadata.name !== info.name) {
    throw errors.badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${info.name})`);
  }
  if (!resource.kind.structural) checkScale({ metadata, spec }, { namespace: info.namespace, name: info.name });
  const named = {
    apiVersion: apiVersionOf(resource.kind),
    kind: resource.kind.kind,
    metadata: {
      name: info.name,
      ...(resource.kind.namespaced ? { namespace: info.namespace } : {}),
      ...(metadata?.resourceVersion ? { resourceVersion: metadata.resourceVersion } : {}),
    },
  };
  const path = resource.kind.scale?.specReplicasPath ?? '';
  const configuration = withAt(named, path.split('.').slice(1), spec?.replicas ?? 0) as JsonObject;
  await applyConfiguration(call, parameters, configuration, { view: scaleView(call, path) });
  const after = scaleOfItem(call, await requireItem(resource, info.namespace, info.name));
  return objectResult(parameters.dryRun ? { ...after, spec: { replicas: spec?.replicas ?? 0 } } : after, 200, scales);
}

function checkScale({ metadata, spec }: Scale, key: ObjectKey): void {
  const faults = validateObjectMeta({ ...metadata, ...key }, { namespaced: key.namespace !== '' });
  const replicas = spec?.replicas ?? 0;
  if (replicas < 0) faults.push(invalid('spec.replicas', replicas, 'must be greater than or equal to 0'));
  throwInvalid({ group: 'autoscaling', plural: 'scales', kind: 'Scale' }, key.name, faults);
}

async function write(call: Call, parameters: WriteParameters, change: (current: Scale) => Scale | Promise<Scale>): Promise<Result> {
  const { resource, info } = call;
  const path = resource.kind.scale?.specReplicasPath ?? '';
  for (;;) {
    const current = await requireItem(resource, info.namespace, info.name);
    const next = await change(scaleOfItem(call, current));
    // After a lost race this refuses a Scale that names a version, and a patch that does. Any other is tried until it wins.
    requireVersion(call, next, current);
    const replicas = next.spec?.replicas ?? 0;
    // Those of custom resources are checked with the object.
    if (!resource.kind.structural) checkScale(next, { namespace: info.namespace, name: info.name });
    const changed = withAt(resource.conversion.made(current).object, path.split('.').slice(1), replicas);
    const object = (isLong(changed) ? await inTurns(copySteps(changed)) : structuredClone(changed)) as KubeObject;
    const result = await writeOver(call, current, object, parameters, 'PUT', scaleView(call, path));
    if (!result) continue;
    const item = (await findItem(resource, info.namespace, info.name)) ?? current;
    const after = scaleOfItem(call, item);
    return objectResult(parameters.dryRun ? { ...after, spec: replicas === 0 ? {} : { replicas } } : after, 200, scales);
  }
}
