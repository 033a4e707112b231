import type * as client from '@kubernetes/client-node';
import type { CustomResourceDefinition } from '../../api/kinds/apiextensions/custom-resource-definition/index.ts';
import type { ControllerRevision } from '../../api/kinds/apps/controller-revision.ts';
import type { Deployment } from '../../api/kinds/apps/deployment.ts';
import type { ReplicaSet } from '../../api/kinds/apps/replica-set.ts';
import type { SelfSubjectReview } from '../../api/kinds/authentication/self-subject-review.ts';
import type { TokenRequest } from '../../api/kinds/authentication/token-request.ts';
import type { TokenReview } from '../../api/kinds/authentication/token-review.ts';
import type { SelfSubjectRulesReview } from '../../api/kinds/authorization/rules-review.ts';
import type { LocalSubjectAccessReview, SelfSubjectAccessReview, SubjectAccessReview } from '../../api/kinds/authorization/subject-access-review.ts';
import type { Scale } from '../../api/kinds/autoscaling/scale.ts';
import type { Lease } from '../../api/kinds/coordination/lease.ts';
import type { Binding } from '../../api/kinds/core/binding.ts';
import type { ConfigMap } from '../../api/kinds/core/config-map.ts';
import type { Endpoints } from '../../api/kinds/core/endpoints.ts';
import type { Event } from '../../api/kinds/core/event.ts';
import type { LimitRange } from '../../api/kinds/core/limit-range.ts';
import type { Namespace } from '../../api/kinds/core/namespace.ts';
import type { Node } from '../../api/kinds/core/node/index.ts';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { PodTemplate } from '../../api/kinds/core/pod-template.ts';
import type { ReplicationController } from '../../api/kinds/core/replication-controller.ts';
import type { ResourceQuota } from '../../api/kinds/core/resource-quota.ts';
import type { Secret } from '../../api/kinds/core/secret.ts';
import type { Service } from '../../api/kinds/core/service/index.ts';
import type { ServiceAccount } from '../../api/kinds/core/service-account.ts';
import type { EndpointSlice } from '../../api/kinds/discovery/endpoint-slice.ts';
import type { EventsEvent } from '../../api/kinds/events/event.ts';
import type { Eviction } from '../../api/kinds/policy/eviction.ts';
import type { ClusterRole, Role } from '../../api/kinds/rbac/role.ts';
import type { ClusterRoleBinding, RoleBinding } from '../../api/kinds/rbac/role-binding.ts';
import type { PriorityClass } from '../../api/kinds/scheduling/priority-class.ts';
import type { DeleteOptions } from '../../api/meta/delete-options.ts';
import type { Status } from '../../api/meta/status.ts';

/** The client library's type as it is in JSON, where dates are text. */
type Wire<T> = T extends Date ? string : T extends (infer I)[] ? Wire<I>[] : T extends object ? { [K in keyof T]: Wire<T[K]> } : T;

/** Compiles only if each type is assignable to the other. */
type Same<Ours, Theirs> = [Ours] extends [Wire<Theirs>]
  ? [Wire<Theirs>] extends [Ours]
    ? true
    : { missing: 'theirs is not ours' }
  : { missing: 'ours is not theirs' };
type All<T extends readonly true[]> = T;

/** tsc checks this list; nothing of it runs. */
export type ClientTypes = All<
  [
    Same<Binding, client.V1Binding>,
    Same<ClusterRole, client.V1ClusterRole>,
    Same<ClusterRoleBinding, client.V1ClusterRoleBinding>,
    Same<ConfigMap, client.V1ConfigMap>,
    Same<ControllerRevision, client.V1ControllerRevision>,
    Same<CustomResourceDefinition, client.V1CustomResourceDefinition>,
    Same<DeleteOptions, client.V1DeleteOptions>,
    Same<Deployment, client.V1Deployment>,
    Same<EndpointSlice, client.V1EndpointSlice>,
    Same<Endpoints, client.V1Endpoints>,
    Same<Event, client.CoreV1Event>,
    Same<EventsEvent, client.EventsV1Event>,
    Same<Eviction, client.V1Eviction>,
    Same<Lease, client.V1Lease>,
    Same<LimitRange, client.V1LimitRange>,
    Same<LocalSubjectAccessReview, client.V1LocalSubjectAccessReview>,
    Same<Namespace, client.V1Namespace>,
    Same<Node, client.V1Node>,
    Same<Pod, client.V1Pod>,
    Same<PodTemplate, client.V1PodTemplate>,
    Same<PriorityClass, client.V1PriorityClass>,
    Same<ReplicaSet, client.V1ReplicaSet>,
    Same<ReplicationController, client.V1ReplicationController>,
    Same<ResourceQuota, client.V1ResourceQuota>,
    Same<Role, client.V1Role>,
    Same<RoleBinding, client.V1RoleBinding>,
    Same<Scale, client.V1Scale>,
    Same<Secret, client.V1Secret>,
    Same<SelfSubjectAccessReview, client.V1SelfSubjectAccessReview>,
    Same<SelfSubjectReview, client.V1SelfSubjectReview>,
    Same<SelfSubjectRulesReview, client.V1SelfSubjectRulesReview>,
    Same<Service, client.V1Service>,
    Same<ServiceAccount, client.V1ServiceAccount>,
    Same<Status, client.V1Status>,
    Same<SubjectAccessReview, client.V1SubjectAccessReview>,
    Same<TokenReview, client.V1TokenReview>,
    Same<TokenRequest, client.AuthenticationV1TokenRequest>,
  ]
>;
