import { ObjectMeta } from '../../../meta/object-meta.ts';
import { ContainerStatus } from '../../../pod/container/container-status.ts';
import { ResourceRequirements } from '../../../pod/resources/resources.ts';
import { PodSpec } from '../../../pod/spec/pod-spec.ts';
import type { Infer } from '../../../schema/fields.ts';
import { atomicList, int64, listMap, map, ref, resourceList, setList, string, struct, time, topLevel } from '../../../schema/fields.ts';

export const PodCondition = struct('PodCondition', "One observation of a pod's state.", {
  lastProbeTime: time('When the condition was last looked at.', { presence: 'null' }).optional(),
  lastTransitionTime: time('When the status last changed.', { presence: 'null' }).optional(),
  message: string('Explanation for people.').optional(),
  observedGeneration: int64('The metadata.generation that this was computed from.').optional(),
  reason: string('One CamelCase word for why it is so.').optional(),
  status: string('True, False or Unknown.', { goType: 'ConditionStatus' }),
  type: string('PodScheduled, Initialized, ContainersReady, Ready and others.', { goType: 'PodConditionType' }),
});
export type PodCondition = Infer<typeof PodCondition>;

export const HostIP = struct('HostIP', 'An address of a node.', {
  ip: string('The address.'),
});
export type HostIP = Infer<typeof HostIP>;

export const PodIP = struct('PodIP', 'An address of a pod.', {
  ip: string('The address.'),
});
export type PodIP = Infer<typeof PodIP>;

export const PodResourceClaimStatus = struct('PodResourceClaimStatus', 'The ResourceClaim made for a claim of the pod.', {
  name: string('Name of the claim in the pod.'),
  resourceClaimName: string('Name of the ResourceClaim; none was needed, if left out.', { presence: 'pointer' }).optional(),
});
export type PodResourceClaimStatus = Infer<typeof PodResourceClaimStatus>;

export const ContainerExtendedResourceRequest = struct('ContainerExtendedResourceRequest', 'An extended resource that devices stand for.', {
  containerName: string('Name of the container.'),
  requestName: string('Request in the ResourceClaim.'),
  resourceName: string('Extended resource.'),
});
export type ContainerExtendedResourceRequest = Infer<typeof ContainerExtendedResourceRequest>;

export const PodExtendedResourceClaimStatus = struct('PodExtendedResourceClaimStatus', "The ResourceClaim behind a pod's extended resources.", {
  requestMappings: atomicList(ContainerExtendedResourceRequest, 'Which request stands for which resource.'),
  resourceClaimName: string('Name of the ResourceClaim.'),
});
export type PodExtendedResourceClaimStatus = Infer<typeof PodExtendedResourceClaimStatus>;

export const NodeAllocatableResourceClaimStatus = struct(
  'NodeAllocatableResourceClaimStatus',
  "What a ResourceClaim takes of a node's own resources.",
  {
    containers: setList(string(), 'Containers that use the claim.').optional(),
    resourceClaimName: string('Name of the ResourceClaim.'),
    resources: map(string(), 'How much of each resource.'),
  },
);
export type NodeAllocatableResourceClaimStatus = Infer<typeof NodeAllocatableResourceClaimStatus>;

export const PodStatus = struct('PodStatus', 'What was last seen of a pod.', {
  allocatedResources: resourceList('Resources that the node has set aside for it.').optional(),
  conditions: listMap(PodCondition, ['type'], 'Latest observations, one of each type.').optional(),
  containerStatuses: atomicList(ContainerStatus, 'The containers.').optional(),
  ephemeralContainerStatuses: atomicList(ContainerStatus, 'The ephemeral containers.').optional(),
  extendedResourceClaimStatus: ref(PodExtendedResourceClaimStatus, 'ResourceClaim behind its extended resources.').optional(),
  hostIP: string('Address of its node.').optional(),
  hostIPs: atomicList(HostIP, 'Addresses of its node, one a family.', {
    'x-kubernetes-patch-strategy': 'merge',
    'x-kubernetes-patch-merge-key': 'ip',
  }).optional(),
  initContainerStatuses: atomicList(ContainerStatus, 'The init containers.').optional(),
  message: string('Explanation for people.').optional(),
  nodeAllocatableResourceClaimStatuses: listMap(
    NodeAllocatableResourceClaimStatus,
    ['resourceClaimName'],
    "What its ResourceClaims take of the node's own resources.",
    { patch: false },
  ).optional(),
  nominatedNodeName: string('Node where others are pushed out for it.').optional(),
  observedGeneration: int64('The metadata.generation that this was computed from.').optional(),
  phase: string('Where it is in its life: Pending, Running, Succeeded, Failed or Unknown.', {
    goType: 'PodPhase',
    enum: ['Failed', 'Pending', 'Running', 'Succeeded', 'Unknown'],
  }).optional(),
  podIP: string('Its address.').optional(),
  podIPs: listMap(PodIP, ['ip'], 'Its addresses, one a family; podIP is the first.').optional(),
  qosClass: string('Guaranteed, Burstable or BestEffort, by its requests and limits.', {
    goType: 'PodQOSClass',
    enum: ['BestEffort', 'Burstable', 'Guaranteed'],
  }).optional(),
  reason: string('One CamelCase word for why it is so.').optional(),
  resize: string('Old way to tell how a change of resources goes.', { goType: 'PodResizeStatus' }).optional(),
  resourceClaimStatuses: listMap(PodResourceClaimStatus, ['name'], 'ResourceClaims made for it.', { patch: 'merge,retainKeys' }).optional(),
  resources: ref(ResourceRequirements, 'Requests and limits of the whole pod in force.').optional(),
  startTime: time('When its node took it on.', { presence: 'pointer' }).optional(),
});
export type PodStatus = Infer<typeof PodStatus>;

export const Pod = topLevel('Pod', 'Containers that run together on one node, with one address.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  }).optional(),
  spec: ref(PodSpec, 'What is wanted.', { presence: 'filled' }).optional(),
  status: ref(PodStatus, 'What was last observed; written by the system.', { presence: 'filled' }).optional(),
});
export type Pod = Infer<typeof Pod>;
