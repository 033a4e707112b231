import { codecOf } from '../../api/definition/codec.ts';
import { apiVersionOf } from '../../api/definition/kind.ts';
import type { KubeObject } from '../../api/meta/object.ts';
import { errors, StatusError } from '../../api/meta/status-error.ts';
import { timeText } from '../../base/clock.ts';
import { isObject } from '../../base/json.ts';
import { nextTurn } from '../../base/next-turn.ts';
import { finished, inTurns } from '../../base/steps.ts';
import type { FieldSet } from '../apply/field-set.ts';
import { difference, pathsOf, union } from '../apply/field-set.ts';
import { fieldsOf } from '../apply/field-walk.ts';
import { ownedByClientSideApply, withLastApplied } from '../apply/last-applied.ts';
import type { Manager, ManagerId } from '../apply/managers.ts';
import { conflictsWith, entriesOf, findManager, managersOf, withWrite } from '../apply/managers.ts';
import { listFault, mergeConfiguration, prune } from '../apply/merge-configuration.ts';
import { comparable, ownable } from '../apply/tracking.ts';
import { compareRequested } from '../apply/version-comparison.ts';
import type { CacheItem } from '../contract/cache.ts';
import type { Call, Result } from '../contract/call.ts';
import type { JsonObject } from '../patch/merge-patch.ts';
import type { DecodedBody } from '../request/body.ts';
import { doubledInYaml, parseYaml } from '../request/body.ts';
import { hasLongBody } from '../request/decode-ahead.ts';
import { decodeObject } from '../request/object-body.ts';
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
export function apply(call: Call, parameters: WriteParameters): Promise<Result> {
  const { configuration, faults } = configurationOf(call);
  const looks = faults && parameters.fieldValidation === 'Strict';
  return applyConfiguration(call, parameters, configuration, looks ? { checkText: () => refuseDoubled(call, faults) } : {});
}

/** What an application may have beside its configuration. */
interface ApplyOptions {
  /** The form in which admission is shown the object. */
  readonly view?: ObjectView;
  /** Checks the text of the configuration, once it is known that it can be applied. */
  readonly checkText?: () => Promise<void>;
}

/** Refuses a text in which a key stands twice in one object. @throws StatusError 400 */
async function refuseDoubled({ request }: Call, faults: NonNullable<DecodedBody['faults']>): Promise<void> {
  const found = hasLongBody(request) ? await inTurns(faults([])) : finished(faults([]));
  const { body } = request;
  if (found.length === 0 || !body || !('bytes' in body)) return;
  throw errors.badRequest(`error strict decoding YAML: error converting YAML to JSON: ${doubledInYaml(body.bytes) ?? found.join(', ')}`);
}

/** Applies a configuration that has been read already. */
export async function applyConfiguration(
  call: Call,
  parameters: WriteParameters,
  configuration: JsonObject,
  { view, checkText }: ApplyOptions = {},
): Promise<Result> {
  const { resource, info, core } = call;
  const schema = codecOf(resource.kind).structural;
  const id: ManagerId = {
    manager: parameters.fieldManager,
    operation: 'Apply',
    apiVersion: apiVersionOf(resource.kind),
    subresource: info.subresource,
  };
  if (hasLongBody(call.request)) await nextTurn();
  const wanted = ownable(resource.kind, fieldsOf(configuration, schema, true), info.subresource);
  for (let attempt = 1; ; attempt++) {
    const now = timeText(core.clock.now());
    if (hasLongBody(call.request)) await nextTurn();
    const current = await findItem(resource, info.namespace, info.name);
    if (!current) {
      if (info.subresource !== '') throw errors.notFound(resource.name, info.name);
      const object = decodeObject(configuration, resource.kind, parameters.fieldValidation, call.warnings);
      if (checkText) await checkText();
      checkIdentity(call, object);
      const { uid } = object.metadata ?? {};
      if (uid) {
        const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
        throw errors.conflict(resource.name, info.name, why);
      }
      object.metadata = { ...object.metadata, managedFields: entriesOf([{ ...id, time: now, fields: wanted }]) };
      return createObject(call, object, parameters, true);
    }
    const object = await applied(call, current, configuration, wanted, id, parameters, now);
    if (checkText) await checkText();
    if (hasLongBody(call.request)) await nextTurn();
    const result = await writeOver(call, current, object, parameters, 'APPLY', view);
    if (result) return result;
    if (attempt === ATTEMPTS) throw errors.conflict(resource.name, info.name, MODIFIED);
  }
}

/** Returns the object after the configuration has been applied, its managers included. */
async function applied(
  call: Call,
  current: CacheItem,
  configuration: JsonObject,
  wanted: FieldSet,
  id: ManagerId,
  parameters: WriteParameters,
  now: string,
): Promise<KubeObject> {
  const { resource, core } = call;
  const schema = codecOf(resource.kind).structural;
  const live = resource.conversion.made(current).object;
  const managers = known(live, call, now);
  const last = findManager(managers, id);
  const others = managers.filter((manager) => manager !== last);
  let merged = mergeConfiguration(comparable(live), configuration, schema);
  if (last) {
    const owned = others.reduce((all, manager) => union(all, manager.fields), wanted);
    merged = prune(merged, last.fields, owned, schema);
  }
  if (hasLongBody(call.request)) await nextTurn();
  const comparison = compareRequested(resource, core.registry, comparable(live), merged as KubeObject);
  const { changed } = comparison.requested;
  if (hasLongBody(call.request)) await nextTurn();
  let conflicts = conflictsWith(managers, id, (apiVersion) => comparison.in(apiVersion).changed);
  if (conflicts.length > 0 && !parameters.force) {
    const taken = ownedByClientSideApply(live, schema, id.apiVersion, id.manager);
    const disputed = taken ? difference(changed, taken) : changed;
    if (taken)
      conflicts = disputed
        ? conflictsWith(managers, id, (apiVersion) => (apiVersion === id.apiVersion ? disputed : comparison.in(apiVersion).changed))
        : [];
    if (conflicts.length > 0) throw applyConflict(conflicts);
  }
  const object = decodeObject(withLastApplied(merged, configuration, id.manager), resource.kind, parameters.fieldValidation, call.warnings);
  checkIdentity(call, object);
  if (isObject(configuration.metadata) && configuration.metadata.resourceVersion) requireVersion(call, object, current);
  const takenIn = (apiVersion: string) => {
    const changes = comparison.in(apiVersion);
    return union(changes.changed, changes.removed);
  };
  object.metadata = { ...object.metadata, managedFields: entriesOf(withWrite(managers, id, wanted, takenIn, now)) };
  return object;
}

/** Returns the managers of an object; the fields of one that was made before managers were tracked are given one of their own. */
function known(live: KubeObject, { resource }: Call, now: string): Manager[] {
  const managers = managersOf(live.metadata?.managedFields);
  if (managers.length > 0) return managers;
  const fields = ownable(resource.kind, fieldsOf(live, codecOf(resource.kind).structural, false), '');
  return [{ manager: 'before-first-apply', operation: 'Update', apiVersion: apiVersionOf(resource.kind), subresource: '', time: now, fields }];
}

/** Reads the applied configuration. @throws StatusError 400 if it is none of this object, 500 if it does not fit the schema (as upstream does). */
function configurationOf({ resource, info, request }: Call): { readonly configuration: JsonObject; readonly faults: DecodedBody['faults'] } {
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
  const decoded = codec.decode(value, { strict: true });
  if (!decoded.ok) throw failed(decoded.message);
  const [unknown] = decoded.unknownFields;
  if (unknown !== undefined) throw failed(`.${unknown}: field not declared in schema`);
  const fault = listFault(value, codec.structural);
  if (fault) throw failed(`${fault.path}: ${fault.why}`);
  const namespace = kind.namespaced ? { namespace: metadata.namespace ?? info.namespace } : {};
  return { configuration: { ...value, metadata: { ...metadata, name: metadata.name ?? info.name, ...namespace } }, faults };
}

function applyConflict(conflicts: ReturnType<typeof conflictsWith>): StatusError {
  const told = conflicts.map(({ manager, fields }) => ({ who: managerText(manager), paths: pathsOf(fields) }));
  const count = told.reduce((sum, { paths }) => sum + paths.length, 0);
  const texts = told
    .sort((a, b) => (a.who < b.who ? -1 : 1))
    .map(({ who, paths }) =>
      paths.length === 1 ? `conflict with ${who}: ${paths[0]}` : `conflicts with ${who}:\n${paths.map((path) => `- ${path}`).join('\n')}`,
    );
  return new StatusError('Conflict', `Apply failed with ${count} conflict${count === 1 ? '' : 's'}: ${texts.join('\n')}`, {
    causes: told.flatMap(({ who, paths }) => paths.map((field) => ({ reason: 'FieldManagerConflict', message: `conflict with ${who}`, field }))),
  });
}

function managerText({ manager, operation, apiVersion, subresource }: Manager): string {
  const name = subresource === '' ? JSON.stringify(manager) : `${JSON.stringify(manager)} with subresource ${JSON.stringify(subresource)}`;
  return operation === 'Update' ? `${name} using ${apiVersion}` : name;
}
