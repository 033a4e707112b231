import { codecOf } from '../../api/definition/codec.ts';
import type { KindDefinition } from '../../api/definition/kind.ts';
import { apiVersionOf } from '../../api/definition/kind.ts';
import type { KubeObject, Live } from '../../api/meta/object.ts';
import { metadataOf } from '../../api/meta/object.ts';
import type { ManagedFieldsEntry, ObjectMeta } from '../../api/meta/object-meta.ts';
import type { StructuralSchema } from '../../api/schema/structural.ts';
import { timeText } from '../../base/clock.ts';
import { isLong, markAs } from '../../base/json/long-values.ts';
import { equalJson } from '../../base/json.ts';
import type { Steps } from '../../base/steps.ts';
import { finished } from '../../base/steps.ts';
import type { Resource } from '../contract/resource.ts';
import { inOrderSteps } from './field-order.ts';
import type { FieldSet } from './field-set.ts';
import { difference, differenceSteps, isEmptySet, unionSteps } from './field-set.ts';
import type { FieldChanges } from './field-walk.ts';
import { compareFields, compareFieldsSteps } from './field-walk.ts';
import type { ManagerId } from './managers.ts';
import { capped, entriesOf, findManager, managersOf, withWrite } from './managers.ts';

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
export function ownable(resource: Resource, fields: FieldSet, subresource: string): FieldSet {
  const own: Record<string, FieldSet> = { ...difference(fields, NOBODYS) };
  if (subresource === '') for (const field of resource.kind.resetFields ?? []) delete own[`f:${field}`];
  if (resource.kind.subresources.some(({ name }) => name === 'status')) delete own[subresource === 'status' ? 'f:spec' : 'f:status'];
  return own;
}

/** Returns the object without managedFields, which take no part in comparisons. */
const comparable = (object: KubeObject): KubeObject =>
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

/**
 * Notes the changes of an ordinary write (create, update, patch) under its manager in metadata.managedFields, in place.
 * A client may hand back the entries it read, or an empty list to start anew.
 */
export function trackUpdate(resource: Resource, next: KubeObject, old: Live | undefined, manager: string, subresource: string, now: number): void {
  const write = writeOf(resource, next, manager, subresource, now);
  finished(noteChanges(write, old, compareFields(old ? comparable(old) : emptyOf(resource.stored), comparable(next), write.schema)));
}

/** Notes the changes of a long object, with pauses. */
export function* trackUpdateSteps(
  resource: Resource,
  next: KubeObject,
  old: Live | undefined,
  manager: string,
  subresource: string,
  now: number,
): Steps<void> {
  const write = writeOf(resource, next, manager, subresource, now);
  const { changed, removed } = yield* compareFieldsSteps(old ? comparable(old) : emptyOf(resource.stored), comparable(next), write.schema);
  yield* noteChanges(write, old, { changed: yield* inOrderSteps(changed), removed });
}

/** An ordinary write, by the manager `id`. */
interface TrackedWrite {
  readonly resource: Resource;
  readonly meta: ObjectMeta;
  readonly schema: StructuralSchema;
  readonly id: ManagerId;
  readonly time: string;
}

const writeOf = (resource: Resource, next: KubeObject, manager: string, subresource: string, now: number): TrackedWrite => ({
  resource,
  meta: metadataOf(next),
  schema: codecOf(resource.stored).structural,
  id: { manager, operation: 'Update', apiVersion: apiVersionOf(resource.kind), subresource },
  time: timeText(now),
});

function* noteChanges({ resource, meta, id, time }: TrackedWrite, old: Live | undefined, { changed, removed }: FieldChanges): Steps<void> {
  const { subresource } = id;
  const mine = markAs(ownable(resource, changed, subresource), changed);
  if (!old) {
    meta.managedFields = entriesOf([{ ...id, time, fields: mine }]);
    return;
  }
  const given =
    subresource === '' && meta.managedFields !== undefined && !sameEntries(meta.managedFields, old.metadata.managedFields)
      ? meta.managedFields
      : undefined;
  const managers = isReset(given) ? [] : managersOf(given ?? old.metadata.managedFields);
  const gone = difference(removed, NOBODYS) ?? {};
  if (isEmptySet(mine) && isEmptySet(gone)) {
    meta.managedFields = given ? entriesOf(managers) : old.metadata.managedFields;
    return;
  }
  const before = findManager(managers, id);
  const joined = before ? yield* unionSteps(before.fields, mine) : mine;
  const left = isEmptySet(gone) ? joined : ((yield* differenceSteps(joined, gone)) ?? {});
  const own = isLong(left) ? yield* inOrderSteps(left) : left;
  meta.managedFields = entriesOf(capped(withWrite(managers, id, own, mine, gone, time)));
}

const sameEntries = (a: readonly ManagedFieldsEntry[], b: readonly ManagedFieldsEntry[] | undefined): boolean => a === b || equalJson(a, b);

/** Returns the name of the writer: the fieldManager parameter, otherwise the program's name from User-Agent. */
export function managerName(fieldManager: string, userAgent: string | undefined): string {
  if (fieldManager !== '') return fieldManager;
  return (userAgent ?? '').split('/', 1)[0]?.slice(0, 128) || 'unknown';
}
