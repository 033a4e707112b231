import type { SubresourceRules } from '../../api/definition/strategy.ts';
import type { KubeObject, Live } from '../../api/meta/object.ts';
import { metadataOf } from '../../api/meta/object.ts';
import { errors } from '../../api/meta/status-error.ts';
import { copySteps } from '../../api/schema/decode-steps.ts';
import type { FieldError } from '../../api/schema/field-error.ts';
import { boundedFaults, boundedFaultsInTurns, invalid } from '../../api/schema/field-error.ts';
import { validateObjectMetaUpdate } from '../../api/validation/object-meta.ts';
import { isLong } from '../../base/json/long-values.ts';
import { equalJson } from '../../base/json.ts';
import { chained } from '../../base/maybe-promise.ts';
import { nextTurn } from '../../base/next-turn.ts';
import { inTurns } from '../../base/steps.ts';
import { managerName, trackUpdate, trackUpdateSteps } from '../apply/tracking.ts';
import type { CacheItem } from '../contract/cache.ts';
import type { Call, ObjectResult, Result } from '../contract/call.ts';
import { hasLongBody } from '../request/decode-ahead.ts';
import { objectInTurns } from '../request/object-body.ts';
import type { WriteParameters } from '../request/options.ts';
import { writeParametersOf } from '../request/options.ts';
import { admissionOf } from './admission.ts';
import { createObject, placeInNamespace } from './create.ts';
import { completesDeletion } from './deletion.ts';
import { raisesGeneration } from './generation.ts';
import { findItem } from './get.ts';
import { throwInvalid, validatedAs } from './invalid.ts';
import { itemResult, unstoredResult } from './results.ts';
import type { Differences } from './shared-parts.ts';
import { shareEqualParts } from './shared-parts.ts';

export const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again';

export async function update(call: Call): Promise<Result> {
  const { resource, info } = call;
  const parameters = writeParametersOf(call.request.query, 'UpdateOptions');
  const decoded = objectInTurns(call.request, resource.kind, parameters.fieldValidation, call.warnings);
  const object = decoded instanceof Promise ? await decoded : decoded;
  checkIdentity(call, object);
  for (;;) {
    const current = await findItem(resource, info.namespace, info.name);
    if (!current) {
      if (info.subresource !== '' || !resource.kind.createdByUpdate) throw errors.notFound(resource.name, info.name);
      const fresh = copyForAttempt(object);
      const created = await createObject(call, fresh instanceof Promise ? await fresh : fresh, parameters, 'PUT');
      if (created.ok) return created.result;
      // Another writer was first: its object is replaced.
      continue;
    }
    const { uid } = current.object.metadata;
    if (object.metadata?.uid && object.metadata.uid !== uid) {
      throw errors.conflict(resource.name, info.name, `Precondition failed: UID in precondition: ${object.metadata.uid}, UID in object meta: ${uid}`);
    }
    if (resource.rules.allowUnconditionalUpdate === false && !object.metadata?.resourceVersion) {
      throwInvalid({ ...resource.name, kind: resource.kind.plural }, info.name, [
        invalid('metadata.resourceVersion', 0, 'must be specified for an update'),
      ]);
    }
    requireVersion(call, object, current);
    const copy = copyForAttempt(object);
    const result = await writeOver(call, current, copy instanceof Promise ? await copy : copy, parameters, 'PUT');
    if (result) return result;
    // The race was lost. A client that named a version is told of it; any other meant whatever is there.
    if (object.metadata?.resourceVersion) throw errors.conflict(resource.name, info.name, MODIFIED);
  }
}

/** The object is changed in place on the way to the store; where there may be a second attempt, it must find what the client sent. */
function copyForAttempt(object: KubeObject): KubeObject | Promise<KubeObject> {
  if (object.metadata?.resourceVersion) return object;
  return isLong(object) ? inTurns(copySteps(object)) : structuredClone(object);
}

/** @throws StatusError 400 unless the body names the object of the path. */
export function checkIdentity(call: Call, object: KubeObject): void {
  const { info, resource } = call;
  const meta = metadataOf(object);
  if (!meta.name) throw errors.badRequest(`the name of the object (${info.name} based on URL) was undeterminable: name must be provided`);
  if (meta.name !== info.name) throw errors.badRequest(`the name of the object (${meta.name}) does not match the name on the URL (${info.name})`);
  placeInNamespace(resource, meta, info.namespace);
}

/** @throws StatusError Conflict where the object names a version that is no longer the current one. */
export function requireVersion(call: Call, object: KubeObject, current: CacheItem): void {
  const { resource, info } = call;
  const resourceVersion = object.metadata?.resourceVersion;
  if (resourceVersion && resourceVersion !== '0' && resourceVersion !== String(current.revision))
    throw errors.conflict(resource.name, info.name, MODIFIED);
}

/** The object of a subresource that is a view of its parent: a Scale. Parents are in the requested form. */
export interface ObjectView {
  /** Shows a state of the parent. */
  readonly of: (parent: KubeObject) => KubeObject;
  /** Returns the parent with the changes that were made to the view. */
  readonly into: (parent: KubeObject, view: KubeObject) => KubeObject;
}

/** The way in which a client changes an object. */
export type WriteKind = 'PUT' | 'PATCH' | 'APPLY';

/**
 * Writes a decoded object over the current one: admission (of the `view` of it, if that is what clients of the subresource see), preparation,
 * validation, compare-and-swap. Returns undefined if the race was lost. An update that changes nothing writes nothing; one that takes the last
 * finalizer off a deleted object deletes it.
 */
export async function writeOver(
  call: Call,
  current: CacheItem,
  object: KubeObject,
  parameters: WriteParameters,
  how: WriteKind,
  view?: ObjectView,
): Promise<ObjectResult | undefined> {
  const { resource, info } = call;
  const key = { namespace: info.namespace, name: info.name };
  const old = resource.conversion.base(current);
  call.previous = current;
  const admission = admissionOf(call, { verb: 'update', key, dryRun: parameters.dryRun, view: view?.of });
  // Others have their turn between the phases of what may be long.
  const isPaced = hasLongBody(call.request) || isLong(object) || isLong(current.object);
  let committed = false;
  try {
    const before = resource.conversion.made(current).object as Live;
    const admitting = view
      ? chained(admission.admit(view.of(object), view.of(before) as Live, old), (part) => view.into(object, part))
      : admission.admit(object, before, old);
    const admitted = admitting instanceof Promise ? await admitting : admitting;
    if (isPaced) await nextTurn();
    const stored = resource.conversion.toStored(admitted);
    let next = prepared(call, stored instanceof Promise ? await stored : stored, old);
    const differences = isLong(next) ? await inTurns(shareEqualParts(next, old)) : undefined;
    setGeneration(call, next, old, differences);
    if (how !== 'APPLY') {
      // Fields that webhooks and policies changed have no owner.
      let given = next;
      if (!view && admitted !== object) {
        given = prepared(call, await resource.conversion.toStored(object), old);
        setGeneration(call, given, old, isLong(given) ? await inTurns(shareEqualParts(given, old)) : undefined);
      }
      const manager = managerName(parameters.fieldManager, call.request.headers['user-agent']);
      if (isPaced && (isLong(given) || isLong(old))) await inTurns(trackUpdateSteps(call, given, old, manager, info.subresource));
      else trackUpdate(call, given, old, manager, info.subresource);
      if (given !== next) metadataOf(next).managedFields = given.metadata?.managedFields;
    }
    if (isPaced) await nextTurn();
    const search = () => faultsOf(call, next, old);
    const faults = isLong(next) ? await boundedFaultsInTurns(search) : boundedFaults(search);
    const slow = resource.rules.slowFaults?.(next);
    throwInvalid(validatedAs(resource), info.name, slow ? [...faults, ...(await slow)] : faults);
    warn(call, next, old);
    if (isPaced) await nextTurn();
    const validating = admission.validate(next);
    if (validating) await validating;
    if (isPaced) await nextTurn();
    const { storage } = resource;
    if (!resource.isStoredForm) next = resource.stored.reading?.prune(next) ?? next;
    if (parameters.dryRun) return unstoredResult(resource, next, current, 200);
    if (completesDeletion(resource.stored, next)) {
      const outcome = await storage.delete(current);
      if (!outcome.ok) return undefined;
      committed = true;
      return unstoredResult(resource, next, outcome.item, 200);
    }
    if (!(differences && changesMore(differences)) && storage.same(current, next)) return itemResult(resource, current);
    const outcome = await storage.update(current, next, resource.stored.timeToLiveSeconds);
    if (!outcome.ok) return undefined;
    committed = true;
    return itemResult(resource, outcome.item);
  } finally {
    admission.settle(committed);
  }
}

/** Whether two states differ in more than what says who wrote them, and when. */
function changesMore(differences: Differences): boolean {
  for (const name of differences) if (name !== 'metadata.managedFields' && name !== 'metadata.resourceVersion') return true;
  return false;
}

/** The next state in the stored form, without its generation: fields that an updater may not change are as they were. */
function prepared(call: Call, object: KubeObject, old: Live): KubeObject {
  const { strategy } = call.resource.stored;
  const stamp = (next: KubeObject) => strategy.stamp?.(next, old, { user: call.user, now: call.core.clock.now() });
  keepIdentity(metadataOf(object), old);
  if (call.info.subresource === 'status') {
    if (strategy.prepareForStatusUpdate) strategy.prepareForStatusUpdate(object, old);
    else return { ...old, metadata: { ...old.metadata, managedFields: metadataOf(object).managedFields }, ...statusOf(object) };
    stamp(object);
    return object;
  }
  const rules = rulesOf(call);
  if (rules) rules.prepare(object, old);
  else strategy.prepareForUpdate?.(object, old);
  stamp(object);
  return object;
}

/** Sets the generation of a prepared state. `differences` are those of a long object, if they are known. */
function setGeneration({ resource, info }: Call, next: KubeObject, old: Live, differences: Differences | undefined): void {
  if (info.subresource === 'status') return;
  const { strategy } = resource.stored;
  const meta = metadataOf(next);
  const { generation } = old.metadata;
  if (strategy.generation) meta.generation = (generation ?? 0) + (raisesGeneration(strategy.generation, next, old, differences) ? 1 : 0);
  else if (generation === undefined) delete meta.generation;
  else meta.generation = Math.max(generation, meta.generation ?? 0);
}

/** The rules of the subresource that is written through; undefined if it has none of its own. */
const rulesOf = ({ resource, info }: Call): SubresourceRules | undefined =>
  info.subresource === '' ? undefined : resource.stored.subresources.find(({ name }) => name === info.subresource)?.rules;

const statusOf = (object: KubeObject): object => ('status' in object ? { status: object.status } : {});

/** Restores the metadata that clients may leave out, and that the server alone sets. */
function keepIdentity(meta: NonNullable<KubeObject['metadata']>, old: Live): void {
  const last = old.metadata;
  meta.uid ||= last.uid;
  meta.creationTimestamp = last.creationTimestamp;
  meta.resourceVersion = last.resourceVersion;
  meta.generation = last.generation;
  delete meta.selfLink;
  if (last.deletionTimestamp === undefined) return;
  // A deletion under way cannot be taken back.
  meta.deletionTimestamp = last.deletionTimestamp;
  meta.deletionGracePeriodSeconds ??= last.deletionGracePeriodSeconds;
}

function faultsOf(call: Call, next: KubeObject, old: Live): FieldError[] {
  const { resource, info } = call;
  const { rules } = resource;
  const own = rulesOf(call);
  const check = own?.validate ?? (info.subresource === 'status' ? rules.validateStatusUpdate : rules.validateUpdate);
  // The managed fields of a long object are long.
  const metadata =
    !isLong(next.metadata) && equalJson(next.metadata, old.metadata)
      ? []
      : validateObjectMetaUpdate(next.metadata, old.metadata, rules.metadataChecks);
  return [...metadata, ...(check?.(next, old) ?? [])];
}

function warn({ resource, info, warnings }: Call, next: KubeObject, old: Live): void {
  if (info.subresource === '') for (const warning of resource.rules.warnings?.(next, old) ?? []) warnings.push(warning);
}
