/**
 * `skiff/api`: the kinds that a cluster is made of, with the types of their objects.
 *
 * A kind tells a client where its objects are; one of your own is `const kind: Kind<MyObject> = { group, version, kind, plural, namespaced }`.
 */

export type { Kind } from './definition/kind.ts';
export { apiVersionOf } from './definition/kind.ts';
export type { CustomResourceDefinition } from './kinds/apiextensions/custom-resource-definition/index.ts';
export { customResourceDefinitions } from './kinds/apiextensions/custom-resource-definition/index.ts';
export type { ControllerRevision } from './kinds/apps/controller-revision.ts';
export { controllerRevisions } from './kinds/apps/controller-revision.ts';
export type { Deployment } from './kinds/apps/deployment.ts';
export { deployments, deploymentsV1beta2 } from './kinds/apps/deployment.ts';
export type { ReplicaSet } from './kinds/apps/replica-set.ts';
export { replicaSets } from './kinds/apps/replica-set.ts';
export { selfSubjectReviews } from './kinds/authentication/self-subject-review.ts';
export { tokenReviews } from './kinds/authentication/token-review.ts';
export { selfSubjectRulesReviews } from './kinds/authorization/rules-review.ts';
export { localSubjectAccessReviews, selfSubjectAccessReviews, subjectAccessReviews } from './kinds/authorization/subject-access-review.ts';
export type { Lease } from './kinds/coordination/lease.ts';
export { leases } from './kinds/coordination/lease.ts';
export { bindings } from './kinds/core/binding.ts';
export type { ConfigMap } from './kinds/core/config-map.ts';
export { configMaps } from './kinds/core/config-map.ts';
export type { Endpoints } from './kinds/core/endpoints.ts';
export { endpoints } from './kinds/core/endpoints.ts';
export type { Event } from './kinds/core/event.ts';
export { events } from './kinds/core/event.ts';
export type { LimitRange } from './kinds/core/limit-range.ts';
export { limitRanges } from './kinds/core/limit-range.ts';
export type { Namespace } from './kinds/core/namespace.ts';
export { namespaces } from './kinds/core/namespace.ts';
export type { Node } from './kinds/core/node/index.ts';
export { nodes } from './kinds/core/node/index.ts';
export type { Pod } from './kinds/core/pod/index.ts';
export { pods } from './kinds/core/pod/index.ts';
export type { PodTemplate } from './kinds/core/pod-template.ts';
export { podTemplates } from './kinds/core/pod-template.ts';
export type { ReplicationController } from './kinds/core/replication-controller.ts';
export { replicationControllers } from './kinds/core/replication-controller.ts';
export type { ResourceQuota } from './kinds/core/resource-quota.ts';
export { resourceQuotas } from './kinds/core/resource-quota.ts';
export type { Secret } from './kinds/core/secret.ts';
export { secrets } from './kinds/core/secret.ts';
export type { Service } from './kinds/core/service/index.ts';
export { services } from './kinds/core/service/index.ts';
export type { ServiceAccount } from './kinds/core/service-account.ts';
export { serviceAccounts } from './kinds/core/service-account.ts';
export type { EndpointSlice } from './kinds/discovery/endpoint-slice.ts';
export { endpointSlices } from './kinds/discovery/endpoint-slice.ts';
export { eventsEvents } from './kinds/events/event.ts';
export { kinds } from './kinds/index.ts';
export { clusterRoles, roles } from './kinds/rbac/role.ts';
export { clusterRoleBindings, roleBindings } from './kinds/rbac/role-binding.ts';
export type { PriorityClass } from './kinds/scheduling/priority-class.ts';
export { priorityClasses } from './kinds/scheduling/priority-class.ts';
export type { Condition } from './meta/condition.ts';
export type { LabelSelector } from './meta/label-selector.ts';
export type { KubeObject, Live, ObjectKey } from './meta/object.ts';
export { keyOf, keyText } from './meta/object.ts';
export type { ObjectMeta, OwnerReference } from './meta/object-meta.ts';
export { isAlreadyExists, isConflict, isExpired, isNotFound, StatusError } from './meta/status-error.ts';
export type { Container } from './pod/container/container.ts';
export type { PodSpec } from './pod/spec/pod-spec.ts';
