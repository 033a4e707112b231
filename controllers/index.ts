import { deployments } from '../api/apps/deployment.ts';
import { replicaSets } from '../api/apps/replica-set.ts';
import { leases } from '../api/coordination/lease.ts';
import { configMaps } from '../api/core/config-map.ts';
import { endpoints } from '../api/core/endpoints.ts';
import { namespaces } from '../api/core/namespace.ts';
import { nodes } from '../api/core/node.ts';
import { pods } from '../api/core/pod.ts';
import { replicationControllers } from '../api/core/replication-controller.ts';
import { resourceQuotas } from '../api/core/resource-quota.ts';
import { secrets } from '../api/core/secret.ts';
import { services } from '../api/core/service.ts';
import { serviceAccounts } from '../api/core/service-account.ts';
import { endpointSlices } from '../api/discovery/endpoint-slice.ts';
import type { Kind } from '../api/kind.ts';
import type { ControllerDefinition } from '../runtime/controller.ts';
import { deploymentController } from './deployment/controller.ts';
import { endpointSliceController } from './endpoint-slice/controller.ts';
import { endpointSliceMirroringController } from './endpoint-slice-mirroring/controller.ts';
import { endpointsController } from './endpoints/controller.ts';
import { garbageCollectorController } from './garbage-collector/controller.ts';
import { namespaceController } from './namespace/controller.ts';
import type { NodeIpamConfig } from './node-ipam/controller.ts';
import { nodeIpamController } from './node-ipam/controller.ts';
import { nodeLifecycleController } from './node-lifecycle/controller.ts';
import type { MonitorConfig } from './node-lifecycle/monitor.ts';
import { nodeTtlController } from './node-ttl/controller.ts';
import type { PodGcConfig } from './pod-gc/controller.ts';
import { podGcController } from './pod-gc/controller.ts';
import { replicaSetController, replicationControllerController } from './replica-set/controller.ts';
import { resourceQuotaController } from './resource-quota/controller.ts';
import { rootCaController } from './root-ca/controller.ts';
import { serviceAccountController } from './service-account/controller.ts';
import { serviceAccountTokenController } from './service-account-token/controller.ts';
import { serviceLoadBalancerController } from './service-load-balancer/controller.ts';
import { taintEvictionController } from './taint-eviction/controller.ts';
import { tokenCleanerController } from './token-cleaner/controller.ts';

export interface HomeOptions {
  /**
   * Every kind that is stored and can be listed, watched and deleted, each in one version. Asked again and again: kinds may come and go.
   */
  readonly kinds: () => readonly Kind[];
  /** The certificates (PEM) by which pods verify the API server. */
  readonly rootCaPem: string;
  readonly nodeMonitor?: Partial<MonitorConfig>;
  readonly nodeIpam?: NodeIpamConfig;
  readonly podGc?: PodGcConfig;
}

/** All controllers of skiff's own cluster. */
export function homeControllers(options: HomeOptions): readonly ControllerDefinition[] {
  const namespaced = () => options.kinds().filter((kind) => kind.namespaced);
  return [
    serviceAccountController({ namespaces, serviceAccounts }),
    rootCaController({ namespaces, configMaps }, options.rootCaPem),
    nodeIpamController({ nodes }, options.nodeIpam),
    nodeTtlController({ nodes }),
    nodeLifecycleController({ nodes, pods, leases }, options.nodeMonitor),
    taintEvictionController({ nodes, pods }),
    deploymentController({ deployments, replicaSets, pods }),
    replicaSetController({ replicaSets, pods }),
    replicationControllerController({ replicationControllers, pods }),
    endpointsController({ services, pods, endpoints }),
    endpointSliceController({ services, pods, nodes, endpointSlices }),
    endpointSliceMirroringController({ services, endpoints, endpointSlices }),
    serviceLoadBalancerController({ services, nodes, endpointSlices }),
    resourceQuotaController({ resourceQuotas, counted: namespaced }),
    namespaceController({ namespaces, pods, content: namespaced }),
    podGcController({ nodes, pods }, options.podGc),
    garbageCollectorController({ collected: options.kinds }),
    serviceAccountTokenController({ secrets, serviceAccounts }, options.rootCaPem),
    tokenCleanerController({ secrets }),
  ];
}
