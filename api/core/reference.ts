import type { Infer } from '../schema/fields.ts';
import { string, struct } from '../schema/fields.ts';

export const LocalObjectReference = struct('LocalObjectReference', {
  name: string().optional(),
});
export type LocalObjectReference = Infer<typeof LocalObjectReference>;

export const ObjectReference = struct('ObjectReference', {
  apiVersion: string().optional(),
  fieldPath: string().optional(),
  kind: string().optional(),
  name: string().optional(),
  namespace: string().optional(),
  resourceVersion: string().optional(),
  uid: string().optional(),
});
export type ObjectReference = Infer<typeof ObjectReference>;

export const TypedLocalObjectReference = struct('TypedLocalObjectReference', {
  apiGroup: string().optional(),
  kind: string(),
  name: string(),
});
export type TypedLocalObjectReference = Infer<typeof TypedLocalObjectReference>;

export const TypedObjectReference = struct('TypedObjectReference', {
  apiGroup: string().optional(),
  kind: string(),
  name: string(),
  namespace: string().optional(),
});
export type TypedObjectReference = Infer<typeof TypedObjectReference>;

export const SecretReference = struct('SecretReference', {
  name: string().optional(),
  namespace: string().optional(),
});
export type SecretReference = Infer<typeof SecretReference>;
