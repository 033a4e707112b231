import { ObjectMeta } from '../../../meta/object-meta.ts';
import { TypedLocalObjectReference } from '../../../pod/reference.ts';
import type { Infer } from '../../../schema/fields.ts';
import { atomicList, atomicStruct, int32, ref, string, struct, topLevel } from '../../../schema/fields.ts';

export const ServiceBackendPort = atomicStruct('ServiceBackendPort', 'A port of a Service, by name or by number.', {
  name: string('Name of the port.').tag(1).optional(),
  number: int32('Number of the port.').tag(2).optional(),
});
export type ServiceBackendPort = Infer<typeof ServiceBackendPort>;

export const IngressServiceBackend = struct('IngressServiceBackend', 'A Service that takes requests.', {
  name: string('Name of the Service.').tag(1),
  port: ref(ServiceBackendPort, 'Port of the Service.', { presence: 'filled' }).tag(2).optional(),
});
export type IngressServiceBackend = Infer<typeof IngressServiceBackend>;

export const IngressBackend = struct('IngressBackend', 'The destination of requests: a Service or another object.', {
  resource: ref(TypedLocalObjectReference, 'Object of another kind, which the controller knows.').tag(3).optional(),
  service: ref(IngressServiceBackend, 'The Service.').tag(4).optional(),
});
export type IngressBackend = Infer<typeof IngressBackend>;

export const HTTPIngressPath = struct(
  'HTTPIngressPath',
  'The destination of requests for a path.',
  {
    backend: ref(IngressBackend, 'The destination.').tag(2),
    path: string('The path, or the beginning of it.').tag(1).optional(),
    pathType: string('Exact, Prefix, or ImplementationSpecific: how the path is compared.', {
      presence: 'pointer',
      goType: 'PathType',
      enum: ['Exact', 'ImplementationSpecific', 'Prefix'],
    }).tag(3),
  },
  { requiredOrder: ['pathType', 'backend'] },
);
export type HTTPIngressPath = Infer<typeof HTTPIngressPath>;

export const HTTPIngressRuleValue = struct('HTTPIngressRuleValue', 'The paths of a host.', {
  paths: atomicList(HTTPIngressPath, 'Paths with their destinations.', { presence: 'null' }).tag(1),
});
export type HTTPIngressRuleValue = Infer<typeof HTTPIngressRuleValue>;

export const IngressRule = struct('IngressRule', 'The destinations of requests for a host.', {
  host: string('Name of the host, or `*.` and a domain; every host, if left out.').tag(1).optional(),
  // The field stands in the embedded structure, without a description.
  http: ref(HTTPIngressRuleValue, undefined, { embedded: 'IngressRuleValue' }).tag(2, 1).optional(),
});
export type IngressRule = Infer<typeof IngressRule>;

export const IngressTLS = struct('IngressTLS', 'A certificate, and the hosts that it is for.', {
  hosts: atomicList(string(), 'The hosts.').tag(1).optional(),
  secretName: string('Secret with certificate and key.').tag(2).optional(),
});
export type IngressTLS = Infer<typeof IngressTLS>;

export const IngressSpec = struct('IngressSpec', 'How requests from outside reach Services.', {
  defaultBackend: ref(IngressBackend, 'Destination of requests that no rule is for.').tag(1).optional(),
  ingressClassName: string('Class, which names the controller.', { presence: 'pointer' }).tag(4).optional(),
  rules: atomicList(IngressRule, 'Hosts and paths with their destinations.', { presence: 'pointer' }).tag(3).optional(),
  tls: atomicList(IngressTLS, 'Certificates.').tag(2).optional(),
});
export type IngressSpec = Infer<typeof IngressSpec>;

export const IngressPortStatus = struct('IngressPortStatus', 'State of a port of a load balancer.', {
  error: string('CamelCase word for what is wrong.', { presence: 'pointer' }).tag(3).optional(),
  port: int32('Number of the port.').tag(1),
  protocol: string('TCP, UDP or SCTP.', { goType: 'Protocol', enum: ['SCTP', 'TCP', 'UDP'] }).tag(2),
});
export type IngressPortStatus = Infer<typeof IngressPortStatus>;

export const IngressLoadBalancerIngress = struct('IngressLoadBalancerIngress', 'A point where a load balancer takes requests.', {
  hostname: string('Its name in DNS.').tag(2).optional(),
  ip: string('Its address.').tag(1).optional(),
  ports: atomicList(IngressPortStatus, 'Its ports.').tag(4).optional(),
});
export type IngressLoadBalancerIngress = Infer<typeof IngressLoadBalancerIngress>;

export const IngressLoadBalancerStatus = struct('IngressLoadBalancerStatus', 'State of the load balancer.', {
  ingress: atomicList(IngressLoadBalancerIngress, 'Where it takes requests.').tag(1).optional(),
});
export type IngressLoadBalancerStatus = Infer<typeof IngressLoadBalancerStatus>;

export const IngressStatus = struct('IngressStatus', 'What the controller set up.', {
  loadBalancer: ref(IngressLoadBalancerStatus, 'The load balancer.', { presence: 'filled' }).tag(1).optional(),
});
export type IngressStatus = Infer<typeof IngressStatus>;

export const Ingress = topLevel('Ingress', 'Leads HTTP requests from outside to Services, by host and path.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(IngressSpec, 'What is wanted.', { presence: 'filled' }).tag(2).optional(),
  status: ref(IngressStatus, 'What was last observed; written by the system.', { presence: 'filled' }).tag(3).optional(),
});
export type Ingress = Infer<typeof Ingress>;
