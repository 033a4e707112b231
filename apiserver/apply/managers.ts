import type { ManagedFieldsEntry } from '../../api/meta/object-meta.ts';
import { inOrder } from './field-order.ts';
import type { FieldSet } from './field-set.ts';
import { difference, equalSets, intersection, isEmptySet, union } from './field-set.ts';

/** A manager of an object's fields: an entry of metadata.managedFields, decoded. */
export interface Manager {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource: string;
  readonly time: string | undefined;
  readonly fields: FieldSet;
}

export type ManagerId = Pick<Manager, 'manager' | 'operation' | 'apiVersion' | 'subresource'>;

/** Whether two are the same manager: appliers are in whatever version they speak, other writers only in the same. */
const sameManager = (a: ManagerId, b: ManagerId): boolean =>
  a.manager === b.manager &&
  a.operation === b.operation &&
  a.subresource === b.subresource &&
  (a.operation === 'Apply' || a.apiVersion === b.apiVersion);

export function managersOf(entries: readonly ManagedFieldsEntry[] | undefined): Manager[] {
  return (entries ?? []).flatMap(({ manager, operation, apiVersion, subresource, time, fieldsV1 }): Manager[] =>
    operation === 'Apply' || operation === 'Update'
      ? [
          {
            manager: manager ?? '',
            operation,
            apiVersion: apiVersion ?? '',
            subresource: subresource ?? '',
            time,
            fields: (fieldsV1 ?? {}) as FieldSet,
          },
        ]
      : [],
  );
}

/** Encodes managers in upstream's order: appliers first, then by time and name. Returns undefined if no field has an owner. */
export function entriesOf(managers: readonly Manager[]): ManagedFieldsEntry[] | undefined {
  const entries = managers
    .filter(({ fields }) => !isEmptySet(fields))
    .sort(
      (a, b) =>
        compare(a.operation, b.operation) ||
        compare(a.time ?? '', b.time ?? '') ||
        compare(a.manager, b.manager) ||
        compare(a.apiVersion, b.apiVersion),
    )
    .map(({ manager, operation, apiVersion, subresource, time, fields }) => ({
      manager,
      operation,
      apiVersion,
      ...(time === undefined ? {} : { time }),
      fieldsType: 'FieldsV1',
      fieldsV1: inOrder(fields),
      ...(subresource === '' ? {} : { subresource }),
    }));
  return entries.length > 0 ? entries : undefined;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export const findManager = (managers: readonly Manager[], id: ManagerId): Manager | undefined => managers.find((manager) => sameManager(manager, id));

/** Fields in the terms of a version of the kind. */
export type FieldsByVersion = (apiVersion: string) => FieldSet;

/** Returns the other managers that own some of the fields, with those. */
export function conflictsWith(
  managers: readonly Manager[],
  id: ManagerId,
  fieldsIn: FieldsByVersion,
): { readonly manager: Manager; readonly fields: FieldSet }[] {
  return managers.flatMap((manager) => {
    if (sameManager(manager, id)) return [];
    const common = intersection(manager.fields, fieldsIn(manager.apiVersion));
    return common ? [{ manager, fields: common }] : [];
  });
}

/** Returns the managers after a write by `id`: it owns `own`; no other owns the fields that were changed or removed (`takenIn`). */
export function withWrite(managers: readonly Manager[], id: ManagerId, own: FieldSet, takenIn: FieldsByVersion, time: string): Manager[] {
  const others = managers.flatMap((manager) => {
    if (sameManager(manager, id)) return [];
    const taken = takenIn(manager.apiVersion);
    if (isEmptySet(taken)) return [manager];
    const fields = difference(manager.fields, taken);
    if (!fields) return [];
    return [equalSets(fields, manager.fields) ? manager : { ...manager, fields }];
  });
  if (isEmptySet(own)) return others;
  const before = findManager(managers, id);
  const mine: Manager = before && equalSets(before.fields, own) && before.apiVersion === id.apiVersion ? before : { ...id, time, fields: own };
  return [...others, mine];
}

const MAX_UPDATERS = 10;
const ANCIENT = 'ancient-changes';

/** Keeps the list from growing without end: the oldest of many writers are put together. */
export function capped(managers: readonly Manager[]): Manager[] {
  const updaters = managers.filter((manager) => manager.operation === 'Update' && manager.subresource === '');
  const excess = updaters.length - MAX_UPDATERS;
  if (excess <= 0) return [...managers];
  const old = [...updaters].sort((a, b) => compare(a.time ?? '', b.time ?? '')).slice(0, excess + 1);
  const rest = managers.filter((manager) => !old.includes(manager));
  const byVersion = new Map<string, Manager>();
  for (const manager of old) {
    const bucket = byVersion.get(manager.apiVersion);
    byVersion.set(
      manager.apiVersion,
      bucket ? { ...bucket, time: manager.time, fields: union(bucket.fields, manager.fields) } : { ...manager, manager: ANCIENT },
    );
  }
  return [...rest, ...byVersion.values()];
}
