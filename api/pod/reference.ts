import type { Infer } from '../schema/fields.ts';
import { atomicStruct, string, struct } from '../schema/fields.ts';

export const LocalObjectReference = atomicStruct('LocalObjectReference', 'An object in the same namespace.', {
  name: string('Name of the object.').tag(1).optional(),
});
export type LocalObjectReference = Infer<typeof LocalObjectReference>;

export const ObjectReference = atomicStruct('ObjectReference', 'An object.', {
  apiVersion: string('Group and version of the object.').tag(5).optional(),
  fieldPath: string('Part of the object, such as spec.containers{name}.').tag(7).optional(),
  kind: string('Kind of the object.').tag(1).optional(),
  name: string('Name of the object.').tag(3).optional(),
  namespace: string('Namespace of the object.').tag(2).optional(),
  resourceVersion: string('Version of the object.').tag(6).optional(),
  uid: string('Identifier of the object.', { goType: 'types.UID' }).tag(4).optional(),
});
export type ObjectReference = Infer<typeof ObjectReference>;

export const TypedLocalObjectReference = atomicStruct('TypedLocalObjectReference', 'An object of any kind in the same namespace.', {
  apiGroup: string('Group of the object; needed for all but the core group.', { presence: 'null' }).tag(1).optional(),
  kind: string('Kind of the object.').tag(2),
  name: string('Name of the object.').tag(3),
});
export type TypedLocalObjectReference = Infer<typeof TypedLocalObjectReference>;

export const TypedObjectReference = struct('TypedObjectReference', 'An object of any kind.', {
  apiGroup: string('Group of the object; needed for all but the core group.', { presence: 'null' }).tag(1).optional(),
  kind: string('Kind of the object.').tag(2),
  name: string('Name of the object.').tag(3),
  namespace: string('Namespace of the object, where a ReferenceGrant allows it.', { presence: 'pointer' }).tag(4).optional(),
});
export type TypedObjectReference = Infer<typeof TypedObjectReference>;

export const SecretReference = atomicStruct('SecretReference', 'A Secret in any namespace.', {
  name: string('Name of the Secret.').tag(1).optional(),
  namespace: string('Namespace of the Secret.').tag(2).optional(),
});
export type SecretReference = Infer<typeof SecretReference>;
