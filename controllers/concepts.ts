import type { Deployment } from '../api/apps/deployment.ts';
import type { ReplicaSet } from '../api/apps/replica-set.ts';
import { nodes } from '../api/core/node.ts';
import { pods } from '../api/core/pod.ts';
import type { ReplicationController } from '../api/core/replication-controller.ts';
import type { ResourceQuota } from '../api/core/resource-quota.ts';
import type { Service } from '../api/core/service.ts';
import { endpointSlices } from '../api/discovery/endpoint-slice.ts';
import type { Kind } from '../api/kind.ts';
import type { ControllerDefinition } from '../runtime/controller.ts';
import { deploymentController } from './deployment/controller.ts';
import { endpointSliceController } from './endpoint-slice/controller.ts';
import { replicaSetController, replicationControllerController } from './replica-set/controller.ts';
import { resourceQuotaController } from './resource-quota/controller.ts';
import { serviceLoadBalancerController } from './service-load-balancer/controller.ts';

/** The concepts as kinds of another group, `skiff.dev`; what is left out is not served. */
export interface ConceptKinds {
  readonly deployments?: Kind<Deployment>;
  readonly replicaSets?: Kind<ReplicaSet>;
  readonly replicationControllers?: Kind<ReplicationController>;
  readonly services?: Kind<Service>;
  readonly resourceQuotas?: Kind<ResourceQuota>;
}

/**
 * The controllers of the concepts on a stock cluster, which looks after pods, nodes and namespaces itself.
 * Its admission knows nothing of them: these quotas report, and hold nobody back.
 * @param counted the namespaced kinds that quotas may count
 */
export function conceptControllers(kinds: ConceptKinds, counted: () => readonly Kind[]): readonly ControllerDefinition[] {
  const { replicaSets: sets } = kinds;
  return [
    ...(kinds.deployments && sets ? [deploymentController({ deployments: kinds.deployments, replicaSets: sets, pods })] : []),
    ...(sets ? [replicaSetController({ replicaSets: sets, pods })] : []),
    ...(kinds.replicationControllers ? [replicationControllerController({ replicationControllers: kinds.replicationControllers, pods })] : []),
    ...(kinds.services ? [endpointSliceController({ services: kinds.services, pods, nodes, endpointSlices })] : []),
    ...(kinds.services ? [serviceLoadBalancerController({ services: kinds.services, nodes, endpointSlices })] : []),
    ...(kinds.resourceQuotas ? [resourceQuotaController({ resourceQuotas: kinds.resourceQuotas, counted, charged: false })] : []),
  ];
}
