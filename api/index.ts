/**
 * `skiff/api`: the kinds that a cluster is made of, with the types of their objects.
 *
 * A kind tells a client where its objects are; one of your own is `const kind: Kind<MyObject> = { group, version, kind, plural, namespaced }`.
 */

export type { Kind } from './definition/kind.ts';
export { apiVersionOf } from './definition/kind.ts';
export * from './kinds/index.ts';
export type { Condition } from './meta/condition.ts';
export type { LabelSelector } from './meta/label-selector.ts';
export type { KubeObject, Live, ObjectKey } from './meta/object.ts';
export { keyOf, keyText } from './meta/object.ts';
export type { ObjectMeta, OwnerReference } from './meta/object-meta.ts';
export { isAlreadyExists, isConflict, isExpired, isNotFound, StatusError } from './meta/status-error.ts';
export type { Container } from './pod/container/container.ts';
export type { PodSpec } from './pod/spec/pod-spec.ts';
