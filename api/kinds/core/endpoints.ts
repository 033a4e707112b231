import { defineKind } from '../../definition/kind.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import { ObjectReference } from '../../pod/reference.ts';
import type { Infer } from '../../schema/fields.ts';
import { atomicList, atomicStruct, int32, ref, string, struct, topLevel } from '../../schema/fields.ts';
import { endpointsStrategy } from './endpoints-strategy.ts';
import { endpointsColumns } from './object-columns.ts';

export const EndpointAddress = atomicStruct('EndpointAddress', 'An address behind a Service.', {
  hostname: string('Name in DNS, below that of the Service.').optional(),
  ip: string('The address; not loopback, link-local or multicast.'),
  nodeName: string('Node it is on.', { presence: 'pointer' }).optional(),
  targetRef: ref(ObjectReference, 'Object it belongs to.').optional(),
});
export type EndpointAddress = Infer<typeof EndpointAddress>;

export const EndpointPort = atomicStruct('EndpointPort', 'A port behind a Service.', {
  appProtocol: string('Protocol of the application, such as http or kubernetes.io/h2c.', { presence: 'pointer' }).optional(),
  name: string("Name of the Service's port.").optional(),
  port: int32('Port number.'),
  protocol: string('UDP, TCP or SCTP.', { goType: 'Protocol', default: 'TCP', enum: ['SCTP', 'TCP', 'UDP'] }).optional(),
});
export type EndpointPort = Infer<typeof EndpointPort>;

export const EndpointSubset = struct('EndpointSubset', 'Addresses that have the same ports.', {
  addresses: atomicList(EndpointAddress, 'Addresses that are ready.').optional(),
  notReadyAddresses: atomicList(EndpointAddress, 'Addresses that are not ready yet.').optional(),
  ports: atomicList(EndpointPort, 'Ports of each of them.').optional(),
});
export type EndpointSubset = Infer<typeof EndpointSubset>;

export const Endpoints = topLevel('Endpoints', 'The addresses behind a Service; EndpointSlice replaces it.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  }).optional(),
  subsets: atomicList(EndpointSubset, 'Addresses, grouped by their ports.').optional(),
});
export type Endpoints = Infer<typeof Endpoints>;

export const endpoints = defineKind<Endpoints>({
  group: '',
  version: 'v1',
  kind: 'Endpoints',
  plural: 'endpoints',
  namespaced: true,
  shortNames: ['ep'],
  schema: Endpoints,
  columns: endpointsColumns,
  storagePrefix: 'services/endpoints',
  strategy: endpointsStrategy,
  deprecation: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
});
