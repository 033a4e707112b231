import { Condition } from '../../../meta/condition.ts';
import { ObjectMeta } from '../../../meta/object-meta.ts';
import type { Infer } from '../../../schema/fields.ts';
import { atomicList, boolean, int32, intOrString, listMap, map, namedString, ref, string, struct, topLevel } from '../../../schema/fields.ts';

export const ServicePort = struct('ServicePort', 'A port of a Service.', {
  appProtocol: string('Protocol of the application, such as http or kubernetes.io/h2c.', { presence: 'pointer' }).tag(6).optional(),
  name: string('Name of the port; needed where there are several.').tag(1).optional(),
  nodePort: int32('Port on every node, for NodePort and LoadBalancer; chosen, if left out.').tag(5).optional(),
  port: int32('Port that clients use.').tag(3),
  protocol: string('TCP, UDP or SCTP.', { goType: 'Protocol', default: 'TCP', enum: ['SCTP', 'TCP', 'UDP'], published: 'TCP' })
    .tag(2)
    .optional(),
  targetPort: intOrString('Port of the pods, by number or name; that of port, if left out.').tag(4).optional(),
});
export type ServicePort = Infer<typeof ServicePort>;

export const ClientIPConfig = struct('ClientIPConfig', "Affinity to clients' addresses.", {
  timeoutSeconds: int32('Seconds that it lasts, up to a day.', { presence: 'pointer' }).tag(1).optional(),
});
export type ClientIPConfig = Infer<typeof ClientIPConfig>;

export const SessionAffinityConfig = struct('SessionAffinityConfig', 'Settings of session affinity.', {
  clientIP: ref(ClientIPConfig, 'For ClientIP.').tag(1).optional(),
});
export type SessionAffinityConfig = Infer<typeof SessionAffinityConfig>;

export const ServiceSpec = struct('ServiceSpec', 'How a Service is reached, and what stands behind it.', {
  allocateLoadBalancerNodePorts: boolean('Whether a LoadBalancer gets node ports.', { presence: 'pointer' }).tag(20).optional(),
  clusterIP: string('Address within the cluster; None for a headless Service, chosen if left out.').tag(3).optional(),
  clusterIPs: atomicList(string(), 'Addresses within the cluster, one a family; clusterIP is the first.').tag(18).optional(),
  externalIPs: atomicList(string(), 'Addresses of nodes, not managed by the cluster, that take traffic too.').tag(5).optional(),
  externalName: string('DNS name that an ExternalName Service stands for.').tag(10).optional(),
  externalTrafficPolicy: string('Whether traffic from outside goes to pods anywhere (Cluster) or on the same node (Local).', {
    goType: 'ServiceExternalTrafficPolicy',
    enum: ['Cluster', 'Local'],
  })
    .tag(11)
    .optional(),
  healthCheckNodePort: int32('Port where nodes tell load balancers whether they have pods of the Service.').tag(12).optional(),
  internalTrafficPolicy: string('Whether traffic from inside goes to pods anywhere (Cluster) or on the same node (Local).', {
    presence: 'pointer',
    goType: 'ServiceInternalTrafficPolicy',
    enum: ['Cluster', 'Local'],
  })
    .tag(22)
    .optional(),
  ipFamilies: atomicList(namedString('IPFamily', ['', 'IPv4', 'IPv6']), 'Families of the addresses: IPv4, IPv6.')
    .tag(19)
    .optional(),
  ipFamilyPolicy: string('SingleStack, PreferDualStack or RequireDualStack.', {
    presence: 'pointer',
    goType: 'IPFamilyPolicy',
    enum: ['PreferDualStack', 'RequireDualStack', 'SingleStack'],
  })
    .tag(17)
    .optional(),
  loadBalancerClass: string('Which load balancer is to serve it; never changes once set.', { presence: 'pointer' }).tag(21).optional(),
  loadBalancerIP: string('Wished address of the load balancer; old.').tag(8).optional(),
  loadBalancerSourceRanges: atomicList(string(), 'Blocks of addresses that the load balancer lets in.').tag(9).optional(),
  ports: listMap(ServicePort, ['port', 'protocol'], 'Ports of the Service.').tag(1).optional(),
  publishNotReadyAddresses: boolean('Publish pods before they are ready.').tag(13).optional(),
  selector: map(string(), 'Labels of the pods behind it; without one, endpoints are made by hand.', { 'x-kubernetes-map-type': 'atomic' })
    .tag(2)
    .optional(),
  sessionAffinity: string('None, or ClientIP to send a client to the same pod.', {
    goType: 'ServiceAffinity',
    default: 'None',
    enum: ['ClientIP', 'None'],
  })
    .tag(7)
    .optional(),
  sessionAffinityConfig: ref(SessionAffinityConfig, 'Settings of session affinity.').tag(14).optional(),
  trafficDistribution: string('Which pods to prefer, such as PreferSameZone.', { presence: 'pointer' }).tag(23).optional(),
  type: string('ClusterIP, NodePort, LoadBalancer or ExternalName.', {
    goType: 'ServiceType',
    default: 'ClusterIP',
    enum: ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'],
  })
    .tag(4)
    .optional(),
});
export type ServiceSpec = Infer<typeof ServiceSpec>;

export const PortStatus = struct('PortStatus', 'State of a port of a load balancer.', {
  error: string('What is wrong with it.', { presence: 'pointer' }).tag(3).optional(),
  port: int32('Port number.').tag(1),
  protocol: string('TCP, UDP or SCTP.', { goType: 'Protocol', enum: ['SCTP', 'TCP', 'UDP'] }).tag(2),
});
export type PortStatus = Infer<typeof PortStatus>;

export const LoadBalancerIngress = struct('LoadBalancerIngress', 'A point where a load balancer takes traffic.', {
  hostname: string('DNS name.').tag(2).optional(),
  ip: string('Address.').tag(1).optional(),
  ipMode: string('VIP where packets arrive with that address, Proxy where they do not.', {
    presence: 'pointer',
    goType: 'LoadBalancerIPMode',
  })
    .tag(3)
    .optional(),
  ports: atomicList(PortStatus, 'State of its ports.').tag(4).optional(),
});
export type LoadBalancerIngress = Infer<typeof LoadBalancerIngress>;

export const LoadBalancerStatus = struct('LoadBalancerStatus', 'State of a load balancer.', {
  ingress: atomicList(LoadBalancerIngress, 'Where it takes traffic.').tag(1).optional(),
});
export type LoadBalancerStatus = Infer<typeof LoadBalancerStatus>;

export const ServiceStatus = struct('ServiceStatus', 'State of a Service.', {
  conditions: listMap(Condition, ['type'], 'Latest observations, one of each type.').tag(2).optional(),
  loadBalancer: ref(LoadBalancerStatus, 'Its load balancer, if it has one.', { presence: 'filled' }).tag(1).optional(),
});
export type ServiceStatus = Infer<typeof ServiceStatus>;

export const Service = topLevel('Service', 'A name and address for a set of pods.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(ServiceSpec, 'What is wanted.', { presence: 'filled' }).tag(2).optional(),
  status: ref(ServiceStatus, 'What was last observed; written by the system.', { presence: 'filled' }).tag(3).optional(),
});
export type Service = Infer<typeof Service>;
