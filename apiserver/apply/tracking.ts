import { codecOf } from '../../api/definition/codec.ts';
import type { KindDefinition } from '../../api/definition/kind.ts';
import { apiVersionOf } from '../../api/definition/kind.ts';
import type { KubeObject, Live } from '../../api/meta/object.ts';
import { metadataOf } from '../../api/meta/object.ts';
import type { ManagedFieldsEntry } from '../../api/meta/object-meta.ts';
import { timeText } from '../../base/clock.ts';
import { isLong, markAs } from '../../base/json/long-values.ts';
import { equalJson } from '../../base/json.ts';
import type { Steps } from '../../base/steps.ts';
import { finished } from '../../base/steps.ts';
import type { Call } from '../contract/call.ts';
import type { FieldSet } from './field-set.ts';
import { difference, differenceSteps, isEmptySet, union, unionSteps } from './field-set.ts';
import { compareFields, compareFieldsSteps } from './field-walk.ts';
import type { Manager, ManagerId } from './managers.ts';
import { capped, entriesOf, entriesSteps, findManager, managersGiven, managersOf, withWrite } from './managers.ts';
import { ownedSchemaOf } from './owned-schema.ts';
import type { VersionComparison } from './version-comparison.ts';
import { compareStored, compareStoredSteps } from './version-comparison.ts';

const LEAF: FieldSet = {};

/** Fields that have no owner: the object's identity, and those that the server alone sets. */
const NOBODYS: FieldSet = {
  'f:apiVersion': LEAF,
  'f:kind': LEAF,
  'f:metadata': {
    '.': LEAF,
    'f:name': LEAF,
    'f:namespace': LEAF,
    'f:creationTimestamp': LEAF,
    'f:selfLink': LEAF,
    'f:uid': LEAF,
    'f:generation': LEAF,
    'f:managedFields': LEAF,
    'f:resourceVersion': LEAF,
  },
};

/** Returns the fields that a writer may own of those it wrote: none of status on the main resource, none of spec on the status subresource. */
export function ownable(kind: KindDefinition, fields: FieldSet, subresource: string): FieldSet {
  return withoutReset(kind, { ...difference(fields, NOBODYS) }, subresource);
}

function withoutReset(kind: KindDefinition, own: Record<string, FieldSet>, subresource: string): FieldSet {
  if (subresource === '') for (const field of kind.resetFields ?? []) delete own[`f:${field}`];
  if (kind.subresources.some(({ name }) => name === 'status')) delete own[subresource === 'status' ? 'f:spec' : 'f:status'];
  return own;
}

/** Returns what `ownable` returns, with pauses where the fields are marked as long. */
export function* ownableSteps(kind: KindDefinition, fields: FieldSet, subresource: string): Steps<FieldSet> {
  if (!isLong(fields)) return ownable(kind, fields, subresource);
  const left = (yield* differenceSteps(fields, NOBODYS)) ?? {};
  return markAs(withoutReset(kind, { ...left }, subresource), left);
}

/** Returns the object without managedFields, which take no part in comparisons. */
export const comparable = (object: KubeObject): KubeObject =>
  markAs({ ...object, metadata: markAs({ ...object.metadata, managedFields: undefined }, object.metadata) }, object);

const empties = new WeakMap<KindDefinition, KubeObject>();

/** Returns an empty object of the kind: the structures that are always there have no owner. */
function emptyOf(kind: KindDefinition): KubeObject {
  let empty = empties.get(kind);
  if (!empty) {
    const decoded = codecOf(kind).decode({});
    empty = decoded.ok ? decoded.object : {};
    empties.set(kind, empty);
  }
  return empty;
}

const isReset = (entries: readonly ManagedFieldsEntry[] | undefined): boolean =>
  entries !== undefined && (entries.length === 0 || (entries.length === 1 && Object.keys(entries[0] ?? {}).length === 0));

/** Returns the entries of a new object of a kind, in the requested form. */
export function entriesOfNew(
  kind: KindDefinition,
  object: KubeObject,
  manager: string,
  subresource: string,
  now: number,
): ManagedFieldsEntry[] | undefined {
  const { changed } = compareFields(emptyOf(kind), comparable(object), ownedSchemaOf(kind));
  const fields = ownable(kind, changed, subresource);
  return entriesOf([creator(kind, fields, manager, subresource, now)]);
}

/** Returns the entries of a new long object, with pauses. */
export function* entriesOfNewSteps(
  kind: KindDefinition,
  object: KubeObject,
  manager: string,
  subresource: string,
  now: number,
): Steps<ManagedFieldsEntry[] | undefined> {
  const { changed } = yield* compareFieldsSteps(emptyOf(kind), comparable(object), ownedSchemaOf(kind));
  const fields = yield* ownableSteps(kind, changed, subresource);
  return yield* entriesSteps([creator(kind, fields, manager, subresource, now)]);
}

/** Returns the manager of an object whose fields are those of its creator. */
const creator = (kind: KindDefinition, fields: FieldSet, manager: string, subresource: string, now: number): Manager => ({
  manager,
  operation: 'Update',
  apiVersion: apiVersionOf(kind),
  subresource,
  time: timeText(now),
  fields,
});

/**
 * Notes the changes of an ordinary write (update, patch) under its manager in metadata.managedFields, in place. Both states are in the form
 * that the resource's writes are validated in. A client may hand back the entries it read, or an empty list to start anew.
 */
export function trackUpdate(call: TrackedCall, next: KubeObject, old: Live, manager: string, subresource: string): void {
  const comparison = compareStored(call.resource, call.core.registry, comparable(old), comparable(next));
  finished(noteChanges(call, next, old, manager, subresource, comparison));
}

/** Notes the changes of a long object, with pauses. */
export function* trackUpdateSteps(call: TrackedCall, next: KubeObject, old: Live, manager: string, subresource: string): Steps<void> {
  const { resource, core } = call;
  const versions = managersOf(old.metadata.managedFields).map(({ apiVersion }) => apiVersion);
  const comparison = yield* compareStoredSteps(resource, core.registry, comparable(old), comparable(next), versions);
  yield* noteChanges(call, next, old, manager, subresource, comparison);
}

type TrackedCall = Pick<Call, 'resource' | 'core'>;

function* noteChanges(
  { resource, core }: TrackedCall,
  next: KubeObject,
  old: Live,
  manager: string,
  subresource: string,
  comparison: VersionComparison,
): Steps<void> {
  const meta = metadataOf(next);
  const id: ManagerId = { manager, operation: 'Update', apiVersion: apiVersionOf(resource.kind), subresource };
  const given =
    subresource === '' && meta.managedFields !== undefined && !sameEntries(meta.managedFields, old.metadata.managedFields)
      ? meta.managedFields
      : undefined;
  const managers = isReset(given) ? [] : given ? managersGiven(given) : managersOf(old.metadata.managedFields);
  const { changed, removed } = comparison.requested;
  const mine = yield* ownableSteps(resource.kind, changed, subresource);
  const gone = (yield* differenceSteps(removed, NOBODYS)) ?? {};
  if (isEmptySet(mine) && isEmptySet(gone)) {
    meta.managedFields = given ? yield* entriesSteps(managers) : old.metadata.managedFields;
    markAs(meta, meta.managedFields);
    return;
  }
  const before = findManager(managers, id);
  const joined = before ? yield* unionSteps(before.fields, mine) : mine;
  const own = isEmptySet(gone) ? joined : ((yield* differenceSteps(joined, gone)) ?? {});
  const taken = isEmptySet(gone) ? mine : yield* unionSteps(gone, mine);
  const takenIn = (apiVersion: string): FieldSet => {
    const other = comparison.in(apiVersion);
    return other === comparison.requested ? taken : ownable(resource.kind, union(other.changed, other.removed), subresource);
  };
  const written = yield* withWrite(managers, id, own, takenIn, timeText(core.clock.now()));
  meta.managedFields = yield* entriesSteps(yield* capped(written));
  markAs(meta, meta.managedFields);
}

const sameEntries = (a: readonly ManagedFieldsEntry[], b: readonly ManagedFieldsEntry[] | undefined): boolean => a === b || equalJson(a, b);

/** Returns the name of the writer: the fieldManager parameter, otherwise the program's name from User-Agent. */
export function managerName(fieldManager: string, userAgent: string | undefined): string {
  if (fieldManager !== '') return fieldManager;
  return (userAgent ?? '').split('/', 1)[0]?.slice(0, 128) || 'unknown';
}
