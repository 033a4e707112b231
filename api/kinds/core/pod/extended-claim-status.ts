import type { PodSpec } from '../../../pod/spec/pod-spec.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { duplicate, invalid, required } from '../../../schema/field-error.ts';
import { childPath, indexPath, pathText, rootPath } from '../../../validation/field-path.ts';
import { addFaults } from '../../../validation/field-rules.ts';
import { dns1123LabelFaults, subdomainName } from '../../../validation/name-rules.ts';
import type { PodExtendedResourceClaimStatus } from './schema.ts';

const PATH = childPath(rootPath('status'), 'extendedResourceClaimStatus');
const PLACES = (name: string) => `spec.initContainers.${name} or spec.containers.${name}`;

/** Checks which claim stands for the extended resources of a pod, and which of its requests for which resource. */
export function checkExtendedClaimStatus(errors: FieldError[], status: PodExtendedResourceClaimStatus | undefined, spec: PodSpec): void {
  if (!status) return;
  const containers = new Map([...(spec.initContainers ?? []), ...spec.containers].map((container) => [container.name, container]));
  const mappings = childPath(PATH, 'requestMappings');
  const { requestMappings = [], resourceClaimName } = status;
  if (requestMappings.length === 0) errors.push(required(pathText(mappings), 'at least one request mapping is required'));
  const seen = new Set<string>();
  requestMappings.forEach(({ containerName, resourceName, requestName }, i) => {
    const at = indexPath(mappings, i);
    const container = containers.get(containerName);
    if (!container) errors.push(invalid(pathText(at, 'containerName'), containerName, `must match the name of an entry in ${PLACES('name')}`));
    else if (!Object.hasOwn(container.resources?.requests ?? {}, resourceName)) {
      const why = `must match the extended resource name of an entry in ${PLACES('resources.requests')}`;
      errors.push(invalid(pathText(at, 'resourceName'), resourceName, why));
    }
    // Upstream leaves the index out.
    addFaults(errors, dns1123LabelFaults(requestName), requestName, PATH, 'requestName');
    const key = JSON.stringify([containerName, resourceName, requestName]);
    if (seen.has(key)) {
      errors.push(duplicate(pathText(at, 'containerName'), containerName));
      errors.push(duplicate(pathText(at, 'resourceName'), resourceName));
      errors.push(duplicate(pathText(at, 'requestName'), requestName));
    }
    seen.add(key);
  });
  if (!resourceClaimName) errors.push(required(pathText(PATH, 'resourceClaimName')));
  else addFaults(errors, subdomainName(resourceClaimName, false), resourceClaimName, PATH, 'resourceClaimName');
}
