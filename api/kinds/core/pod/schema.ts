import { ObjectMeta } from '../../../meta/object-meta.ts';
import { ContainerStatus } from '../../../pod/container/container-status.ts';
import { ResourceRequirements } from '../../../pod/resources/resources.ts';
import { PodSpec } from '../../../pod/spec/pod-spec.ts';
import type { Infer } from '../../../schema/fields.ts';
import { atomicList, int64, listMap, map, quantity, ref, resourceList, setList, string, struct, time, topLevel } from '../../../schema/fields.ts';

export const PodCondition = struct('PodCondition', "One observation of a pod's state.", {
  lastProbeTime: time('When the condition was last looked at.', { presence: 'null' }).tag(3).optional(),
  lastTransitionTime: time('When the status last changed.', { presence: 'null' }).tag(4).optional(),
  message: string('Explanation for people.').tag(6).optional(),
  observedGeneration: int64('The metadata.generation that this was computed from.').tag(7).optional(),
  reason: string('One CamelCase word for why it is so.').tag(5).optional(),
  status: string('True, False or Unknown.', { goType: 'ConditionStatus' }).tag(2),
  type: string('PodScheduled, Initialized, ContainersReady, Ready and others.', { goType: 'PodConditionType' }).tag(1),
});
export type PodCondition = Infer<typeof PodCondition>;

export const HostIP = struct('HostIP', 'An address of a node.', {
  ip: string('The address.').tag(1),
});
export type HostIP = Infer<typeof HostIP>;

export const PodIP = struct('PodIP', 'An address of a pod.', {
  ip: string('The address.').tag(1),
});
export type PodIP = Infer<typeof PodIP>;

export const PodResourceClaimStatus = struct('PodResourceClaimStatus', 'The ResourceClaim made for a claim of the pod.', {
  name: string('Name of the claim in the pod.').tag(1),
  resourceClaimName: string('Name of the ResourceClaim; none was needed, if left out.', { presence: 'pointer' }).tag(2).optional(),
});
export type PodResourceClaimStatus = Infer<typeof PodResourceClaimStatus>;

export const ContainerExtendedResourceRequest = struct('ContainerExtendedResourceRequest', 'An extended resource that devices stand for.', {
  containerName: string('Name of the container.').tag(1),
  requestName: string('Request in the ResourceClaim.').tag(3),
  resourceName: string('Extended resource.').tag(2),
});
export type ContainerExtendedResourceRequest = Infer<typeof ContainerExtendedResourceRequest>;

export const PodExtendedResourceClaimStatus = struct('PodExtendedResourceClaimStatus', "The ResourceClaim behind a pod's extended resources.", {
  requestMappings: atomicList(ContainerExtendedResourceRequest, 'Which request stands for which resource.').tag(1),
  resourceClaimName: string('Name of the ResourceClaim.').tag(2),
});
export type PodExtendedResourceClaimStatus = Infer<typeof PodExtendedResourceClaimStatus>;

export const NodeAllocatableResourceClaimStatus = struct(
  'NodeAllocatableResourceClaimStatus',
  "What a ResourceClaim takes of a node's own resources.",
  {
    containers: setList(string(), 'Containers that use the claim.').tag(2).optional(),
    resourceClaimName: string('Name of the ResourceClaim.').tag(1),
    resources: map(quantity(), 'How much of each resource.').tag(3),
  },
);
export type NodeAllocatableResourceClaimStatus = Infer<typeof NodeAllocatableResourceClaimStatus>;

export const PodStatus = struct('PodStatus', 'What was last seen of a pod.', {
  allocatedResources: resourceList('Resources that the node has set aside for it.').tag(19).optional(),
  conditions: listMap(PodCondition, ['type'], 'Latest observations, one of each type.').tag(2).optional(),
  containerStatuses: atomicList(ContainerStatus, 'The containers.').tag(8).optional(),
  ephemeralContainerStatuses: atomicList(ContainerStatus, 'The ephemeral containers.').tag(13).optional(),
  extendedResourceClaimStatus: ref(PodExtendedResourceClaimStatus, 'ResourceClaim behind its extended resources.').tag(18).optional(),
  hostIP: string('Address of its node.').tag(5).optional(),
  hostIPs: atomicList(HostIP, 'Addresses of its node, one a family.', {
    'x-kubernetes-patch-strategy': 'merge',
    'x-kubernetes-patch-merge-key': 'ip',
  })
    .tag(16)
    .optional(),
  initContainerStatuses: atomicList(ContainerStatus, 'The init containers.').tag(10).optional(),
  message: string('Explanation for people.').tag(3).optional(),
  nodeAllocatableResourceClaimStatuses: atomicList(NodeAllocatableResourceClaimStatus, "What its ResourceClaims take of the node's own resources.")
    .tag(21)
    .optional(),
  nominatedNodeName: string('Node where others are pushed out for it.').tag(11).optional(),
  observedGeneration: int64('The metadata.generation that this was computed from.').tag(17).optional(),
  phase: string('Where it is in its life: Pending, Running, Succeeded, Failed or Unknown.', {
    goType: 'PodPhase',
    enum: ['Failed', 'Pending', 'Running', 'Succeeded', 'Unknown'],
  })
    .tag(1)
    .optional(),
  podIP: string('Its address.').tag(6).optional(),
  podIPs: listMap(PodIP, ['ip'], 'Its addresses, one a family; podIP is the first.').tag(12).optional(),
  qosClass: string('Guaranteed, Burstable or BestEffort, by its requests and limits.', {
    goType: 'PodQOSClass',
    enum: ['BestEffort', 'Burstable', 'Guaranteed'],
  })
    .tag(9)
    .optional(),
  reason: string('One CamelCase word for why it is so.').tag(4).optional(),
  resize: string('Old way to tell how a change of resources goes.', { goType: 'PodResizeStatus' }).tag(14).optional(),
  resourceClaimStatuses: listMap(PodResourceClaimStatus, ['name'], 'ResourceClaims made for it.', { patch: 'merge,retainKeys' }).tag(15).optional(),
  resources: ref(ResourceRequirements, 'Requests and limits of the whole pod in force.').tag(20).optional(),
  startTime: time('When its node took it on.', { presence: 'pointer' }).tag(7).optional(),
});
export type PodStatus = Infer<typeof PodStatus>;

export const Pod = topLevel('Pod', 'Containers that run together on one node, with one address.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(PodSpec, 'What is wanted.', { presence: 'filled' }).tag(2).optional(),
  status: ref(PodStatus, 'What was last observed; written by the system.', { presence: 'filled' }).tag(3).optional(),
});
export type Pod = Infer<typeof Pod>;
