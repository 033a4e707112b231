import { semanticEqual } from '../../../base/equality.ts';
import { ageColumn, firstThree, nameColumn, shown } from '../../columns/cells.ts';
import type { Column } from '../../columns/column.ts';
import { defineKind } from '../../definition/kind.ts';
import type { Strategy } from '../../definition/strategy.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import { PROTOCOLS } from '../../pod/container/port-validation.ts';
import { ObjectReference } from '../../pod/reference.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { duplicate, invalid, notSupported, required, tooMany } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { atomicList, boolean, int32, map, ref, setList, string, struct, topLevel } from '../../schema/fields.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { childPath, indexPath, pathText, rootPath } from '../../validation/field-path.ts';
import { addFaults, checkImmutable } from '../../validation/field-rules.ts';
import { checkIp, checkNonSpecialIp, parseIp } from '../../validation/ip-rules.ts';
import { dns1123LabelFaults, dns1123SubdomainFaults, labelValueFaults, qualifiedNameFaults, subdomainName } from '../../validation/name-rules.ts';
import { checkLabels } from '../../validation/object-meta.ts';

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
  { goType: 'EndpointPort', 'x-kubernetes-map-type': 'atomic' },
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

const ENDPOINTS = rootPath('endpoints');
const PORTS = rootPath('ports');
const ADDRESS_TYPES: readonly string[] = ['FQDN', 'IPv4', 'IPv6'];
const MAX_ENDPOINTS = 1000;
const MAX_ADDRESSES = 100;
const MAX_PORTS = 20000;
const MAX_TOPOLOGY_LABELS = 16;
const MAX_HINTS = 8;

function validate(slice: EndpointSlice): FieldError[] {
  const errors: FieldError[] = [];
  if (!slice.addressType) errors.push(required('addressType'));
  else if (!ADDRESS_TYPES.includes(slice.addressType)) errors.push(notSupported('addressType', slice.addressType, ADDRESS_TYPES));
  checkEndpoints(errors, slice.endpoints ?? [], slice.addressType);
  checkPorts(errors, slice.ports ?? []);
  return errors;
}

function checkEndpoints(errors: FieldError[], endpoints: readonly Endpoint[], addressType: string): void {
  if (endpoints.length > MAX_ENDPOINTS) {
    errors.push(tooMany('endpoints', endpoints.length, MAX_ENDPOINTS));
    return;
  }
  endpoints.forEach((endpoint, i) => {
    const at = indexPath(ENDPOINTS, i);
    const addresses = endpoint.addresses ?? [];
    if (addresses.length === 0) errors.push(required(pathText(at, 'addresses'), 'must contain at least 1 address'));
    else if (addresses.length > MAX_ADDRESSES) errors.push(tooMany(pathText(at, 'addresses'), addresses.length, MAX_ADDRESSES));
    addresses.forEach((address, j) => {
      checkAddress(errors, address, addressType, indexPath(childPath(at, 'addresses'), j));
    });
    if (endpoint.nodeName !== undefined) addFaults(errors, subdomainName(endpoint.nodeName, false), endpoint.nodeName, at, 'nodeName');
    const topology = endpoint.deprecatedTopology ?? {};
    const labels = Object.keys(topology).length;
    if (labels > MAX_TOPOLOGY_LABELS) errors.push(tooMany(pathText(at, 'deprecatedTopology'), labels, MAX_TOPOLOGY_LABELS));
    checkLabels(errors, topology, at, 'deprecatedTopology');
    if (endpoint.hostname !== undefined) addFaults(errors, dns1123LabelFaults(endpoint.hostname), endpoint.hostname, at, 'hostname');
    if (endpoint.hints) checkHints(errors, endpoint.hints, childPath(at, 'hints'));
  });
}

function checkAddress(errors: FieldError[], address: string, addressType: string, path: FieldPath): void {
  if (addressType === 'FQDN') {
    checkFullName(errors, address, path);
    return;
  }
  if (addressType !== 'IPv4' && addressType !== 'IPv6') return;
  if (!checkIp(errors, address, path)) return;
  const family = addressType === 'IPv4' ? 4 : 6;
  if (parseIp(address)?.family !== family) errors.push(invalid(pathText(path), address, `must be an ${addressType} address`));
  checkNonSpecialIp(errors, address, path);
}

function checkFullName(errors: FieldError[], value: string, path: FieldPath): void {
  const name = value.replace(/\.$/, '');
  if (value === '') errors.push(required(pathText(path)));
  else if (dns1123SubdomainFaults(name).length > 0) addFaults(errors, dns1123SubdomainFaults(name), value, path);
  else if (!name.includes('.')) errors.push(invalid(pathText(path), value, 'should be a domain with at least two segments separated by dots'));
}

function checkHints(errors: FieldError[], hints: NonNullable<Endpoint['hints']>, path: FieldPath): void {
  for (const field of ['forZones', 'forNodes'] as const) {
    const entries = hints[field] ?? [];
    if (entries.length > MAX_HINTS) {
      errors.push(tooMany(pathText(path, field), entries.length, MAX_HINTS));
      continue;
    }
    const seen = new Set<string>();
    entries.forEach((entry, i) => {
      const at = indexPath(childPath(path, field), i);
      const name = entry.name ?? '';
      if (seen.has(name)) errors.push(duplicate(field === 'forNodes' ? pathText(at, 'name') : pathText(at), name));
      else {
        seen.add(name);
        addFaults(errors, field === 'forZones' ? labelValueFaults(name) : subdomainName(name, false), name, at, 'name');
      }
    });
  }
}

function checkPorts(errors: FieldError[], ports: readonly EndpointSlicePort[]): void {
  if (ports.length > MAX_PORTS) {
    errors.push(tooMany('ports', ports.length, MAX_PORTS));
    return;
  }
  const names = new Set<string>();
  ports.forEach((port, i) => {
    const at = indexPath(PORTS, i);
    const name = port.name ?? '';
    if (name !== '') addFaults(errors, dns1123LabelFaults(name), name, at, 'name');
    if (names.has(name)) errors.push(duplicate(pathText(at, 'name'), name));
    names.add(name);
    if (port.protocol === undefined) errors.push(required(pathText(at, 'protocol')));
    else if (!PROTOCOLS.includes(port.protocol)) errors.push(notSupported(pathText(at, 'protocol'), port.protocol, PROTOCOLS));
    if (port.appProtocol !== undefined) addFaults(errors, qualifiedNameFaults(port.appProtocol), port.appProtocol, at, 'appProtocol');
  });
}

/** Drops a field of v1beta1, which only objects from then keep: v1 has nodeName and zone instead. */
function dropTopology(slice: EndpointSlice): void {
  for (const endpoint of slice.endpoints ?? []) endpoint.deprecatedTopology = undefined;
}

export const endpointSliceStrategy: Strategy<EndpointSlice> = {
  generation: 'content and labels',
  metadataChecks: { onUpdate: ['whole'] },
  warnings: ({ addressType }) => (addressType === 'FQDN' ? ['addressType: FQDN endpoints are deprecated'] : []),
  default: (slice) => {
    for (const port of slice.ports ?? []) {
      port.name ??= '';
      port.protocol ??= 'TCP';
    }
  },
  prepareForCreate: dropTopology,
  prepareForUpdate: (slice, old) => {
    if (!semanticEqual(slice.endpoints, old.endpoints)) dropTopology(slice);
  },
  validate,
  validateUpdate: (slice, old) => {
    const errors = validate(slice);
    checkImmutable(errors, slice.addressType, old.addressType, 'addressType');
    return errors;
  },
};

const portsText = ({ ports }: EndpointSlice): string =>
  firstThree(
    (ports ?? []).map(({ port, name }) => (port === undefined ? (name ?? '*') : String(port))),
    '<unset>',
  );

const endpointsText = ({ endpoints }: EndpointSlice): string =>
  firstThree(
    (endpoints ?? []).flatMap(({ addresses }) => addresses),
    '<unset>',
  );

const endpointSliceColumns: readonly Column<EndpointSlice>[] = [
  nameColumn,
  shown('AddressType', 'IPv4, IPv6 or FQDN.', (slice) => slice.addressType),
  shown('Ports', 'The ports of every endpoint in it.', portsText),
  shown('Endpoints', 'Their addresses.', endpointsText),
  ageColumn,
];

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
