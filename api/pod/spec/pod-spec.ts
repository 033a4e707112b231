import type { Infer } from '../../schema/fields.ts';
import { atomicList, boolean, int32, int64, listMap, map, ref, resourceList, string, struct } from '../../schema/fields.ts';
import { Container, EphemeralContainer } from '../container/container.ts';
import { Affinity, Toleration, TopologySpreadConstraint } from '../placement/affinity.ts';
import { LocalObjectReference } from '../reference.ts';
import { ResourceRequirements } from '../resources/resources.ts';
import { PodSecurityContext } from '../security/security-context.ts';
import { Volume } from '../volume/volume.ts';

export const HostAlias = struct('HostAlias', "Names for an address in the pod's hosts file.", {
  hostnames: atomicList(string(), 'The names.').tag(2).optional(),
  ip: string('The address.').tag(1),
});
export type HostAlias = Infer<typeof HostAlias>;

export const PodDNSConfigOption = struct('PodDNSConfigOption', 'An option of the resolver.', {
  name: string('Name of the option.').tag(1).optional(),
  value: string('Its value, if it takes one.', { presence: 'pointer' }).tag(2).optional(),
});
export type PodDNSConfigOption = Infer<typeof PodDNSConfigOption>;

export const PodDNSConfig = struct('PodDNSConfig', 'Settings of the resolver, on top of those of dnsPolicy.', {
  nameservers: atomicList(string(), 'Addresses of name servers, tried first.').tag(1).optional(),
  options: atomicList(PodDNSConfigOption, 'Options; they win over those of dnsPolicy.').tag(3).optional(),
  searches: atomicList(string(), 'Domains to search names in.').tag(2).optional(),
});
export type PodDNSConfig = Infer<typeof PodDNSConfig>;

export const PodOS = struct('PodOS', 'The operating system of a pod.', {
  name: string('linux or windows.', { goType: 'OSName' }).tag(1),
});
export type PodOS = Infer<typeof PodOS>;

export const PodReadinessGate = struct('PodReadinessGate', 'A condition that must hold for the pod to be ready.', {
  conditionType: string('Type of the condition.', { goType: 'PodConditionType' }).tag(1),
});
export type PodReadinessGate = Infer<typeof PodReadinessGate>;

export const PodSchedulingGate = struct('PodSchedulingGate', 'Something that must be done before the pod is scheduled.', {
  name: string('Name of the gate.').tag(1),
});
export type PodSchedulingGate = Infer<typeof PodSchedulingGate>;

export const PodSchedulingGroup = struct(
  'PodSchedulingGroup',
  'The group that a pod is scheduled with.',
  {
    podGroupName: string('Name of the PodGroup.', { presence: 'pointer' }).tag(1).optional(),
  },
  { 'x-kubernetes-unions': [{ 'fields-to-discriminateBy': { podGroupName: 'PodGroupName' } }] },
);
export type PodSchedulingGroup = Infer<typeof PodSchedulingGroup>;

export const PodResourceClaim = struct('PodResourceClaim', 'A claim on devices.', {
  name: string('Name that containers refer to it by.').tag(1),
  resourceClaimName: string('Existing ResourceClaim.', { presence: 'pointer' }).tag(3).optional(),
  resourceClaimTemplateName: string('ResourceClaimTemplate to make one from, for this pod alone.', { presence: 'pointer' }).tag(4).optional(),
});
export type PodResourceClaim = Infer<typeof PodResourceClaim>;

export const PodSpec = struct('PodSpec', 'The containers of a pod, and how they run.', {
  activeDeadlineSeconds: int64('Seconds after which the pod is ended, whether it is done or not.', { presence: 'pointer' }).tag(5).optional(),
  affinity: ref(Affinity, 'Where the pod wants to run.').tag(18).optional(),
  automountServiceAccountToken: boolean('Whether a token of the service account is mounted.', { presence: 'pointer' }).tag(21).optional(),
  containers: listMap(Container, ['name'], 'The containers; at least one.').tag(2),
  dnsConfig: ref(PodDNSConfig, 'Settings of the resolver.').tag(26).optional(),
  dnsPolicy: string('Which name servers the pod asks.', {
    goType: 'DNSPolicy',
    default: 'ClusterFirst',
    enum: ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'],
  })
    .tag(6)
    .optional(),
  enableServiceLinks: boolean("Whether the namespace's Services are put into the environment.", { presence: 'pointer' }).tag(30).optional(),
  ephemeralContainers: listMap(EphemeralContainer, ['name'], 'Containers added to look into the running pod.').tag(34).optional(),
  hostAliases: listMap(HostAlias, ['ip'], 'Names to add to the hosts file.').tag(23).optional(),
  hostIPC: boolean("Use the node's IPC namespace.").tag(13).optional(),
  hostNetwork: boolean("Use the node's network.").tag(11).optional(),
  hostPID: boolean("Use the node's process namespace.").tag(12).optional(),
  hostUsers: boolean("Use the node's user namespace; false gives the pod one of its own.", { presence: 'pointer' }).tag(37).optional(),
  hostname: string('Host name of the pod; its own name, if left out.').tag(16).optional(),
  hostnameOverride: string('Host name as the pod sees it, whatever else says; not in DNS.', { presence: 'pointer' }).tag(41).optional(),
  imagePullSecrets: listMap(LocalObjectReference, ['name'], 'Secrets to pull the images with.').tag(15).optional(),
  initContainers: listMap(Container, ['name'], 'Containers that run to their end, one after the other, before the others start.').tag(20).optional(),
  nodeName: string('Node that the pod is on; set by the scheduler.').tag(10).optional(),
  nodeSelector: map(string(), 'Labels that the node must have.', { 'x-kubernetes-map-type': 'atomic' }).tag(7).optional(),
  os: ref(PodOS, 'Operating system that the containers are for.').tag(36).optional(),
  overhead: resourceList('What the pod costs beside its containers; set from the RuntimeClass.').tag(32).optional(),
  preemptionPolicy: string('Whether the pod may push out those of lower priority.', {
    presence: 'pointer',
    goType: 'PreemptionPolicy',
    enum: ['Never', 'PreemptLowerPriority'],
  })
    .tag(31)
    .optional(),
  priority: int32('Priority; set from the PriorityClass.', { presence: 'pointer' }).tag(25).optional(),
  priorityClassName: string('PriorityClass of the pod.').tag(24).optional(),
  readinessGates: atomicList(PodReadinessGate, 'Conditions that must hold, beside ready containers.').tag(28).optional(),
  resourceClaims: listMap(PodResourceClaim, ['name'], 'Claims on devices.', { patch: 'merge,retainKeys' }).tag(39).optional(),
  resources: ref(ResourceRequirements, 'What all containers together need, and may use.').tag(40).optional(),
  restartPolicy: string('When containers are started again: Always, OnFailure or Never.', {
    goType: 'RestartPolicy',
    default: 'Always',
    enum: ['Always', 'Never', 'OnFailure'],
  })
    .tag(3)
    .optional(),
  runtimeClassName: string('RuntimeClass to run the pod with.', { presence: 'pointer' }).tag(29).optional(),
  schedulerName: string('Scheduler that places the pod.', { default: 'default-scheduler' }).tag(19).optional(),
  schedulingGates: listMap(PodSchedulingGate, ['name'], 'What must be done before the pod is scheduled.').tag(38).optional(),
  schedulingGroup: ref(PodSchedulingGroup, 'Group that the pod is scheduled with.').tag(43).optional(),
  securityContext: ref(PodSecurityContext, 'Privileges of the pod, and of containers that name none of their own.', { default: {} })
    .tag(14)
    .optional(),
  serviceAccount: string('Old name of serviceAccountName.').tag(9).optional(),
  serviceAccountName: string('ServiceAccount that the pod acts as.').tag(8).optional(),
  setHostnameAsFQDN: boolean('Make the full DNS name the host name.', { presence: 'pointer' }).tag(35).optional(),
  shareProcessNamespace: boolean('One process namespace for all containers.', { presence: 'pointer' }).tag(27).optional(),
  subdomain: string('Makes the full name hostname.subdomain.namespace.svc.domain.').tag(17).optional(),
  terminationGracePeriodSeconds: int64('Seconds between the stop signal and the end by force.', { presence: 'pointer', default: 30 })
    .tag(4)
    .optional(),
  tolerations: atomicList(Toleration, 'Taints that the pod puts up with.').tag(22).optional(),
  topologySpreadConstraints: listMap(TopologySpreadConstraint, ['topologyKey', 'whenUnsatisfiable'], 'How evenly such pods must lie over places.')
    .tag(33)
    .optional(),
  volumes: listMap(Volume, ['name'], 'Volumes that containers can mount.', { patch: 'merge,retainKeys' }).tag(1).optional(),
});
export type PodSpec = Infer<typeof PodSpec>;
