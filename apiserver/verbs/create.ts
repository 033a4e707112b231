import { randomUUID } from 'node:crypto';
import type { KubeObject } from '../../api/meta/object.ts';
import { metadataOf } from '../../api/meta/object.ts';
import type { ObjectMeta } from '../../api/meta/object-meta.ts';
import { errors, StatusError } from '../../api/meta/status-error.ts';
import type { FieldError } from '../../api/schema/field-error.ts';
import { boundedFaults, boundedFaultsInTurns } from '../../api/schema/field-error.ts';
import { validateObjectMeta } from '../../api/validation/object-meta.ts';
import { timeText } from '../../base/clock.ts';
import { isLong, markAs } from '../../base/json/long-values.ts';
import { nextTurn } from '../../base/next-turn.ts';
import { inTurns } from '../../base/steps.ts';
import { entriesOfNew, entriesOfNewSteps, managerName } from '../apply/tracking.ts';
import type { CacheItem } from '../contract/cache.ts';
import type { Call, Result } from '../contract/call.ts';
import type { Resource } from '../contract/resource.ts';
import { hasLongBody } from '../request/decode-ahead.ts';
import { objectInTurns } from '../request/object-body.ts';
import type { WriteParameters } from '../request/options.ts';
import { writeParametersOf } from '../request/options.ts';
import { cacheKey } from '../storage/cache/cache-item.ts';
import type { Admission } from './admission.ts';
import { admissionOf } from './admission.ts';
import { throwInvalid, validatedAs } from './invalid.ts';
import { generatedName } from './naming.ts';
import { itemResult, unstoredResult } from './results.ts';

const NAME_ATTEMPTS = 8;

export async function create(call: Call): Promise<Result> {
  const parameters = writeParametersOf(call.request.query, 'CreateOptions');
  const object = objectInTurns(call.request, call.resource.kind, parameters.fieldValidation, call.warnings);
  const outcome = await createObject(call, object instanceof Promise ? await object : object, parameters, 'POST');
  if (!outcome.ok) throw outcome.error;
  return outcome.result;
}

/** The end of a creation. `error` is the answer to a client that asked for a new object, where another of its name is there. */
export type CreateOutcome = { readonly ok: true; readonly result: Result } | { readonly ok: false; readonly error: StatusError };

/** The way in which a client makes an object: the last two make one where there is none to change. */
export type CreateKind = 'POST' | 'PUT' | 'APPLY';

/** Creates a decoded object in the requested kind's form; it is the server's from here on. */
export async function createObject(call: Call, object: KubeObject, parameters: WriteParameters, how: CreateKind): Promise<CreateOutcome> {
  const { resource, info } = call;
  const meta = metadataOf(object);
  placeInNamespace(resource, meta, info.namespace);
  const key = { namespace: meta.namespace ?? '', name: meta.name ?? '' };
  // The stored object may share its metadata with the one that was sent: whether the server names it is known only now.
  const named = meta.name !== undefined && meta.name !== '';
  const admission = admissionOf(call, { verb: 'create', key, dryRun: parameters.dryRun });
  let committed = false;
  try {
    const stored = await prepare(call, object, admission, parameters, how);
    const storedMeta = metadataOf(stored);
    if (how === 'POST' && !parameters.dryRun) refuseVersion(storedMeta);
    delete storedMeta.resourceVersion;
    for (let attempt = 1; ; attempt++) {
      const outcome = await createOnce(resource, stored, parameters.dryRun);
      if (outcome.ok) {
        committed = !parameters.dryRun;
        const { item } = outcome;
        const result = item ? itemResult(resource, item, 201) : unstoredResult(resource, stored, undefined, 201);
        return { ok: true, result: result instanceof Promise ? await result : result };
      }
      if (named || !storedMeta.generateName || attempt === NAME_ATTEMPTS)
        return { ok: false, error: alreadyExists(resource, storedMeta, outcome.current) };
      storedMeta.name = generatedName(storedMeta.generateName);
    }
  } finally {
    admission.settle(committed);
  }
}

/** Refuses an object of some version. Upstream's store does it, after all other checks. @throws StatusError 500 */
function refuseVersion({ resourceVersion = '' }: ObjectMeta): void {
  if (/^\d*[1-9]\d*$/.test(resourceVersion)) throw new StatusError('', 'resourceVersion should not be set on objects to be created', undefined, 500);
}

type Creation =
  /** A dry run has no item. */
  { readonly ok: true; readonly item?: CacheItem } | { readonly ok: false; readonly current: CacheItem | undefined };

async function createOnce({ storage, stored: kind }: Resource, stored: KubeObject, dryRun: boolean): Promise<Creation> {
  const { namespace = '', name = '' } = stored.metadata ?? {};
  const place = cacheKey(namespace, name);
  if (!dryRun) return storage.create(place, stored, kind.timeToLiveSeconds);
  const current = storage.cache.get(place);
  return current ? { ok: false, current } : { ok: true };
}

/** Makes upstream's error (registry.Store.create): it tells a name that the server could not make unique, and an object on its way out. */
function alreadyExists({ name: resource }: Resource, { name = '', generateName }: ObjectMeta, current: CacheItem | undefined): StatusError {
  const error = errors.alreadyExists(resource, name);
  const deleting = current?.object.metadata.deletionTimestamp === undefined ? '' : 'object is being deleted: ';
  if (!generateName) return new StatusError('AlreadyExists', `${deleting}${error.message}`, error.details);
  return new StatusError('AlreadyExists', `${deleting}${error.message}, the server was not able to generate a unique name for the object`, {
    ...error.details,
    retryAfterSeconds: 1,
  });
}

/** Admission, preparation and validation; the result is in the stored form. */
async function prepare(call: Call, object: KubeObject, admission: Admission, parameters: WriteParameters, how: CreateKind): Promise<KubeObject> {
  const { resource, core } = call;
  // Fields that the server adds from here on have no owner.
  let managedFields = object.metadata?.managedFields;
  if (how !== 'APPLY') {
    const manager = managerName(parameters.fieldManager, call.request.headers['user-agent']);
    const now = core.clock.now();
    managedFields = isLong(object)
      ? await inTurns(entriesOfNewSteps(resource.kind, object, manager, '', now))
      : entriesOfNew(resource.kind, object, manager, '', now);
    if (hasLongBody(call.request)) await nextTurn();
  }
  const admitting = admission.admit(object, undefined);
  const admitted = admitting instanceof Promise ? await admitting : admitting;
  const converted = resource.conversion.toStored(admitted);
  const stored = converted instanceof Promise ? await converted : converted;
  if (hasLongBody(call.request)) await nextTurn();
  fillMetadata(stored, core.clock.now(), resource.stored.strategy.generation !== undefined);
  resource.stored.strategy.prepareForCreate?.(stored, call.warnings);
  resource.stored.strategy.stamp?.(stored, undefined, { user: call.user, now: core.clock.now() });
  metadataOf(stored).managedFields = managedFields;
  markAs(metadataOf(stored), managedFields);
  const search = () => faultsOf(resource, stored);
  const faults = isLong(stored) ? await boundedFaultsInTurns(search) : boundedFaults(search);
  const slow = resource.rules.slowFaults?.(stored);
  throwInvalid(validatedAs(resource), stored.metadata?.name ?? '', slow ? [...faults, ...(await slow)] : faults);
  for (const warning of resource.stored.strategy.warnings?.(stored, undefined) ?? []) call.warnings.push(warning);
  if (hasLongBody(call.request)) await nextTurn();
  const validating = admission.validate(stored);
  if (validating) await validating;
  if (hasLongBody(call.request)) await nextTurn();
  return resource.isStoredForm ? stored : (resource.stored.reading?.prune(stored) ?? stored);
}

function faultsOf({ rules, kind }: Resource, stored: KubeObject): FieldError[] {
  const metadata = validateObjectMeta(stored.metadata, {
    namespaced: kind.namespaced,
    validateName: rules.validateName,
    checks: rules.metadataChecks,
  });
  return [...metadata, ...(rules.validate?.(stored) ?? [])];
}

/** Sets server-owned metadata, overriding the client's values. */
function fillMetadata(object: KubeObject, now: number, generation: boolean): void {
  const meta = metadataOf(object);
  meta.uid = randomUUID();
  meta.creationTimestamp = timeText(now);
  delete meta.deletionTimestamp;
  delete meta.deletionGracePeriodSeconds;
  delete meta.selfLink;
  if (generation) meta.generation = 1;
  else delete meta.generation;
  if (!meta.name && meta.generateName) meta.name = generatedName(meta.generateName);
}

/** Puts an object into the namespace of the path; a cluster-scoped one has none, whatever it says. @throws StatusError 400 if they name different ones. */
export function placeInNamespace(resource: Resource, meta: ObjectMeta, namespace: string): void {
  if (!resource.kind.namespaced) {
    delete meta.namespace;
    return;
  }
  if (!meta.namespace) meta.namespace = namespace;
  else if (meta.namespace !== namespace)
    throw errors.badRequest('the namespace of the provided object does not match the namespace sent on the request');
}
