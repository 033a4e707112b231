import type { FieldError } from '../../schema/field-error.ts';
import { duplicate, invalid, required } from '../../schema/field-error.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { childPath, indexPath, pathText } from '../../validation/field-path.ts';
import { addFaults, checkChoice } from '../../validation/field-rules.ts';
import { portNameFaults, portNumberFaults } from '../../validation/name-rules.ts';
import type { Container, ContainerPort } from './container.ts';

export const PROTOCOLS: readonly string[] = ['SCTP', 'TCP', 'UDP'];

export function checkContainerPorts(errors: FieldError[], ports: readonly ContainerPort[], path: FieldPath): void {
  const names = new Set<string>();
  ports.forEach((port, i) => {
    const at = indexPath(path, i);
    if (port.name) {
      const faults = portNameFaults(port.name);
      addFaults(errors, faults, port.name, at, 'name');
      if (faults.length === 0 && names.has(port.name)) errors.push(duplicate(pathText(at, 'name'), port.name));
      if (faults.length === 0) names.add(port.name);
    }
    if (!port.containerPort) errors.push(required(pathText(at, 'containerPort')));
    else addFaults(errors, portNumberFaults(port.containerPort), port.containerPort, at, 'containerPort');
    if (port.hostPort) addFaults(errors, portNumberFaults(port.hostPort), port.hostPort, at, 'hostPort');
    checkChoice(errors, port.protocol, PROTOCOLS, at, 'protocol');
  });
}

/** Checks that no two containers ask for one port of the host. */
export function checkHostPortConflicts(errors: FieldError[], containers: readonly Container[], path: FieldPath): void {
  const taken = new Set<string>();
  containers.forEach((container, i) => {
    container.ports?.forEach((port, j) => {
      if (!port.hostPort) return;
      const key = `${port.protocol ?? ''}/${port.hostIP ?? ''}/${port.hostPort}`;
      if (taken.has(key)) errors.push(duplicate(pathText(indexPath(childPath(indexPath(path, i), 'ports'), j), 'hostPort'), key));
      taken.add(key);
    });
  });
}

/** On the host's network a host port equals the container port. A template may omit it, since pods are defaulted. */
export function checkHostNetworkPorts(errors: FieldError[], containers: readonly Container[], isPod: boolean, path: FieldPath): void {
  containers.forEach((container, i) => {
    container.ports?.forEach((port, j) => {
      const hostPort = port.hostPort ?? 0;
      if ((isPod || hostPort !== 0) && hostPort !== port.containerPort) {
        errors.push(
          invalid(
            pathText(indexPath(childPath(indexPath(path, i), 'ports'), j), 'hostPort'),
            hostPort,
            'must match `containerPort` when `hostNetwork` is true',
          ),
        );
      }
    });
  });
}

/** Checks a port given by number or by name. */
export function checkPort(errors: FieldError[], port: number | string | undefined, path: FieldPath, name: string): void {
  if (typeof port === 'string') addFaults(errors, portNameFaults(port), port, path, name);
  else addFaults(errors, portNumberFaults(port ?? 0), port ?? 0, path, name);
}
