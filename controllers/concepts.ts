import type { ConceptService } from '../api/concepts/service.ts';
import type { Kind } from '../api/definition/kind.ts';
import type { Deployment } from '../api/kinds/apps/deployment.ts';
import type { ReplicaSet } from '../api/kinds/apps/replica-set.ts';
import { nodes } from '../api/kinds/core/node/index.ts';
import { pods } from '../api/kinds/core/pod/index.ts';
import type { ReplicationController } from '../api/kinds/core/replication-controller.ts';
import type { ResourceQuota } from '../api/kinds/core/resource-quota.ts';
import { services } from '../api/kinds/core/service/index.ts';
import { endpointSlices } from '../api/kinds/discovery/endpoint-slice.ts';
import type { ControllerDefinition } from '../runtime/control/controller.ts';
import { backingServiceController } from './network/backing-service/controller.ts';
import { backs } from './network/backing-service/plan.ts';
import { endpointSliceController } from './network/endpoint-slice/controller.ts';
import { resourceQuotaController } from './policy/resource-quota/controller.ts';
import { deploymentController } from './workloads/deployment/controller.ts';
import { replicaSetController } from './workloads/replica-set/controller.ts';
import { replicationControllerController } from './workloads/replication-controller/controller.ts';

/** The concepts as kinds of another group, `skiff.dev`; a kind that is left out is not served. */
export interface ConceptKinds {
  readonly deployments?: Kind<Deployment>;
  readonly replicaSets?: Kind<ReplicaSet>;
  readonly replicationControllers?: Kind<ReplicationController>;
  readonly services?: Kind<ConceptService>;
  readonly resourceQuotas?: Kind<ResourceQuota>;
}

export interface ConceptOptions {
  /** Returns the namespaced kinds that quotas may count. */
  readonly counted: () => readonly Kind[];
  /** Whether a webhook charges the quotas. The cluster's own admission does not know them. */
  readonly enforced: boolean;
}

/** Lists the controllers of the concepts on a stock cluster, which runs pods, nodes and namespaces itself. */
export function conceptControllers(kinds: ConceptKinds, { counted, enforced }: ConceptOptions): readonly ControllerDefinition[] {
  const { replicaSets: sets } = kinds;
  return [
    ...(kinds.deployments && sets ? [deploymentController({ deployments: kinds.deployments, replicaSets: sets, pods })] : []),
    ...(sets ? [replicaSetController({ replicaSets: sets, pods })] : []),
    ...(kinds.replicationControllers ? [replicationControllerController({ replicationControllers: kinds.replicationControllers, pods })] : []),
    ...(kinds.services ? [backingServiceController({ services: kinds.services, coreServices: services })] : []),
    ...(kinds.services ? [endpointSliceController({ services: kinds.services, pods, nodes, endpointSlices }, { kind: services, backs })] : []),
    ...(kinds.resourceQuotas ? [resourceQuotaController({ resourceQuotas: kinds.resourceQuotas, counted, enforcement: { on: enforced } })] : []),
  ];
}
