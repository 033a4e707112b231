import type { Infer } from '../schema/fields.ts';
import { boolean, int32, int64, list, map, quantity, string, struct } from '../schema/fields.ts';
import { Affinity, Toleration, TopologySpreadConstraint } from './affinity.ts';
import { Container, EphemeralContainer } from './container.ts';
import { LocalObjectReference } from './reference.ts';
import { ResourceRequirements } from './resources.ts';
import { PodSecurityContext } from './security-context.ts';
import { Volume } from './volume.ts';

export const HostAlias = struct('HostAlias', {
  hostnames: list(string()).optional(),
  ip: string(),
});
export type HostAlias = Infer<typeof HostAlias>;

export const PodDNSConfigOption = struct('PodDNSConfigOption', {
  name: string().optional(),
  value: string().optional(),
});
export type PodDNSConfigOption = Infer<typeof PodDNSConfigOption>;

export const PodDNSConfig = struct('PodDNSConfig', {
  nameservers: list(string()).optional(),
  options: list(PodDNSConfigOption).optional(),
  searches: list(string()).optional(),
});
export type PodDNSConfig = Infer<typeof PodDNSConfig>;

export const PodOS = struct('PodOS', {
  name: string(),
});
export type PodOS = Infer<typeof PodOS>;

export const PodReadinessGate = struct('PodReadinessGate', {
  conditionType: string(),
});
export type PodReadinessGate = Infer<typeof PodReadinessGate>;

export const PodSchedulingGate = struct('PodSchedulingGate', {
  name: string(),
});
export type PodSchedulingGate = Infer<typeof PodSchedulingGate>;

export const PodSchedulingGroup = struct('PodSchedulingGroup', {
  podGroupName: string().optional(),
});
export type PodSchedulingGroup = Infer<typeof PodSchedulingGroup>;

export const PodResourceClaim = struct('PodResourceClaim', {
  name: string(),
  resourceClaimName: string().optional(),
  resourceClaimTemplateName: string().optional(),
});
export type PodResourceClaim = Infer<typeof PodResourceClaim>;

export const PodSpec = struct('PodSpec', {
  activeDeadlineSeconds: int64().optional(),
  affinity: Affinity.optional(),
  automountServiceAccountToken: boolean().optional(),
  containers: list(Container),
  dnsConfig: PodDNSConfig.optional(),
  dnsPolicy: string().optional(),
  enableServiceLinks: boolean().optional(),
  ephemeralContainers: list(EphemeralContainer).optional(),
  hostAliases: list(HostAlias).optional(),
  hostIPC: boolean().optional(),
  hostNetwork: boolean().optional(),
  hostPID: boolean().optional(),
  hostUsers: boolean().optional(),
  hostname: string().optional(),
  hostnameOverride: string().optional(),
  imagePullSecrets: list(LocalObjectReference).optional(),
  initContainers: list(Container).optional(),
  nodeName: string().optional(),
  nodeSelector: map(string()).optional(),
  os: PodOS.optional(),
  overhead: map(quantity()).optional(),
  preemptionPolicy: string().optional(),
  priority: int32().optional(),
  priorityClassName: string().optional(),
  readinessGates: list(PodReadinessGate).optional(),
  resourceClaims: list(PodResourceClaim).optional(),
  resources: ResourceRequirements.optional(),
  restartPolicy: string().optional(),
  runtimeClassName: string().optional(),
  schedulerName: string().optional(),
  schedulingGates: list(PodSchedulingGate).optional(),
  schedulingGroup: PodSchedulingGroup.optional(),
  securityContext: PodSecurityContext.optional(),
  serviceAccount: string().optional(),
  serviceAccountName: string().optional(),
  setHostnameAsFQDN: boolean().optional(),
  shareProcessNamespace: boolean().optional(),
  subdomain: string().optional(),
  terminationGracePeriodSeconds: int64().optional(),
  tolerations: list(Toleration).optional(),
  topologySpreadConstraints: list(TopologySpreadConstraint).optional(),
  volumes: list(Volume).optional(),
});
export type PodSpec = Infer<typeof PodSpec>;
