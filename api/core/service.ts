import { defineKind } from '../kind.ts';
import { Condition } from '../meta/condition.ts';
import { ObjectMeta } from '../meta/object-meta.ts';
import type { Infer } from '../schema/fields.ts';
import { boolean, int32, intOrString, list, map, string, struct, topLevel } from '../schema/fields.ts';

export const ServicePort = struct('ServicePort', {
  appProtocol: string().optional(),
  name: string().optional(),
  nodePort: int32().optional(),
  port: int32(),
  protocol: string().optional(),
  targetPort: intOrString().optional(),
});
export type ServicePort = Infer<typeof ServicePort>;

export const ClientIPConfig = struct('ClientIPConfig', {
  timeoutSeconds: int32().optional(),
});
export type ClientIPConfig = Infer<typeof ClientIPConfig>;

export const SessionAffinityConfig = struct('SessionAffinityConfig', {
  clientIP: ClientIPConfig.optional(),
});
export type SessionAffinityConfig = Infer<typeof SessionAffinityConfig>;

export const ServiceSpec = struct('ServiceSpec', {
  allocateLoadBalancerNodePorts: boolean().optional(),
  clusterIP: string().optional(),
  clusterIPs: list(string()).optional(),
  externalIPs: list(string()).optional(),
  externalName: string().optional(),
  externalTrafficPolicy: string().optional(),
  healthCheckNodePort: int32().optional(),
  internalTrafficPolicy: string().optional(),
  ipFamilies: list(string()).optional(),
  ipFamilyPolicy: string().optional(),
  loadBalancerClass: string().optional(),
  loadBalancerIP: string().optional(),
  loadBalancerSourceRanges: list(string()).optional(),
  ports: list(ServicePort).optional(),
  publishNotReadyAddresses: boolean().optional(),
  selector: map(string()).optional(),
  sessionAffinity: string().optional(),
  sessionAffinityConfig: SessionAffinityConfig.optional(),
  trafficDistribution: string().optional(),
  type: string().optional(),
});
export type ServiceSpec = Infer<typeof ServiceSpec>;

export const PortStatus = struct('PortStatus', {
  error: string().optional(),
  port: int32(),
  protocol: string(),
});
export type PortStatus = Infer<typeof PortStatus>;

export const LoadBalancerIngress = struct('LoadBalancerIngress', {
  hostname: string().optional(),
  ip: string().optional(),
  ipMode: string().optional(),
  ports: list(PortStatus).optional(),
});
export type LoadBalancerIngress = Infer<typeof LoadBalancerIngress>;

export const LoadBalancerStatus = struct('LoadBalancerStatus', {
  ingress: list(LoadBalancerIngress).optional(),
});
export type LoadBalancerStatus = Infer<typeof LoadBalancerStatus>;

export const ServiceStatus = struct('ServiceStatus', {
  conditions: list(Condition).optional(),
  loadBalancer: LoadBalancerStatus.optional(),
});
export type ServiceStatus = Infer<typeof ServiceStatus>;

export const Service = topLevel('Service', {
  metadata: ObjectMeta.optional(),
  spec: ServiceSpec.optional(),
  status: ServiceStatus.optional(),
});
export type Service = Infer<typeof Service>;

export const services = defineKind<Service>({
  group: '',
  version: 'v1',
  kind: 'Service',
  plural: 'services',
  namespaced: true,
  shortNames: ['svc'],
  categories: ['all'],
  schema: Service,
  subresources: [
    { name: 'proxy', verbs: ['create', 'delete', 'get', 'patch', 'update'], kind: 'ServiceProxyOptions' },
    { name: 'status', verbs: ['get', 'patch', 'update'] },
  ],
  storagePrefix: 'services/specs',
});
