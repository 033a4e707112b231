import { defineKind } from '../kind.ts';
import { ObjectMeta } from '../meta/object-meta.ts';
import type { Infer } from '../schema/fields.ts';
import { int64, list, map, quantity, string, struct, time, topLevel } from '../schema/fields.ts';
import { ContainerStatus } from './container-status.ts';
import { PodSpec } from './pod-spec.ts';
import { ResourceRequirements } from './resources.ts';

export const PodCondition = struct('PodCondition', {
  lastProbeTime: time().optional(),
  lastTransitionTime: time().optional(),
  message: string().optional(),
  observedGeneration: int64().optional(),
  reason: string().optional(),
  status: string(),
  type: string(),
});
export type PodCondition = Infer<typeof PodCondition>;

export const HostIP = struct('HostIP', {
  ip: string(),
});
export type HostIP = Infer<typeof HostIP>;

export const PodIP = struct('PodIP', {
  ip: string(),
});
export type PodIP = Infer<typeof PodIP>;

export const PodResourceClaimStatus = struct('PodResourceClaimStatus', {
  name: string(),
  resourceClaimName: string().optional(),
});
export type PodResourceClaimStatus = Infer<typeof PodResourceClaimStatus>;

export const ContainerExtendedResourceRequest = struct('ContainerExtendedResourceRequest', {
  containerName: string(),
  requestName: string(),
  resourceName: string(),
});
export type ContainerExtendedResourceRequest = Infer<typeof ContainerExtendedResourceRequest>;

export const PodExtendedResourceClaimStatus = struct('PodExtendedResourceClaimStatus', {
  requestMappings: list(ContainerExtendedResourceRequest),
  resourceClaimName: string(),
});
export type PodExtendedResourceClaimStatus = Infer<typeof PodExtendedResourceClaimStatus>;

export const NodeAllocatableResourceClaimStatus = struct('NodeAllocatableResourceClaimStatus', {
  containers: list(string()).optional(),
  resourceClaimName: string(),
  resources: map(string()),
});
export type NodeAllocatableResourceClaimStatus = Infer<typeof NodeAllocatableResourceClaimStatus>;

export const PodStatus = struct('PodStatus', {
  allocatedResources: map(quantity()).optional(),
  conditions: list(PodCondition).optional(),
  containerStatuses: list(ContainerStatus).optional(),
  ephemeralContainerStatuses: list(ContainerStatus).optional(),
  extendedResourceClaimStatus: PodExtendedResourceClaimStatus.optional(),
  hostIP: string().optional(),
  hostIPs: list(HostIP).optional(),
  initContainerStatuses: list(ContainerStatus).optional(),
  message: string().optional(),
  nodeAllocatableResourceClaimStatuses: list(NodeAllocatableResourceClaimStatus).optional(),
  nominatedNodeName: string().optional(),
  observedGeneration: int64().optional(),
  phase: string().optional(),
  podIP: string().optional(),
  podIPs: list(PodIP).optional(),
  qosClass: string().optional(),
  reason: string().optional(),
  resize: string().optional(),
  resourceClaimStatuses: list(PodResourceClaimStatus).optional(),
  resources: ResourceRequirements.optional(),
  startTime: time().optional(),
});
export type PodStatus = Infer<typeof PodStatus>;

export const Pod = topLevel('Pod', {
  metadata: ObjectMeta.optional(),
  spec: PodSpec.optional(),
  status: PodStatus.optional(),
});
export type Pod = Infer<typeof Pod>;

export const pods = defineKind<Pod>({
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  namespaced: true,
  shortNames: ['po'],
  categories: ['all'],
  schema: Pod,
  subresources: [
    { name: 'attach', verbs: ['create', 'get'], kind: 'PodAttachOptions' },
    { name: 'binding', verbs: ['create'], kind: 'Binding' },
    { name: 'ephemeralcontainers', verbs: ['get', 'patch', 'update'] },
    { name: 'eviction', verbs: ['create'], group: 'policy', version: 'v1', kind: 'Eviction' },
    { name: 'exec', verbs: ['create', 'get'], kind: 'PodExecOptions' },
    { name: 'log', verbs: ['get'] },
    { name: 'portforward', verbs: ['create', 'get'], kind: 'PodPortForwardOptions' },
    { name: 'proxy', verbs: ['create', 'delete', 'get', 'patch', 'update'], kind: 'PodProxyOptions' },
    { name: 'resize', verbs: ['get', 'patch', 'update'] },
    { name: 'status', verbs: ['get', 'patch', 'update'] },
  ],
});
