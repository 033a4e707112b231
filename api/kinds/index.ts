import type { KindDefinition } from '../definition/kind.ts';
import { customResourceDefinitions } from './apiextensions/custom-resource-definition/index.ts';
import { controllerRevisions } from './apps/controller-revision.ts';
import { deployments, deploymentsV1beta2 } from './apps/deployment.ts';
import { replicaSets } from './apps/replica-set.ts';
import { selfSubjectReviews } from './authentication/self-subject-review.ts';
import { tokenReviews } from './authentication/token-review.ts';
import { selfSubjectRulesReviews } from './authorization/rules-review.ts';
import { localSubjectAccessReviews, selfSubjectAccessReviews, subjectAccessReviews } from './authorization/subject-access-review.ts';
import { leases } from './coordination/lease.ts';
import { bindings } from './core/binding.ts';
import { configMaps } from './core/config-map.ts';
import { endpoints } from './core/endpoints.ts';
import { events } from './core/event.ts';
import { limitRanges } from './core/limit-range.ts';
import { namespaces } from './core/namespace.ts';
import { nodes } from './core/node/index.ts';
import { pods } from './core/pod/index.ts';
import { podTemplates } from './core/pod-template.ts';
import { replicationControllers } from './core/replication-controller.ts';
import { resourceQuotas } from './core/resource-quota.ts';
import { secrets } from './core/secret.ts';
import { services } from './core/service/index.ts';
import { serviceAccounts } from './core/service-account.ts';
import { endpointSlices } from './discovery/endpoint-slice.ts';
import { eventsEvents } from './events/event.ts';
import { clusterRoles, roles } from './rbac/role.ts';
import { clusterRoleBindings, roleBindings } from './rbac/role-binding.ts';
import { priorityClasses } from './scheduling/priority-class.ts';

/** Every kind that skiff's own API server serves. */
export const kinds: readonly KindDefinition[] = [
  pods,
  podTemplates,
  replicationControllers,
  services,
  endpoints,
  nodes,
  namespaces,
  resourceQuotas,
  limitRanges,
  configMaps,
  secrets,
  serviceAccounts,
  events,
  bindings,
  replicaSets,
  deployments,
  deploymentsV1beta2,
  controllerRevisions,
  endpointSlices,
  leases,
  eventsEvents,
  priorityClasses,
  roles,
  clusterRoles,
  roleBindings,
  clusterRoleBindings,
  customResourceDefinitions,
  tokenReviews,
  selfSubjectReviews,
  subjectAccessReviews,
  selfSubjectAccessReviews,
  localSubjectAccessReviews,
  selfSubjectRulesReviews,
];
