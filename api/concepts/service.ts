import { defineKind } from '../definition/kind.ts';
import { LoadBalancerStatus, needsHealthCheck, ServiceSpec, services } from '../kinds/core/service/index.ts';
import { Condition } from '../meta/condition.ts';
import { ObjectMeta } from '../meta/object-meta.ts';
import type { Infer } from '../schema/fields.ts';
import { atomicList, int32, listMap, ref, string, struct, topLevel } from '../schema/fields.ts';

const PublishedPort = struct('PublishedPort', 'A port under which the Service is reached.', {
  name: string('Name of the port.').optional(),
  nodePort: int32('Port on every node, for NodePort and LoadBalancer.').optional(),
  port: int32('Port that clients use.'),
  protocol: string('TCP, UDP or SCTP.').optional(),
});
export type PublishedPort = Infer<typeof PublishedPort>;

const ServiceStatus = struct('ServiceStatus', 'State of a Service.', {
  clusterIP: string('Address within the cluster, of the core Service behind it.').optional(),
  clusterIPs: atomicList(string(), 'Addresses within the cluster, one a family.').optional(),
  conditions: listMap(Condition, ['type'], 'Latest observations, one of each type.').optional(),
  ipFamilies: atomicList(string(), 'Families of the addresses: IPv4, IPv6.').optional(),
  loadBalancer: ref(LoadBalancerStatus, 'Its load balancer, if it has one.').optional(),
  ports: atomicList(PublishedPort, 'Ports under which it is reached.').optional(),
});
export type ConceptServiceStatus = Infer<typeof ServiceStatus>;

/** A Service of skiff.dev: a core Service of its name carries the traffic, and the addresses of that one are shown in its status. */
export const ConceptService = topLevel('Service', 'A name and address for a set of pods.', {
  metadata: ref(ObjectMeta, 'Identity of the object.', { presence: 'filled' }).optional(),
  spec: ref(ServiceSpec, 'What is wanted.', { presence: 'filled' }).optional(),
  status: ref(ServiceStatus, 'What was last observed; written by the system.', { presence: 'filled' }).optional(),
});
export type ConceptService = Infer<typeof ConceptService>;

/** A port that every rule accepts. */
const ANY_PORT = 1;

/**
 * Returns a Service as it is validated at home, after allocation: the port at which nodes report their health is chosen for the core Service
 * behind it.
 */
function asAllocated(service: ConceptService): ConceptService {
  const { spec } = service;
  return spec && needsHealthCheck(spec) && !spec.healthCheckNodePort ? { ...service, spec: { ...spec, healthCheckNodePort: ANY_PORT } } : service;
}

const { quota: _, strategy, ...definition } = services;

/** Quotas count them as `count/services.skiff.dev` only: the core Service behind each is charged for its ports. */
export const conceptServices = defineKind<ConceptService>({
  ...definition,
  group: 'skiff.dev',
  version: 'v1',
  storagePrefix: 'skiff.dev/services',
  schema: ConceptService,
  strategy: {
    ...strategy,
    validate: (service) => strategy.validate?.(asAllocated(service)) ?? [],
    validateUpdate: (service, old) => strategy.validateUpdate?.(asAllocated(service), old) ?? [],
  },
});
