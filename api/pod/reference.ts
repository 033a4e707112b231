import type { Infer } from '../schema/fields.ts';
import { atomicStruct, string, struct } from '../schema/fields.ts';

export const LocalObjectReference = atomicStruct('LocalObjectReference', 'An object in the same namespace.', {
  name: string('Name of the object.').optional(),
});
export type LocalObjectReference = Infer<typeof LocalObjectReference>;

export const ObjectReference = atomicStruct('ObjectReference', 'An object.', {
  apiVersion: string('Group and version of the object.').optional(),
  fieldPath: string('Part of the object, such as spec.containers{name}.').optional(),
  kind: string('Kind of the object.').optional(),
  name: string('Name of the object.').optional(),
  namespace: string('Namespace of the object.').optional(),
  resourceVersion: string('Version of the object.').optional(),
  uid: string('Identifier of the object.', { goType: 'types.UID' }).optional(),
});
export type ObjectReference = Infer<typeof ObjectReference>;

export const TypedLocalObjectReference = atomicStruct('TypedLocalObjectReference', 'An object of any kind in the same namespace.', {
  apiGroup: string('Group of the object; needed for all but the core group.', { presence: 'pointer' }).optional(),
  kind: string('Kind of the object.'),
  name: string('Name of the object.'),
});
export type TypedLocalObjectReference = Infer<typeof TypedLocalObjectReference>;

export const TypedObjectReference = struct('TypedObjectReference', 'An object of any kind.', {
  apiGroup: string('Group of the object; needed for all but the core group.', { presence: 'pointer' }).optional(),
  kind: string('Kind of the object.'),
  name: string('Name of the object.'),
  namespace: string('Namespace of the object, where a ReferenceGrant allows it.', { presence: 'pointer' }).optional(),
});
export type TypedObjectReference = Infer<typeof TypedObjectReference>;

export const SecretReference = atomicStruct('SecretReference', 'A Secret in any namespace.', {
  name: string('Name of the Secret.').optional(),
  namespace: string('Namespace of the Secret.').optional(),
});
export type SecretReference = Infer<typeof SecretReference>;
