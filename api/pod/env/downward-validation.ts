import type { FieldError } from '../../schema/field-error.ts';
import { invalid, notSupported, required } from '../../schema/field-error.ts';
import { compareQuantities } from '../../schema/quantity.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { pathText } from '../../validation/field-path.ts';
import { addFaults } from '../../validation/field-rules.ts';
import { qualifiedNameFaults } from '../../validation/name-rules.ts';
import type { ObjectFieldSelector, ResourceFieldSelector } from './env.ts';

/** The fields that the downward API knows; each use allows a part of them. */
const KNOWN_FIELDS: ReadonlySet<string> = new Set([
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.restartPolicy',
  'spec.serviceAccountName',
  'spec.schedulerName',
  'status.phase',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
  'spec.host',
]);

export const ENV_FIELDS: readonly string[] = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];
export const VOLUME_FIELDS: readonly string[] = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid'];

const RESOURCE_FIELDS: readonly string[] = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];
const BYTE_DIVISORS: ReadonlySet<string> = new Set(['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei']);
const isHugePagesField = (resource: string): boolean => resource.startsWith('requests.hugepages-') || resource.startsWith('limits.hugepages-');

/** Splits `metadata.labels['key']` into path and key. Any other path has no key. */
function subscript(fieldPath: string): { path: string; key: string | undefined } {
  const end = fieldPath.length - "']".length;
  const open = fieldPath.endsWith("']") ? fieldPath.lastIndexOf("['", end - "['".length) : -1;
  return open < 0 ? { path: fieldPath, key: undefined } : { path: fieldPath.slice(0, open), key: fieldPath.slice(open + "['".length, end) };
}

/** Checks a reference to a field of the pod. `allowed` lists the fields that this use may name. */
export function checkFieldRef(errors: FieldError[], reference: ObjectFieldSelector, allowed: readonly string[], path: FieldPath): void {
  if (!reference.apiVersion) {
    errors.push(required(pathText(path, 'apiVersion')));
    return;
  }
  const field = reference.fieldPath;
  if (!field) {
    errors.push(required(pathText(path, 'fieldPath')));
    return;
  }
  const { path: base, key } = subscript(field);
  const isKnown = key === undefined ? KNOWN_FIELDS.has(base) : base === 'metadata.labels' || base === 'metadata.annotations';
  if (reference.apiVersion !== 'v1' || !isKnown) {
    const why = reference.apiVersion === 'v1' ? `field label not supported: ${field}` : `unsupported pod version: ${reference.apiVersion}`;
    errors.push(invalid(pathText(path, 'fieldPath'), field, `error converting fieldPath: ${why}`));
    return;
  }
  if (key !== undefined) addFaults(errors, qualifiedNameFaults(base === 'metadata.annotations' ? key.toLowerCase() : key), key, path);
  else if (!allowed.includes(base)) errors.push(notSupported(pathText(path, 'fieldPath'), base, allowed));
}

/** Checks a reference to a container's requests or limits. In a volume it must name the container. */
export function checkResourceFieldRef(errors: FieldError[], reference: ResourceFieldSelector, inVolume: boolean, path: FieldPath): void {
  const resource = reference.resource ?? '';
  if (inVolume && !reference.containerName) errors.push(required(pathText(path, 'containerName')));
  else if (resource === '') errors.push(required(pathText(path, 'resource')));
  else if (!RESOURCE_FIELDS.includes(resource) && !isHugePagesField(resource)) {
    errors.push(notSupported(pathText(path, 'resource'), resource, RESOURCE_FIELDS));
  }
  const divisor = reference.divisor;
  if (divisor === undefined || compareQuantities(divisor, '0') === 0) return;
  if (resource.endsWith('.cpu')) {
    if (divisor !== '1m' && divisor !== '1') errors.push(invalid(pathText(path, 'divisor'), resource, 'cpu takes the divisors 1m and 1 only'));
  } else if ((RESOURCE_FIELDS.includes(resource) || isHugePagesField(resource)) && !BYTE_DIVISORS.has(divisor)) {
    errors.push(invalid(pathText(path, 'divisor'), resource, `bytes take the divisors ${[...BYTE_DIVISORS].join(', ')} only`));
  }
}
