import type { Infer } from '../../schema/fields.ts';
import { atomicList, boolean, int32, int64, listMap, map, ref, resourceList, string, struct } from '../../schema/fields.ts';
import { Container, EphemeralContainer } from '../container/container.ts';
import { Affinity, Toleration, TopologySpreadConstraint } from '../placement/affinity.ts';
import { LocalObjectReference } from '../reference.ts';
import { ResourceRequirements } from '../resources/resources.ts';
import { PodSecurityContext } from '../security/security-context.ts';
import { Volume } from '../volume/volume.ts';

export const HostAlias = struct('HostAlias', "Names for an address in the pod's hosts file.", {
  hostnames: atomicList(string(), 'The names.').optional(),
  ip: string('The address.'),
});
export type HostAlias = Infer<typeof HostAlias>;

export const PodDNSConfigOption = struct('PodDNSConfigOption', 'An option of the resolver.', {
  name: string('Name of the option.').optional(),
  value: string('Its value, if it takes one.', { presence: 'pointer' }).optional(),
});
export type PodDNSConfigOption = Infer<typeof PodDNSConfigOption>;

export const PodDNSConfig = struct('PodDNSConfig', 'Settings of the resolver, on top of those of dnsPolicy.', {
  nameservers: atomicList(string(), 'Addresses of name servers, tried first.').optional(),
  options: atomicList(PodDNSConfigOption, 'Options; they win over those of dnsPolicy.').optional(),
  searches: atomicList(string(), 'Domains to search names in.').optional(),
});
export type PodDNSConfig = Infer<typeof PodDNSConfig>;

export const PodOS = struct('PodOS', 'The operating system of a pod.', {
  name: string('linux or windows.', { goType: 'OSName' }),
});
export type PodOS = Infer<typeof PodOS>;

export const PodReadinessGate = struct('PodReadinessGate', 'A condition that must hold for the pod to be ready.', {
  conditionType: string('Type of the condition.', { goType: 'PodConditionType' }),
});
export type PodReadinessGate = Infer<typeof PodReadinessGate>;

export const PodSchedulingGate = struct('PodSchedulingGate', 'Something that must be done before the pod is scheduled.', {
  name: string('Name of the gate.'),
});
export type PodSchedulingGate = Infer<typeof PodSchedulingGate>;

export const PodSchedulingGroup = struct('PodSchedulingGroup', 'The group that a pod is scheduled with.', {
  podGroupName: string('Name of the PodGroup.', { presence: 'pointer' }).optional(),
});
export type PodSchedulingGroup = Infer<typeof PodSchedulingGroup>;

export const PodResourceClaim = struct('PodResourceClaim', 'A claim on devices.', {
  name: string('Name that containers refer to it by.'),
  resourceClaimName: string('Existing ResourceClaim.', { presence: 'pointer' }).optional(),
  resourceClaimTemplateName: string('ResourceClaimTemplate to make one from, for this pod alone.', { presence: 'pointer' }).optional(),
});
export type PodResourceClaim = Infer<typeof PodResourceClaim>;

export const PodSpec = struct('PodSpec', 'The containers of a pod, and how they run.', {
  activeDeadlineSeconds: int64('Seconds after which the pod is ended, whether it is done or not.', { presence: 'pointer' }).optional(),
  affinity: ref(Affinity, 'Where the pod wants to run.').optional(),
  automountServiceAccountToken: boolean('Whether a token of the service account is mounted.', { presence: 'pointer' }).optional(),
  containers: listMap(Container, ['name'], 'The containers; at least one.'),
  dnsConfig: ref(PodDNSConfig, 'Settings of the resolver.').optional(),
  dnsPolicy: string('Which name servers the pod asks.', {
    goType: 'DNSPolicy',
    default: 'ClusterFirst',
    enum: ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'],
  }).optional(),
  enableServiceLinks: boolean("Whether the namespace's Services are put into the environment.", { presence: 'pointer' }).optional(),
  ephemeralContainers: listMap(EphemeralContainer, ['name'], 'Containers added to look into the running pod.').optional(),
  hostAliases: listMap(HostAlias, ['ip'], 'Names to add to the hosts file.').optional(),
  hostIPC: boolean("Use the node's IPC namespace.").optional(),
  hostNetwork: boolean("Use the node's network.").optional(),
  hostPID: boolean("Use the node's process namespace.").optional(),
  hostUsers: boolean("Use the node's user namespace; false gives the pod one of its own.", { presence: 'pointer' }).optional(),
  hostname: string('Host name of the pod; its own name, if left out.').optional(),
  hostnameOverride: string('Host name as the pod sees it, whatever else says; not in DNS.', { presence: 'pointer' }).optional(),
  imagePullSecrets: listMap(LocalObjectReference, ['name'], 'Secrets to pull the images with.').optional(),
  initContainers: listMap(Container, ['name'], 'Containers that run to their end, one after the other, before the others start.').optional(),
  nodeName: string('Node that the pod is on; set by the scheduler.').optional(),
  nodeSelector: map(string(), 'Labels that the node must have.', { 'x-kubernetes-map-type': 'atomic' }).optional(),
  os: ref(PodOS, 'Operating system that the containers are for.').optional(),
  overhead: resourceList('What the pod costs beside its containers; set from the RuntimeClass.').optional(),
  preemptionPolicy: string('Whether the pod may push out those of lower priority.', {
    presence: 'pointer',
    goType: 'PreemptionPolicy',
    enum: ['Never', 'PreemptLowerPriority'],
  }).optional(),
  priority: int32('Priority; set from the PriorityClass.', { presence: 'pointer' }).optional(),
  priorityClassName: string('PriorityClass of the pod.').optional(),
  readinessGates: atomicList(PodReadinessGate, 'Conditions that must hold, beside ready containers.').optional(),
  resourceClaims: listMap(PodResourceClaim, ['name'], 'Claims on devices.', { patch: 'merge,retainKeys' }).optional(),
  resources: ref(ResourceRequirements, 'What all containers together need, and may use.').optional(),
  restartPolicy: string('When containers are started again: Always, OnFailure or Never.', {
    goType: 'RestartPolicy',
    default: 'Always',
    enum: ['Always', 'Never', 'OnFailure'],
  }).optional(),
  runtimeClassName: string('RuntimeClass to run the pod with.', { presence: 'pointer' }).optional(),
  schedulerName: string('Scheduler that places the pod.', { default: 'default-scheduler' }).optional(),
  schedulingGates: listMap(PodSchedulingGate, ['name'], 'What must be done before the pod is scheduled.').optional(),
  schedulingGroup: ref(PodSchedulingGroup, 'Group that the pod is scheduled with.').optional(),
  securityContext: ref(PodSecurityContext, 'Privileges of the pod, and of containers that name none of their own.', { default: {} }).optional(),
  serviceAccount: string('Old name of serviceAccountName.').optional(),
  serviceAccountName: string('ServiceAccount that the pod acts as.').optional(),
  setHostnameAsFQDN: boolean('Make the full DNS name the host name.', { presence: 'pointer' }).optional(),
  shareProcessNamespace: boolean('One process namespace for all containers.', { presence: 'pointer' }).optional(),
  subdomain: string('Makes the full name hostname.subdomain.namespace.svc.domain.').optional(),
  terminationGracePeriodSeconds: int64('Seconds between the stop signal and the end by force.', { presence: 'pointer', default: 30 }).optional(),
  tolerations: atomicList(Toleration, 'Taints that the pod puts up with.').optional(),
  topologySpreadConstraints: listMap(
    TopologySpreadConstraint,
    ['topologyKey', 'whenUnsatisfiable'],
    'How evenly such pods must lie over places.',
  ).optional(),
  volumes: listMap(Volume, ['name'], 'Volumes that containers can mount.', { patch: 'merge,retainKeys' }).optional(),
});
export type PodSpec = Infer<typeof PodSpec>;
