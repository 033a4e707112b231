import type { ManagedFieldsEntry } from '../../api/meta/object-meta.ts';
import { isLong, markAs, markLong } from '../../base/json/long-values.ts';
import { sortInPlace } from '../../base/sort-in-place.ts';
import { compareTexts } from '../../base/sort-steps.ts';
import type { Steps } from '../../base/steps.ts';
import { inOrder, inOrderSteps } from './field-order.ts';
import type { FieldSet } from './field-set.ts';
import { differenceSteps, equalSetsSteps, intersectionSteps, isEmptySet, unionSteps } from './field-set.ts';

/** A manager of an object's fields: an entry of metadata.managedFields, decoded. */
export interface Manager {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource: string;
  readonly time: string | undefined;
  readonly fields: FieldSet;
  /** The entry that it was decoded from, if that is in the form in which this server writes entries: written again as it is. */
  readonly entry?: ManagedFieldsEntry | undefined;
}

export type ManagerId = Pick<Manager, 'manager' | 'operation' | 'apiVersion' | 'subresource'>;

/** Whether two are the same manager: appliers are in whatever version they speak, other writers only in the same. */
const sameManager = (a: ManagerId, b: ManagerId): boolean =>
  a.manager === b.manager &&
  a.operation === b.operation &&
  a.subresource === b.subresource &&
  (a.operation === 'Apply' || a.apiVersion === b.apiVersion);

/** Decodes the entries of a stored object. */
export const managersOf = (entries: readonly ManagedFieldsEntry[] | undefined): Manager[] => decoded(entries, true);

/** Decodes entries that a client wrote. */
export const managersGiven = (entries: readonly ManagedFieldsEntry[] | undefined): Manager[] => decoded(entries, false);

function decoded(entries: readonly ManagedFieldsEntry[] | undefined, isStored: boolean): Manager[] {
  const managers: Manager[] = [];
  for (const entry of entries ?? []) {
    const { manager = '', operation, apiVersion = '', subresource = '', time, fieldsV1 } = entry;
    if (operation !== 'Apply' && operation !== 'Update') continue;
    const fields = (fieldsV1 ?? {}) as FieldSet;
    managers.push({ manager, operation, apiVersion, subresource, time, fields, entry: isStored ? entry : undefined });
  }
  return managers;
}

/** Encodes managers in upstream's order: appliers first, then by time and name. Returns undefined if no field has an owner. */
export function entriesOf(managers: readonly Manager[]): ManagedFieldsEntry[] | undefined {
  const owners = sortInPlace(
    managers.filter(({ fields }) => !isEmptySet(fields)),
    byPlace,
  );
  return owners.length > 0 ? owners.map((manager) => manager.entry ?? entryOf(manager)) : undefined;
}

/** Encodes managers as `entriesOf` does, with pauses in the fields that are marked as long. Entries of such fields are marked, and their list. */
export function* entriesSteps(managers: readonly Manager[]): Steps<ManagedFieldsEntry[] | undefined> {
  const ordered: Manager[] = [];
  let hasLong = false;
  for (const manager of managers) {
    const { entry, fields } = manager;
    if (isLong(fields)) hasLong = true;
    ordered.push(entry === undefined && isLong(fields) ? { ...manager, fields: yield* inOrderSteps(fields) } : manager);
  }
  const entries = entriesOf(ordered);
  if (!entries || !hasLong) return entries;
  for (const entry of entries) markAs(entry, entry.fieldsV1);
  return markLong(entries);
}

const byPlace = (a: Manager, b: Manager): number =>
  compareTexts(a.operation, b.operation) ||
  compareTexts(a.time ?? '', b.time ?? '') ||
  compareTexts(a.manager, b.manager) ||
  compareTexts(a.apiVersion, b.apiVersion);

function entryOf({ manager, operation, apiVersion, subresource, time, fields }: Manager): ManagedFieldsEntry {
  return {
    manager,
    operation,
    apiVersion,
    ...(time === undefined ? {} : { time }),
    fieldsType: 'FieldsV1',
    fieldsV1: inOrder(fields),
    ...(subresource === '' ? {} : { subresource }),
  };
}

export const findManager = (managers: readonly Manager[], id: ManagerId): Manager | undefined => managers.find((manager) => sameManager(manager, id));

/** Fields in the terms of a version of the kind. */
export type FieldsByVersion = (apiVersion: string) => FieldSet;

/** Fields that another manager owns. */
export interface ManagedFields {
  readonly manager: Manager;
  readonly fields: FieldSet;
}

/** Returns the other managers that own some of the fields, with those. */
export function* conflictsWith(managers: readonly Manager[], id: ManagerId, fieldsIn: FieldsByVersion): Steps<ManagedFields[]> {
  const conflicts: ManagedFields[] = [];
  for (const manager of managers) {
    if (sameManager(manager, id)) continue;
    const fields = yield* intersectionSteps(manager.fields, fieldsIn(manager.apiVersion));
    if (fields) conflicts.push({ manager, fields });
  }
  return conflicts;
}

/** Returns the managers after a write by `id`: it owns `own`; no other owns the fields that were changed or removed (`takenIn`). */
export function* withWrite(managers: readonly Manager[], id: ManagerId, own: FieldSet, takenIn: FieldsByVersion, time: string): Steps<Manager[]> {
  const next: Manager[] = [];
  for (const manager of managers) {
    if (sameManager(manager, id)) continue;
    const taken = takenIn(manager.apiVersion);
    const fields = isEmptySet(taken) ? manager.fields : yield* differenceSteps(manager.fields, taken);
    if (fields) next.push((yield* equalSetsSteps(fields, manager.fields)) ? manager : { ...manager, fields, entry: undefined });
  }
  if (isEmptySet(own)) return next;
  const before = findManager(managers, id);
  const isSame = before !== undefined && before.apiVersion === id.apiVersion && (yield* equalSetsSteps(before.fields, own));
  next.push(isSame ? before : { ...id, time, fields: own });
  return next;
}

const MAX_UPDATERS = 10;
const ANCIENT = 'ancient-changes';

/** Keeps the list from growing without end: the oldest of many writers are put together. */
export function* capped(managers: readonly Manager[]): Steps<Manager[]> {
  const updaters = managers.filter((manager) => manager.operation === 'Update' && manager.subresource === '');
  const excess = updaters.length - MAX_UPDATERS;
  if (excess <= 0) return [...managers];
  const old = [...updaters].sort((a, b) => compareTexts(a.time ?? '', b.time ?? '')).slice(0, excess + 1);
  const rest = managers.filter((manager) => !old.includes(manager));
  const byVersion = new Map<string, Manager>();
  for (const manager of old) {
    const bucket = byVersion.get(manager.apiVersion);
    byVersion.set(
      manager.apiVersion,
      bucket
        ? { ...bucket, time: manager.time, fields: yield* unionSteps(bucket.fields, manager.fields) }
        : { ...manager, manager: ANCIENT, entry: undefined },
    );
  }
  return [...rest, ...byVersion.values()];
}
