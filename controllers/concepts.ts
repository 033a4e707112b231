import { deployments } from '../api/apps/deployment.ts';
import { replicaSets } from '../api/apps/replica-set.ts';
import { endpoints } from '../api/core/endpoints.ts';
import { nodes } from '../api/core/node.ts';
import { pods } from '../api/core/pod.ts';
import { replicationControllers } from '../api/core/replication-controller.ts';
import { resourceQuotas } from '../api/core/resource-quota.ts';
import { services } from '../api/core/service.ts';
import { endpointSlices } from '../api/discovery/endpoint-slice.ts';
import type { Kind } from '../api/kind.ts';
import type { KubeObject } from '../api/object.ts';
import type { ControllerDefinition } from '../runtime/controller.ts';
import { deploymentController } from './deployment/controller.ts';
import { endpointSliceController } from './endpoint-slice/controller.ts';
import { endpointsController } from './endpoints/controller.ts';
import { replicaSetController, replicationControllerController } from './replica-set/controller.ts';
import { resourceQuotaController } from './resource-quota/controller.ts';

/** The group and version under which the concepts are served on a stock cluster, as custom resources. */
export const CONCEPT_GROUP = 'skiff.dev';
export const CONCEPT_VERSION = 'v1';

const concept = <T extends KubeObject>({ kind, plural, namespaced }: Kind<T>): Kind<T> => ({
  group: CONCEPT_GROUP,
  version: CONCEPT_VERSION,
  kind,
  plural,
  namespaced,
});

/** The reconcilers that work on a stock cluster: the same as at home, handed the kinds of skiff.dev. Pods, nodes and endpoints are the cluster's own. */
export function conceptControllers(): readonly ControllerDefinition[] {
  const kinds = {
    deployments: concept(deployments),
    replicaSets: concept(replicaSets),
    replicationControllers: concept(replicationControllers),
    services: concept(services),
    resourceQuotas: concept(resourceQuotas),
  };
  return [
    deploymentController({ deployments: kinds.deployments, replicaSets: kinds.replicaSets, pods }),
    replicaSetController({ replicaSets: kinds.replicaSets, pods }),
    replicationControllerController({ replicationControllers: kinds.replicationControllers, pods }),
    endpointsController({ services: kinds.services, pods, endpoints }),
    endpointSliceController({ services: kinds.services, pods, nodes, endpointSlices }),
    resourceQuotaController({ resourceQuotas: kinds.resourceQuotas, counted: () => [pods] }),
  ];
}
