import { controllerRevisions } from '../api/kinds/apps/controller-revision.ts';
import { daemonSets } from '../api/kinds/apps/daemon-set/index.ts';
import { deployments } from '../api/kinds/apps/deployment.ts';
import { replicaSets } from '../api/kinds/apps/replica-set.ts';
import { statefulSets } from '../api/kinds/apps/stateful-set/index.ts';
import { horizontalPodAutoscalers } from '../api/kinds/autoscaling/horizontal-pod-autoscaler/index.ts';
import { cronJobs } from '../api/kinds/batch/cron-job/index.ts';
import { jobs } from '../api/kinds/batch/job/index.ts';
import { certificateSigningRequests as requests } from '../api/kinds/certificates/index.ts';
import { leases } from '../api/kinds/coordination/lease.ts';
import { configMaps } from '../api/kinds/core/config-map.ts';
import { endpoints } from '../api/kinds/core/endpoints.ts';
import { namespaces } from '../api/kinds/core/namespace.ts';
import { nodes } from '../api/kinds/core/node/index.ts';
import { persistentVolumes } from '../api/kinds/core/persistent-volume/index.ts';
import { persistentVolumeClaims } from '../api/kinds/core/persistent-volume-claim/index.ts';
import { pods } from '../api/kinds/core/pod/index.ts';
import { replicationControllers } from '../api/kinds/core/replication-controller.ts';
import { resourceQuotas } from '../api/kinds/core/resource-quota.ts';
import { secrets } from '../api/kinds/core/secret.ts';
import { services } from '../api/kinds/core/service/index.ts';
import { serviceAccounts } from '../api/kinds/core/service-account.ts';
import { endpointSlices } from '../api/kinds/discovery/endpoint-slice.ts';
import { ipAddresses } from '../api/kinds/networking/ip-address.ts';
import { serviceCidrs } from '../api/kinds/networking/service-cidr.ts';
import { podDisruptionBudgets } from '../api/kinds/policy/pod-disruption-budget/index.ts';
import { clusterRoles } from '../api/kinds/rbac/index.ts';
import { deviceClasses } from '../api/kinds/resource/device-class.ts';
import { resourceClaims } from '../api/kinds/resource/resource-claim.ts';
import { resourceClaimTemplates } from '../api/kinds/resource/resource-claim-template.ts';
import { resourceSlices } from '../api/kinds/resource/resource-slice.ts';
import { csiDrivers } from '../api/kinds/storage/csi-driver.ts';
import { storageClasses } from '../api/kinds/storage/storage-class.ts';
import { volumeAttachments } from '../api/kinds/storage/volume-attachment.ts';
import { volumeAttributesClasses } from '../api/kinds/storage/volume-attributes-class.ts';
import type { ControllerDefinition } from '../runtime/control/controller.ts';
import type { ServedKinds } from './_shared/served-kinds.ts';
import { isCollectable, isCountable } from './_shared/served-kinds.ts';
import { deviceTaintEvictionController } from './devices/device-taint-eviction/controller.ts';
import { resourceClaimController } from './devices/resource-claim/controller.ts';
import { bootstrapSignerController } from './identity/bootstrap-signer/controller.ts';
import { certificateApprovingController } from './identity/certificate-approving/controller.ts';
import { certificateCleanerController } from './identity/certificate-cleaner/controller.ts';
import type { SigningOptions } from './identity/certificate-signing/controller.ts';
import { certificateSigningController } from './identity/certificate-signing/controller.ts';
import { clusterRoleAggregationController } from './identity/cluster-role-aggregation/controller.ts';
import { kubeletServingApprovingController } from './identity/kubelet-serving-approving/controller.ts';
import { proxyClientApprovingController } from './identity/proxy-client-approving/controller.ts';
import { rootCaController } from './identity/root-ca/controller.ts';
import { serviceAccountController } from './identity/service-account/controller.ts';
import { serviceAccountTokenController } from './identity/service-account-token/controller.ts';
import { tokenCleanerController } from './identity/token-cleaner/controller.ts';
import { garbageCollectorController } from './lifecycle/garbage-collector/controller.ts';
import { namespaceController } from './lifecycle/namespace/controller.ts';
import type { PodGcConfig } from './lifecycle/pod-gc/controller.ts';
import { podGcController } from './lifecycle/pod-gc/controller.ts';
import { ttlAfterFinishedController } from './lifecycle/ttl-after-finished/controller.ts';
import { endpointSliceController } from './network/endpoint-slice/controller.ts';
import { endpointSliceMirroringController } from './network/endpoint-slice-mirroring/controller.ts';
import { endpointsController } from './network/endpoints/controller.ts';
import { serviceLoadBalancerController } from './network/service/controller.ts';
import { serviceCidrController } from './network/service-cidr/controller.ts';
import type { NodeIpamConfig } from './nodes/node-ipam/controller.ts';
import { nodeIpamController } from './nodes/node-ipam/controller.ts';
import { nodeLifecycleController } from './nodes/node-lifecycle/controller.ts';
import type { MonitorConfig } from './nodes/node-lifecycle/monitor.ts';
import { nodeTtlController } from './nodes/node-ttl/controller.ts';
import { taintEvictionController } from './nodes/taint-eviction/controller.ts';
import { disruptionController } from './policy/disruption/controller.ts';
import { resourceQuotaController } from './policy/resource-quota/controller.ts';
import { attachDetachController } from './storage/attach-detach/controller.ts';
import { ephemeralVolumeController } from './storage/ephemeral-volume/controller.ts';
import { localPathClassController } from './storage/local-path/class-controller.ts';
import { localPathProvisionerController } from './storage/local-path/controller.ts';
import { persistentVolumeBinderController } from './storage/persistent-volume-binder/controller.ts';
import { pvProtectionController } from './storage/pv-protection/controller.ts';
import { pvcProtectionController } from './storage/pvc-protection/controller.ts';
import { vacProtectionController } from './storage/vac-protection/controller.ts';
import { volumeExpandController } from './storage/volume-expand/controller.ts';
import { cronJobController } from './workloads/cron-job/controller.ts';
import { daemonSetController } from './workloads/daemon-set/controller.ts';
import { deploymentController } from './workloads/deployment/controller.ts';
import { horizontalPodAutoscalerController } from './workloads/horizontal-pod-autoscaler/controller.ts';
import type { AutoscalerSettings } from './workloads/horizontal-pod-autoscaler/settings.ts';
import { jobController } from './workloads/job/controller.ts';
import { replicaSetController } from './workloads/replica-set/controller.ts';
import { replicationControllerController } from './workloads/replication-controller/controller.ts';
import { statefulSetController } from './workloads/stateful-set/controller.ts';

export interface HomeOptions {
  readonly served: ServedKinds;
  /** The certificates (PEM) by which pods verify the API server. */
  readonly rootCaPem: string;
  /** The authority that signs certificate signing requests. Without it nobody does. */
  readonly signing?: SigningOptions;
  /** Names and addresses of the API server, which no node gets a certificate for. */
  readonly reservedNames?: readonly string[];
  readonly nodeMonitor?: Partial<MonitorConfig>;
  readonly nodeIpam?: NodeIpamConfig;
  readonly podGc?: PodGcConfig;
  /** Default: upstream's. */
  readonly autoscaler?: Partial<AutoscalerSettings>;
}

/** Lists the controllers of skiff's own cluster. */
export function homeControllers(options: HomeOptions): readonly ControllerDefinition[] {
  const { served } = options;
  const { signing, reservedNames = [] } = options;
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
    daemonSetController({ daemonSets, revisions: controllerRevisions, pods, nodes }),
    statefulSetController({ statefulSets, revisions: controllerRevisions, pods, claims: persistentVolumeClaims }),
    jobController({ jobs, pods }),
    cronJobController({ cronJobs, jobs }),
    ttlAfterFinishedController({ jobs }),
    horizontalPodAutoscalerController({ autoscalers: horizontalPodAutoscalers, pods, served: served.kinds }, options.autoscaler),
    endpointsController({ services, pods, endpoints }),
    endpointSliceController({ services, pods, nodes, endpointSlices }),
    endpointSliceMirroringController({ services, endpoints, endpointSlices }),
    serviceLoadBalancerController({ services, nodes, endpointSlices }),
    serviceCidrController({ serviceCidrs, ipAddresses }),
    disruptionController({
      budgets: podDisruptionBudgets,
      pods,
      deployments,
      replicaSets,
      replicationControllers,
      statefulSets,
      scaled: served.kinds,
    }),
    resourceQuotaController({
      resourceQuotas,
      counted: () => served.kinds().filter(isCountable),
      devices: { deviceClasses, pods, resourceClaims },
    }),
    namespaceController({ namespaces, pods, discover: served.discover }),
    podGcController({ nodes, pods }, options.podGc),
    persistentVolumeBinderController({ persistentVolumes, persistentVolumeClaims, storageClasses, pods }),
    attachDetachController({ nodes, pods, persistentVolumes, persistentVolumeClaims, csiDrivers, volumeAttachments }),
    ephemeralVolumeController({ pods, persistentVolumeClaims }),
    volumeExpandController({ persistentVolumes, persistentVolumeClaims }),
    localPathProvisionerController({ persistentVolumes, persistentVolumeClaims, storageClasses, nodes }),
    localPathClassController({ nodes, storageClasses }),
    pvcProtectionController({ persistentVolumeClaims, pods }),
    pvProtectionController({ persistentVolumes }),
    vacProtectionController({ volumeAttributesClasses, persistentVolumeClaims, persistentVolumes }),
    resourceClaimController({ resourceClaims, resourceClaimTemplates, pods }),
    deviceTaintEvictionController({ pods, resourceClaims, resourceSlices }),
    garbageCollectorController({ collected: () => served.kinds().filter(isCollectable) }),
    serviceAccountTokenController({ secrets, serviceAccounts }, options.rootCaPem),
    tokenCleanerController({ secrets }),
    clusterRoleAggregationController({ clusterRoles }),
    bootstrapSignerController({ configMaps, secrets }),
    certificateApprovingController({ requests, nodes }, new Set(reservedNames)),
    kubeletServingApprovingController({ requests, nodes, services }, reservedNames),
    proxyClientApprovingController(requests),
    ...(signing ? [certificateSigningController({ requests }, signing)] : []),
    certificateCleanerController({ requests }),
  ];
}
