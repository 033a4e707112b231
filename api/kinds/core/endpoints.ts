import { ageColumn, firstThree, nameColumn, shown } from '../../columns/cells.ts';
import type { Column } from '../../columns/column.ts';
import { defineKind } from '../../definition/kind.ts';
import type { Strategy } from '../../definition/strategy.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import { PROTOCOLS } from '../../pod/container/port-validation.ts';
import { ObjectReference } from '../../pod/reference.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { checkEach, required } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { atomicList, atomicStruct, int32, ref, string, struct, topLevel } from '../../schema/fields.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { childPath, indexPath, pathText, rootPath } from '../../validation/field-path.ts';
import { addFaults, checkChoice } from '../../validation/field-rules.ts';
import { checkIp, checkNonSpecialIp } from '../../validation/ip-rules.ts';
import { dns1123LabelFaults, portNumberFaults, qualifiedNameFaults, subdomainName } from '../../validation/name-rules.ts';

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

const SUBSETS = rootPath('subsets');

function validate(endpoints: Endpoints): FieldError[] {
  const errors: FieldError[] = [];
  checkEach(endpoints.subsets ?? [], (subset, i) => {
    const at = indexPath(SUBSETS, i);
    const { addresses = [], notReadyAddresses = [], ports = [] } = subset;
    if (addresses.length === 0 && notReadyAddresses.length === 0) {
      errors.push(required(pathText(at), 'must specify `addresses` or `notReadyAddresses`'));
    }
    checkEach(addresses, (address, j) => {
      checkAddress(errors, address, indexPath(childPath(at, 'addresses'), j));
    });
    checkEach(notReadyAddresses, (address, j) => {
      checkAddress(errors, address, indexPath(childPath(at, 'notReadyAddresses'), j));
    });
    checkEach(ports, (port, j) => {
      checkEndpointPort(errors, port, ports.length > 1, indexPath(childPath(at, 'ports'), j));
    });
  });
  return errors;
}

function checkAddress(errors: FieldError[], address: EndpointAddress, path: FieldPath): void {
  const ip = childPath(path, 'ip');
  checkIp(errors, address.ip ?? '', ip);
  if (address.hostname) addFaults(errors, dns1123LabelFaults(address.hostname), address.hostname, path, 'hostname');
  if (address.nodeName !== undefined) addFaults(errors, subdomainName(address.nodeName, false), address.nodeName, path, 'nodeName');
  checkNonSpecialIp(errors, address.ip ?? '', ip);
}

function checkEndpointPort(errors: FieldError[], port: EndpointPort, named: boolean, path: FieldPath): void {
  if (port.name) addFaults(errors, dns1123LabelFaults(port.name), port.name, path, 'name');
  else if (named) errors.push(required(pathText(path, 'name')));
  addFaults(errors, portNumberFaults(port.port ?? 0), port.port ?? 0, path, 'port');
  checkChoice(errors, port.protocol, PROTOCOLS, path, 'protocol');
  if (port.appProtocol !== undefined) addFaults(errors, qualifiedNameFaults(port.appProtocol), port.appProtocol, path, 'appProtocol');
}

export const endpointsStrategy: Strategy<Endpoints> = {
  metadataChecks: { onUpdate: ['whole', 'change'] },
  default: (endpoints) => {
    for (const subset of endpoints.subsets ?? []) for (const port of subset.ports ?? []) port.protocol ||= 'TCP';
  },
  validate,
  validateUpdate: validate,
};

const hostPort = (ip: string, port: number): string => (ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`);

function endpointsText({ subsets = [] }: Endpoints): string {
  if (subsets.length === 0) return '<none>';
  const texts: string[] = [];
  let count = 0;
  for (const { addresses = [], ports = [] } of subsets) {
    count += addresses.length * Math.max(1, ports.length);
    const few = addresses.slice(0, 3);
    if (ports.length === 0) texts.push(...few.map(({ ip }) => ip));
    else for (const { port } of ports.slice(0, 3)) texts.push(...few.map(({ ip }) => hostPort(ip, port)));
  }
  return firstThree(texts, '', count);
}

const endpointsColumns: readonly Column<Endpoints>[] = [
  nameColumn,
  shown('Endpoints', 'The addresses that are ready, with their ports.', endpointsText),
  ageColumn,
];

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
  createdByUpdate: true,
  deprecation: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
});
