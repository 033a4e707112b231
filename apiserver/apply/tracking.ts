import { codecOf } from '../../api/definition/codec.ts';
import type { KindDefinition } from '../../api/definition/kind.ts';
import { apiVersionOf } from '../../api/definition/kind.ts';
import type { KubeObject, Live } from '../../api/meta/object.ts';
import { metadataOf } from '../../api/meta/object.ts';
import type { ManagedFieldsEntry } from '../../api/meta/object-meta.ts';
import { timeText } from '../../base/clock.ts';
import { equalJson } from '../../base/json.ts';
import type { Resource } from '../contract/resource.ts';
import type { FieldSet } from './field-set.ts';
import { difference, isEmptySet, union } from './field-set.ts';
import { compareFields } from './field-walk.ts';
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
const comparable = (object: KubeObject): KubeObject => ({ ...object, metadata: { ...object.metadata, managedFields: undefined } });

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
  const meta = metadataOf(next);
  const schema = codecOf(resource.stored).structural;
  const id: ManagerId = { manager, operation: 'Update', apiVersion: apiVersionOf(resource.kind), subresource };
  if (!old) {
    const fields = ownable(resource, compareFields(emptyOf(resource.stored), comparable(next), schema).changed, subresource);
    meta.managedFields = entriesOf([{ ...id, time: timeText(now), fields }]);
    return;
  }
  const given =
    subresource === '' && meta.managedFields !== undefined && !sameEntries(meta.managedFields, old.metadata.managedFields)
      ? meta.managedFields
      : undefined;
  const managers = isReset(given) ? [] : managersOf(given ?? old.metadata.managedFields);
  const { changed, removed } = compareFields(comparable(old), comparable(next), schema);
  const mine = ownable(resource, changed, subresource);
  const gone = difference(removed, NOBODYS) ?? {};
  if (isEmptySet(mine) && isEmptySet(gone)) {
    meta.managedFields = given ? entriesOf(managers) : old.metadata.managedFields;
    return;
  }
  const before = findManager(managers, id);
  const own = difference(union(before?.fields ?? {}, mine), gone) ?? {};
  meta.managedFields = entriesOf(capped(withWrite(managers, id, own, mine, gone, timeText(now))));
}

const sameEntries = (a: readonly ManagedFieldsEntry[], b: readonly ManagedFieldsEntry[] | undefined): boolean => a === b || equalJson(a, b);

/** Returns the name of the writer: the fieldManager parameter, otherwise the program's name from User-Agent. */
export function managerName(fieldManager: string, userAgent: string | undefined): string {
  if (fieldManager !== '') return fieldManager;
  return (userAgent ?? '').split('/', 1)[0]?.slice(0, 128) || 'unknown';
}
