import type { Infer } from '../schema/fields.ts';
import { anyValue, atomicList, atomicStruct, boolean, int64, listMap, map, ref, setList, string, struct, time } from '../schema/fields.ts';

export const OwnerReference = atomicStruct('OwnerReference', 'A pointer to an object that owns this one.', {
  apiVersion: string('Group and version of the owner.'),
  blockOwnerDeletion: boolean('Hold up foreground deletion of the owner until this object is gone.', { presence: 'pointer' }).optional(),
  controller: boolean('Marks the one owner that manages the object.', { presence: 'pointer' }).optional(),
  kind: string('Kind of the owner.'),
  name: string('Name of the owner.'),
  uid: string('Identifier of the owner.', { goType: 'types.UID' }),
});
export type OwnerReference = Infer<typeof OwnerReference>;

export const ManagedFieldsEntry = struct('ManagedFieldsEntry', 'The fields that one manager set with one operation.', {
  apiVersion: string('Version of the object that the fields are written in.').optional(),
  fieldsType: string('Form of the field set; always FieldsV1.').optional(),
  fieldsV1: anyValue('The set of fields, as a tree of paths.', { presence: 'pointer', goType: 'FieldsV1' }).optional(),
  manager: string('Who set the fields.').optional(),
  operation: string('Apply, or Update for all other writes.', { goType: 'ManagedFieldsOperationType' }).optional(),
  subresource: string('Subresource that the fields were set through; empty for the object itself.').optional(),
  time: time('When the manager last changed its fields.', { presence: 'pointer' }).optional(),
});
export type ManagedFieldsEntry = Infer<typeof ManagedFieldsEntry>;

export const ObjectMeta = struct('ObjectMeta', 'What every stored object has: identity, labels and what the system keeps about it.', {
  annotations: map(string(), 'Unstructured notes of tools and people; not for selecting objects.').optional(),
  creationTimestamp: time('When the object was created; set by the server.').optional(),
  deletionGracePeriodSeconds: int64('Seconds the object may take to stop; set with deletionTimestamp.', { presence: 'pointer' }).optional(),
  deletionTimestamp: time('When the object will be removed at the latest; set by a graceful deletion, and never taken back.', {
    presence: 'pointer',
  }).optional(),
  finalizers: setList(string(), 'Names of those who must clean up before the object may be removed.', {
    'x-kubernetes-patch-strategy': 'merge',
  }).optional(),
  generateName: string('Prefix from which the server makes a unique name where none is given.').optional(),
  generation: int64('Number that rises whenever what is wanted changes.').optional(),
  labels: map(string(), 'Keys and values by which objects are organised and selected.').optional(),
  managedFields: atomicList(ManagedFieldsEntry, 'Which manager set which fields; kept by the server for server-side apply.').optional(),
  name: string('Name of the object, unique for its kind within its namespace.').optional(),
  namespace: string('Namespace that the name is unique in; empty for objects of the whole cluster.').optional(),
  ownerReferences: listMap(OwnerReference, ['uid'], 'Objects that this one depends on; it is collected when all of them are gone.').optional(),
  resourceVersion: string('Opaque version of the object, for detecting changes; given on update, it must be the current one.').optional(),
  selfLink: string('No longer filled in.').optional(),
  uid: string('Identifier that no other object ever has; set by the server.').optional(),
});
export type ObjectMeta = Infer<typeof ObjectMeta>;

export const ShardInfo = struct('ShardInfo', 'Which part of a sharded list was answered.', {
  selector: string('Selector of the shard.'),
});
export type ShardInfo = Infer<typeof ShardInfo>;

export const ListMeta = struct('ListMeta', 'What a list says of itself.', {
  continue: string('Token to ask for the next part with, where the list was cut.').optional(),
  remainingItemCount: int64('How many objects follow this part, where that is known.', { presence: 'pointer' }).optional(),
  resourceVersion: string('Version of the collection, to watch from.').optional(),
  selfLink: string('No longer filled in.').optional(),
  shardInfo: ref(ShardInfo, 'The shard that was listed.').optional(),
});
export type ListMeta = Infer<typeof ListMeta>;
