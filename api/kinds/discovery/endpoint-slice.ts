import { defineKind } from '../../definition/kind.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import { ObjectReference } from '../../pod/reference.ts';
import type { Infer } from '../../schema/fields.ts';
import { atomicList, boolean, int32, map, ref, setList, string, struct, topLevel } from '../../schema/fields.ts';
import { endpointSliceColumns } from './endpoint-slice-columns.ts';
import { endpointSliceStrategy } from './endpoint-slice-strategy.ts';

export const EndpointConditions = struct('EndpointConditions', 'State of an endpoint.', {
  ready: boolean('Whether it takes new traffic; unknown counts as true.', { presence: 'pointer' }).tag(1).optional(),
  serving: boolean('As ready, but also told while the endpoint is ending.', { presence: 'pointer' }).tag(2).optional(),
  terminating: boolean('Whether the endpoint is ending.', { presence: 'pointer' }).tag(3).optional(),
});
export type EndpointConditions = Infer<typeof EndpointConditions>;

export const ForZone = struct('ForZone', 'A zone that should use an endpoint.', {
  name: string('Name of the zone.').tag(1),
});
export type ForZone = Infer<typeof ForZone>;

export const ForNode = struct('ForNode', 'A node that should use an endpoint.', {
  name: string('Name of the node.').tag(1),
});
export type ForNode = Infer<typeof ForNode>;

export const EndpointHints = struct('EndpointHints', 'Who should use an endpoint.', {
  forNodes: atomicList(ForNode, 'Nodes that should use it.').tag(2).optional(),
  forZones: atomicList(ForZone, 'Zones that should use it.').tag(1).optional(),
});
export type EndpointHints = Infer<typeof EndpointHints>;

export const Endpoint = struct('Endpoint', 'One backend of a Service.', {
  addresses: setList(string(), "Its addresses, all of the slice's type; consumers use the first.").tag(1),
  conditions: ref(EndpointConditions, 'Its state.', { presence: 'filled' }).tag(2).optional(),
  deprecatedTopology: map(string(), 'Topology in the form of v1beta1; not used.').tag(5).optional(),
  hints: ref(EndpointHints, 'Who should use it.').tag(8).optional(),
  hostname: string('Name in DNS, below that of the Service.', { presence: 'pointer' }).tag(3).optional(),
  nodeName: string('Node that it runs on.', { presence: 'pointer' }).tag(6).optional(),
  targetRef: ref(ObjectReference, 'Object that stands behind it.').tag(4).optional(),
  zone: string('Zone that it is in.', { presence: 'pointer' }).tag(7).optional(),
});
export type Endpoint = Infer<typeof Endpoint>;

export const EndpointSlicePort = struct(
  'EndpointSlicePort',
  'A port that all endpoints of a slice have.',
  {
    appProtocol: string('Protocol of the application, such as http or kubernetes.io/h2c.', { presence: 'pointer' }).tag(4).optional(),
    name: string('Name of the port, unique within the slice.', { presence: 'pointer', default: '' }).tag(1).optional(),
    port: int32('Port number; left out means all ports.', { presence: 'pointer' }).tag(3).optional(),
    protocol: string('UDP, TCP or SCTP.', { presence: 'pointer', goType: 'Protocol', default: 'TCP', enum: ['SCTP', 'TCP', 'UDP'] })
      .tag(2)
      .optional(),
  },
  { goType: 'EndpointPort' },
);
export type EndpointSlicePort = Infer<typeof EndpointSlicePort>;

export const EndpointSlice = topLevel('EndpointSlice', 'Part of the backends of a Service.', {
  addressType: string('What the addresses are: IPv4, IPv6 or FQDN. Never changes.', { goType: 'AddressType', enum: ['FQDN', 'IPv4', 'IPv6'] }).tag(4),
  endpoints: atomicList(Endpoint, 'The backends, at most 1000.', { presence: 'null' }).tag(2).optional(),
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  ports: atomicList(EndpointSlicePort, 'Ports that every endpoint has, at most 100.', { presence: 'null' }).tag(3).optional(),
});
export type EndpointSlice = Infer<typeof EndpointSlice>;

export const endpointSlices = defineKind<EndpointSlice>({
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  namespaced: true,
  schema: EndpointSlice,
  columns: endpointSliceColumns,
  strategy: endpointSliceStrategy,
});
