import { codecOf } from '../../api/definition/codec.ts';
import type { KindDefinition } from '../../api/definition/kind.ts';
import { apiVersionOf } from '../../api/definition/kind.ts';
import type { KubeObject } from '../../api/meta/object.ts';
import type { ManagedFieldsEntry } from '../../api/meta/object-meta.ts';
import { errors, StatusError } from '../../api/meta/status-error.ts';
import type { StructuralSchema } from '../../api/schema/structural.ts';
import { timeText } from '../../base/clock.ts';
import { isLong, markAs } from '../../base/json/long-values.ts';
import { isObject } from '../../base/json.ts';
import type { Steps } from '../../base/steps.ts';
import { inTurns, paced } from '../../base/steps.ts';
import { decodeYaml } from '../../base/yaml/decode.ts';
import { decodeYamlAside } from '../../base/yaml/decode-thread.ts';
import type { FieldSet } from '../apply/field-set.ts';
import { differenceSteps, pathsOf, unionSteps } from '../apply/field-set.ts';
import { fieldsSteps } from '../apply/field-walk.ts';
import { ownedByClientSideApply, withLastApplied } from '../apply/last-applied.ts';
import type { ManagedFields, Manager, ManagerId } from '../apply/managers.ts';
import { conflictsWith, entriesSteps, findManager, managersOf, withWrite } from '../apply/managers.ts';
import { listFault, mergeConfigurationSteps, prune } from '../apply/merge-configuration.ts';
import { ownedSchemaOf } from '../apply/owned-schema.ts';
import { comparable, ownableSteps } from '../apply/tracking.ts';
import type { VersionComparison } from '../apply/version-comparison.ts';
import { compareRequestedSteps } from '../apply/version-comparison.ts';
import type { Call, Result } from '../contract/call.ts';
import type { JsonObject } from '../patch/merge-patch.ts';
import type { DecodedBody } from '../request/body.ts';
import { doubledInYaml, parseYaml } from '../request/body.ts';
import { hasLongBody } from '../request/decode-ahead.ts';
import { decodeValue } from '../request/object-body.ts';
import type { WriteParameters } from '../request/options.ts';
import { createObject } from './create.ts';
import { findItem } from './get.ts';
import type { ObjectView } from './update.ts';
import { checkIdentity, MODIFIED, requireVersion, writeOver } from './update.ts';

const ATTEMPTS = 10;

/**
 * Server-side apply: the body is all that its manager wants; fields that it no longer wants are removed, unless others own them.
 * Creates an object that is not there. @throws StatusError Conflict if others own fields that it would change, unless forced.
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/
 */
export async function apply(call: Call, parameters: WriteParameters): Promise<Result> {
  const { configuration, faults } = await configurationOf(call);
  const looks = faults && parameters.fieldValidation === 'Strict';
  return applyConfiguration(call, parameters, configuration, looks ? { checkText: () => refuseDoubled(call, faults) } : {});
}

/** The settings of one application beside its configuration. */
interface ApplyOptions {
  /** The form in which admission is shown the object. */
  readonly view?: ObjectView;
  /** Checks the text of the configuration, once it is known that it can be applied. */
  readonly checkText?: () => Promise<void>;
}

/** Refuses a text in which a key stands twice in one object. @throws StatusError 400 */
async function refuseDoubled({ request }: Call, faults: NonNullable<DecodedBody['faults']>): Promise<void> {
  const found = await paced(hasLongBody(request), faults([]));
  const { body } = request;
  if (found.length === 0 || !body || !('bytes' in body)) return;
  const text = body.bytes.toString('utf8');
  const document = hasLongBody(request) ? await decodeYamlAside(text) : decodeYaml(text);
  throw errors.badRequest(`error strict decoding YAML: error converting YAML to JSON: ${doubledInYaml(document) ?? found.join(', ')}`);
}

/** Applies a configuration that has been read already. */
export async function applyConfiguration(
  call: Call,
  parameters: WriteParameters,
  configuration: JsonObject,
  { view, checkText }: ApplyOptions = {},
): Promise<Result> {
  const { resource, info, core } = call;
  const id: ManagerId = {
    manager: parameters.fieldManager,
    operation: 'Apply',
    apiVersion: apiVersionOf(resource.kind),
    subresource: info.subresource,
  };
  const wanted = await paced(isLong(configuration), ownedSteps(resource.kind, configuration, true, info.subresource));
  for (let attempt = 1; ; attempt++) {
    const now = timeText(core.clock.now());
    const current = await findItem(resource, info.namespace, info.name);
    if (!current) {
      if (info.subresource !== '') throw errors.notFound(resource.name, info.name);
      const object = await decodeValue(configuration, resource.kind, parameters.fieldValidation, call.warnings);
      if (checkText) await checkText();
      checkIdentity(call, object);
      const { uid } = object.metadata ?? {};
      if (uid) {
        const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
        throw errors.conflict(resource.name, info.name, why);
      }
      const managedFields = await paced(isLong(wanted), entriesSteps([{ ...id, time: now, fields: wanted }]));
      object.metadata = markAs(markAs({ ...object.metadata, managedFields }, object.metadata), managedFields);
      const created = await createObject(call, object, parameters, 'APPLY');
      if (created.ok) return created.result;
      // Another writer was first: the configuration is laid over its object.
      if (attempt === ATTEMPTS) throw created.error;
      continue;
    }
    const live = resource.conversion.made(current).object;
    const paces = isLong(configuration) || isLong(live);
    const merged = await paced(paces, mergeSteps(call, live, configuration, wanted, id, parameters, now));
    const applied = withLastApplied(merged.object, configuration, id.manager);
    const object = await decodeValue(applied, resource.kind, parameters.fieldValidation, call.warnings);
    checkIdentity(call, object);
    if (isObject(configuration.metadata) && configuration.metadata.resourceVersion) requireVersion(call, object, current);
    if (checkText) await checkText();
    const managedFields = await paced(paces, entriesAfter(merged, id, wanted, now));
    object.metadata = markAs(markAs({ ...object.metadata, managedFields }, object.metadata), managedFields);
    const result = await writeOver(call, current, object, parameters, 'APPLY', view);
    if (result) return result;
    if (attempt === ATTEMPTS) throw errors.conflict(resource.name, info.name, MODIFIED);
  }
}

/** Returns the fields that a writer of an object, or of an applied configuration, owns. */
function* ownedSteps(kind: KindDefinition, object: unknown, applied: boolean, subresource: string): Steps<FieldSet> {
  return yield* ownableSteps(kind, yield* fieldsSteps(object, ownedSchemaOf(kind), applied), subresource);
}

/** A live object with a configuration laid over it. */
interface Merged {
  readonly object: unknown;
  /** The managers before. */
  readonly managers: readonly Manager[];
  readonly comparison: VersionComparison;
}

/** Lays the configuration over the live object. @throws StatusError Conflict if others own fields that it changes, unless it is forced. */
function* mergeSteps(
  call: Call,
  live: KubeObject,
  configuration: JsonObject,
  wanted: FieldSet,
  id: ManagerId,
  parameters: WriteParameters,
  now: string,
): Steps<Merged> {
  const { resource, core } = call;
  const schema = ownedSchemaOf(resource.kind);
  const managers = yield* known(live, call, now);
  const last = findManager(managers, id);
  let object = yield* mergeConfigurationSteps(comparable(live), configuration, schema);
  if (last) {
    let owned = wanted;
    for (const manager of managers) if (manager !== last) owned = yield* unionSteps(owned, manager.fields);
    object = yield* prune(object, last.fields, owned, schema);
  }
  const versions = managers.map(({ apiVersion }) => apiVersion);
  const comparison = yield* compareRequestedSteps(resource, core.registry, comparable(live), object as KubeObject, versions);
  const merged = { object, managers, comparison };
  if (!parameters.force) yield* refuseConflicts(merged, live, schema, id);
  return merged;
}

/** @throws StatusError Conflict if others own fields that were changed, and kubectl did not set them to what they are. */
function* refuseConflicts({ managers, comparison }: Merged, live: KubeObject, schema: StructuralSchema, id: ManagerId): Steps<void> {
  const { changed } = comparison.requested;
  let conflicts = yield* conflictsWith(managers, id, (apiVersion) => comparison.in(apiVersion).changed);
  if (conflicts.length === 0) return;
  const taken = ownedByClientSideApply(live, schema, id.apiVersion, id.manager);
  const disputed = taken ? yield* differenceSteps(changed, taken) : changed;
  if (taken)
    conflicts = disputed
      ? yield* conflictsWith(managers, id, (apiVersion) => (apiVersion === id.apiVersion ? disputed : comparison.in(apiVersion).changed))
      : [];
  if (conflicts.length > 0) throw applyConflict(conflicts);
}

/** Returns the entries of the managers after the write. */
function* entriesAfter({ managers, comparison }: Merged, id: ManagerId, wanted: FieldSet, now: string): Steps<ManagedFieldsEntry[] | undefined> {
  const touched = new Map<string, FieldSet>();
  for (const { apiVersion } of managers) {
    const { changed, removed } = comparison.in(apiVersion);
    if (!touched.has(apiVersion)) touched.set(apiVersion, yield* unionSteps(changed, removed));
  }
  return yield* entriesSteps(yield* withWrite(managers, id, wanted, (apiVersion) => touched.get(apiVersion) ?? {}, now));
}

/** Returns the managers of an object; the fields of one that was made before managers were tracked are given one of their own. */
function* known(live: KubeObject, { resource }: Call, now: string): Steps<Manager[]> {
  const managers = managersOf(live.metadata?.managedFields);
  if (managers.length > 0) return managers;
  const fields = yield* ownedSteps(resource.kind, live, false, '');
  return [{ manager: 'before-first-apply', operation: 'Update', apiVersion: apiVersionOf(resource.kind), subresource: '', time: now, fields }];
}

interface Configuration {
  readonly configuration: JsonObject;
  readonly faults: DecodedBody['faults'];
}

/** Reads the applied configuration. @throws StatusError 400 if it is none of this object, 500 if it does not fit the schema (as upstream does). */
async function configurationOf({ resource, info, request }: Call): Promise<Configuration> {
  const { body } = request;
  if (!body) throw errors.badRequest('error decoding patch: the request must have a body');
  const { value, faults }: DecodedBody = 'bytes' in body ? parseYaml(body.bytes) : { value: body.object };
  if (!isObject(value)) throw errors.badRequest('error decoding YAML: an applied configuration must be an object');
  const { kind } = resource;
  const apiVersion = typeof value.apiVersion === 'string' ? value.apiVersion : '';
  const name = typeof value.kind === 'string' ? value.kind : '';
  if (apiVersion !== apiVersionOf(kind) || name !== kind.kind) {
    throw errors.badRequest(`invalid object type: ${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${name}`);
  }
  const metadata = isObject(value.metadata) ? value.metadata : {};
  if (metadata.managedFields != null) throw errors.badRequest('metadata.managedFields must be nil');
  const failed = (why: string) =>
    new StatusError(
      '',
      `failed to create typed patch object (${metadata.namespace ?? ''}/${metadata.name ?? info.name}; ${kind.group === '' ? '/' : `${kind.group}/`}${kind.version}, Kind=${kind.kind}): ${why}`,
      undefined,
      500,
    );
  const codec = codecOf(kind);
  const decoded = isLong(value) ? await inTurns(codec.decodeSteps(value, { strict: true })) : codec.decode(value, { strict: true });
  if (!decoded.ok) throw failed(decoded.message);
  const [unknown] = decoded.unknownFields;
  if (unknown !== undefined) throw failed(`.${unknown}: field not declared in schema`);
  const fault = await paced(isLong(value), listFault(value, ownedSchemaOf(kind)));
  if (fault) throw failed(`${fault.path}: ${fault.why}`);
  const place = { name: metadata.name ?? info.name, ...(kind.namespaced ? { namespace: metadata.namespace ?? info.namespace } : {}) };
  return { configuration: markAs({ ...value, metadata: markAs({ ...metadata, ...place }, metadata) }, value), faults };
}

/** Conflicts that an answer lists. Upstream lists all. */
const MAX_CONFLICTS = 1_000;

function applyConflict(conflicts: readonly ManagedFields[]): StatusError {
  const all = conflicts
    .map(({ manager, fields }) => ({ who: managerText(manager), paths: pathsOf(fields) }))
    .sort((a, b) => (a.who < b.who ? -1 : 1));
  const count = all.reduce((sum, { paths }) => sum + paths.length, 0);
  let left = MAX_CONFLICTS;
  const told = all.map(({ who, paths }) => {
    const listed = paths.slice(0, left);
    left -= listed.length;
    return { who, paths: listed };
  });
  const texts = told.flatMap(({ who, paths }) => {
    if (paths.length === 0) return [];
    return [paths.length === 1 ? `conflict with ${who}: ${paths[0]}` : `conflicts with ${who}:\n${paths.map((path) => `- ${path}`).join('\n')}`];
  });
  if (count > MAX_CONFLICTS) texts.push(`and ${count - MAX_CONFLICTS} more`);
  return new StatusError('Conflict', `Apply failed with ${count} conflict${count === 1 ? '' : 's'}: ${texts.join('\n')}`, {
    causes: told.flatMap(({ who, paths }) => paths.map((field) => ({ reason: 'FieldManagerConflict', message: `conflict with ${who}`, field }))),
  });
}

function managerText({ manager, operation, apiVersion, subresource }: Manager): string {
  const name = subresource === '' ? JSON.stringify(manager) : `${JSON.stringify(manager)} with subresource ${JSON.stringify(subresource)}`;
  return operation === 'Update' ? `${name} using ${apiVersion}` : name;
}
