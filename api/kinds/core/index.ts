import type { KindGroup } from '../../definition/group.ts';
import { TopologySelectorTerm } from '../storage/topology-selector.ts';
import { bindings } from './binding.ts';
import { componentStatuses } from './component-status.ts';
import { configMaps } from './config-map.ts';
import { endpoints } from './endpoints.ts';
import { events } from './event.ts';
import { limitRanges } from './limit-range.ts';
import { namespaces } from './namespace.ts';
import { nodes } from './node/index.ts';
import { persistentVolumes } from './persistent-volume/index.ts';
import { persistentVolumeClaims } from './persistent-volume-claim/index.ts';
import { pods } from './pod/index.ts';
import { podTemplates } from './pod-template.ts';
import { replicationControllers } from './replication-controller.ts';
import { resourceQuotas } from './resource-quota.ts';
import { secrets } from './secret.ts';
import { services } from './service/index.ts';
import { serviceAccounts } from './service-account.ts';

export const coreGroup: KindGroup = {
  name: '',
  rank: 18000,
  versionPriorities: { v1: 1 },
  goPackage: 'io.k8s.api.core',
  kinds: [
    pods,
    podTemplates,
    replicationControllers,
    services,
    endpoints,
    nodes,
    namespaces,
    persistentVolumes,
    persistentVolumeClaims,
    resourceQuotas,
    limitRanges,
    configMaps,
    secrets,
    serviceAccounts,
    events,
    bindings,
    componentStatuses,
  ],
  structures: [{ version: 'v1', schema: TopologySelectorTerm }],
};

export { Binding, bindings } from './binding.ts';
export { ComponentStatus, componentStatuses } from './component-status.ts';
export { ConfigMap, configMaps } from './config-map.ts';
export { Endpoints, endpoints } from './endpoints.ts';
export { Event, events } from './event.ts';
export { LimitRange, limitRanges } from './limit-range.ts';
export { Namespace, namespaces } from './namespace.ts';
export { Node, nodes } from './node/index.ts';
export { PersistentVolume, persistentVolumes } from './persistent-volume/index.ts';
export { PersistentVolumeClaim, persistentVolumeClaims } from './persistent-volume-claim/index.ts';
export { Pod, pods } from './pod/index.ts';
export { PodTemplate, podTemplates } from './pod-template.ts';
export { ReplicationController, replicationControllers } from './replication-controller.ts';
export { ResourceQuota, resourceQuotas } from './resource-quota.ts';
export { Secret, secrets } from './secret.ts';
export { Service, services } from './service/index.ts';
export { ServiceAccount, serviceAccounts } from './service-account.ts';
