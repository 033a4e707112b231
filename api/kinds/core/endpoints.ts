import { defineKind } from '../../definition/kind.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import { ObjectReference } from '../../pod/reference.ts';
import type { Infer } from '../../schema/fields.ts';
import { atomicList, atomicStruct, int32, ref, string, struct, topLevel } from '../../schema/fields.ts';
import { endpointsStrategy } from './endpoints-strategy.ts';
import { endpointsColumns } from './object-columns.ts';

export const EndpointAddress = atomicStruct('EndpointAddress', 'An address behind a Service.', {
  hostname: string('Name in DNS, below that of the Service.').tag(3).optional(),
  ip: string('The address; not loopback, link-local or multicast.').tag(1),
  nodeName: string('Node it is on.', { presence: 'pointer' }).tag(4).optional(),
  targetRef: ref(ObjectReference, 'Object it belongs to.').tag(2).optional(),
});
export type EndpointAddress = Infer<typeof EndpointAddress>;

export const EndpointPort = atomicStruct('EndpointPort', 'A port behind a Service.', {
  appProtocol: string('Protocol of the application, such as http or kubernetes.io/h2c.', { presence: 'pointer' }).tag(4).optional(),
  name: string("Name of the Service's port.").tag(1).optional(),
  port: int32('Port number.').tag(2),
  protocol: string('UDP, TCP or SCTP.', { goType: 'Protocol', default: 'TCP', enum: ['SCTP', 'TCP', 'UDP'] })
    .tag(3)
    .optional(),
});
export type EndpointPort = Infer<typeof EndpointPort>;

export const EndpointSubset = struct('EndpointSubset', 'Addresses that have the same ports.', {
  addresses: atomicList(EndpointAddress, 'Addresses that are ready.').tag(1).optional(),
  notReadyAddresses: atomicList(EndpointAddress, 'Addresses that are not ready yet.').tag(2).optional(),
  ports: atomicList(EndpointPort, 'Ports of each of them.').tag(3).optional(),
});
export type EndpointSubset = Infer<typeof EndpointSubset>;

export const Endpoints = topLevel('Endpoints', 'The addresses behind a Service; EndpointSlice replaces it.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  subsets: atomicList(EndpointSubset, 'Addresses, grouped by their ports.').tag(2).optional(),
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
