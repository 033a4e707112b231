import type { Infer } from '../schema/fields.ts';
import { anyValue, atomicList, boolean, int64, listMap, map, ref, setList, string, struct, time } from '../schema/fields.ts';

export const OwnerReference = struct(
  'OwnerReference',
  'A pointer to an object that owns this one.',
  {
    apiVersion: string('Group and version of the owner.').tag(5),
    blockOwnerDeletion: boolean('Hold up foreground deletion of the owner until this object is gone.', { presence: 'pointer' }).tag(7).optional(),
    controller: boolean('Marks the one owner that manages the object.', { presence: 'pointer' }).tag(6).optional(),
    kind: string('Kind of the owner.').tag(1),
    name: string('Name of the owner.').tag(3),
    uid: string('Identifier of the owner.', { goType: 'types.UID' }).tag(4),
  },
  { 'x-kubernetes-map-type': 'atomic', requiredOrder: ['apiVersion', 'kind', 'name', 'uid'] },
);
export type OwnerReference = Infer<typeof OwnerReference>;

export const ManagedFieldsEntry = struct('ManagedFieldsEntry', 'The fields that one manager set with one operation.', {
  apiVersion: string('Version of the object that the fields are written in.').tag(3).optional(),
  fieldsType: string('Form of the field set; always FieldsV1.').tag(6).optional(),
  fieldsV1: anyValue('The set of fields, as a tree of paths.', { presence: 'pointer', goType: 'FieldsV1' }).tag(7).optional(),
  manager: string('Who set the fields.').tag(1).optional(),
  operation: string('Apply, or Update for all other writes.', { goType: 'ManagedFieldsOperationType' }).tag(2).optional(),
  subresource: string('Subresource that the fields were set through; empty for the object itself.').tag(8).optional(),
  time: time('When the manager last changed its fields.', { presence: 'pointer' }).tag(4).optional(),
});
export type ManagedFieldsEntry = Infer<typeof ManagedFieldsEntry>;

export const ObjectMeta = struct('ObjectMeta', 'What every stored object has: identity, labels and what the system keeps about it.', {
  annotations: map(string(), 'Unstructured notes of tools and people; not for selecting objects.').tag(12).optional(),
  creationTimestamp: time('CreationTimestamp is a timestamp of the creation of the object, set by the server.').tag(8).optional(),
  deletionGracePeriodSeconds: int64('Seconds the object may take to stop; set with deletionTimestamp.', { presence: 'pointer' }).tag(10).optional(),
  deletionTimestamp: time('When the object will be removed at the latest; set by a graceful deletion, and never taken back.', {
    presence: 'pointer',
  })
    .tag(9)
    .optional(),
  finalizers: setList(string(), 'Names of those who must clean up before the object may be removed.', {
    'x-kubernetes-patch-strategy': 'merge',
  })
    .tag(14)
    .optional(),
  generateName: string('Prefix from which the server makes a unique name where none is given.').tag(2).optional(),
  generation: int64('Number that rises whenever what is wanted changes.').tag(7).optional(),
  labels: map(string(), 'Keys and values by which objects are organised and selected.').tag(11).optional(),
  managedFields: atomicList(ManagedFieldsEntry, 'Which manager set which fields; kept by the server for server-side apply.').tag(17).optional(),
  name: string('Name of the object, unique for its kind within its namespace.').tag(1).optional(),
  namespace: string('Namespace that the name is unique in; empty for objects of the whole cluster.').tag(3).optional(),
  ownerReferences: listMap(OwnerReference, ['uid'], 'Objects that this one depends on; it is collected when all of them are gone.')
    .tag(13)
    .optional(),
  resourceVersion: string('Opaque version of the object, for detecting changes; given on update, it must be the current one.').tag(6).optional(),
  selfLink: string('No longer filled in.').tag(4).optional(),
  uid: string('Identifier that no other object ever has; set by the server.').tag(5).optional(),
});
export type ObjectMeta = Infer<typeof ObjectMeta>;

export const ShardInfo = struct('ShardInfo', 'Which part of a sharded list was answered.', {
  selector: string('Selector of the shard.').tag(1),
});
export type ShardInfo = Infer<typeof ShardInfo>;

export const ListMeta = struct('ListMeta', 'What a list says of itself.', {
  continue: string('Token to ask for the next part with, where the list was cut.').tag(3).optional(),
  remainingItemCount: int64('How many objects follow this part, where that is known.', { presence: 'pointer' }).tag(4).optional(),
  resourceVersion: string('Version of the collection, to watch from.').tag(2).optional(),
  selfLink: string('No longer filled in.').tag(1).optional(),
  shardInfo: ref(ShardInfo, 'The shard that was listed.').tag(5).optional(),
});
export type ListMeta = Infer<typeof ListMeta>;
