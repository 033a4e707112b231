import type { Strategy } from '../../definition/strategy.ts';
import { PROTOCOLS } from '../../pod/port-validation.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { required } from '../../schema/field-error.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { childPath, indexPath, pathText, rootPath } from '../../validation/field-path.ts';
import { addFaults, checkChoice } from '../../validation/field-rules.ts';
import { checkIp, checkNonSpecialIp } from '../../validation/ip-rules.ts';
import { dns1123LabelFaults, portNumberFaults, qualifiedNameFaults, subdomainName } from '../../validation/name-rules.ts';
import type { EndpointAddress, EndpointPort, Endpoints } from './endpoints.ts';

const SUBSETS = rootPath('subsets');

function validate(endpoints: Endpoints): FieldError[] {
  const errors: FieldError[] = [];
  endpoints.subsets?.forEach((subset, i) => {
    const at = indexPath(SUBSETS, i);
    const { addresses = [], notReadyAddresses = [], ports = [] } = subset;
    if (addresses.length === 0 && notReadyAddresses.length === 0) {
      errors.push(required(pathText(at), 'must specify `addresses` or `notReadyAddresses`'));
    }
    addresses.forEach((address, j) => {
      checkAddress(errors, address, indexPath(childPath(at, 'addresses'), j));
    });
    notReadyAddresses.forEach((address, j) => {
      checkAddress(errors, address, indexPath(childPath(at, 'notReadyAddresses'), j));
    });
    ports.forEach((port, j) => {
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
