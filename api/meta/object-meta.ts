import type { Infer } from '../schema/fields.ts';
import { anyValue, boolean, int64, list, map, string, struct, time } from '../schema/fields.ts';

export const OwnerReference = struct('OwnerReference', {
  apiVersion: string(),
  blockOwnerDeletion: boolean().optional(),
  controller: boolean().optional(),
  kind: string(),
  name: string(),
  uid: string(),
});
export type OwnerReference = Infer<typeof OwnerReference>;

export const ManagedFieldsEntry = struct('ManagedFieldsEntry', {
  apiVersion: string().optional(),
  fieldsType: string().optional(),
  fieldsV1: anyValue().optional(),
  manager: string().optional(),
  operation: string().optional(),
  subresource: string().optional(),
  time: time().optional(),
});
export type ManagedFieldsEntry = Infer<typeof ManagedFieldsEntry>;

export const ObjectMeta = struct('ObjectMeta', {
  annotations: map(string()).optional(),
  creationTimestamp: time().optional(),
  deletionGracePeriodSeconds: int64().optional(),
  deletionTimestamp: time().optional(),
  finalizers: list(string()).optional(),
  generateName: string().optional(),
  generation: int64().optional(),
  labels: map(string()).optional(),
  managedFields: list(ManagedFieldsEntry).optional(),
  name: string().optional(),
  namespace: string().optional(),
  ownerReferences: list(OwnerReference).optional(),
  resourceVersion: string().optional(),
  selfLink: string().optional(),
  uid: string().optional(),
});
export type ObjectMeta = Infer<typeof ObjectMeta>;

export const ShardInfo = struct('ShardInfo', {
  selector: string(),
});
export type ShardInfo = Infer<typeof ShardInfo>;

export const ListMeta = struct('ListMeta', {
  continue: string().optional(),
  remainingItemCount: int64().optional(),
  resourceVersion: string().optional(),
  selfLink: string().optional(),
  shardInfo: ShardInfo.optional(),
});
export type ListMeta = Infer<typeof ListMeta>;
