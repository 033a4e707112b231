import { qualifiedNameFaults } from '../../validation/name-rules.ts';

const HUGE_PAGES = 'hugepages-';

const CONTAINER_RESOURCES: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage']);
const COUNTED_RESOURCES: ReadonlySet<string> = new Set([
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
]);
const MEASURED_QUOTA_RESOURCES: ReadonlySet<string> = new Set([
  'cpu',
  'memory',
  'ephemeral-storage',
  'requests.cpu',
  'requests.memory',
  'requests.storage',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
]);
const POD_COMPUTE_RESOURCES: ReadonlySet<string> = new Set([
  'pods',
  'cpu',
  'memory',
  'requests.cpu',
  'requests.memory',
  'limits.cpu',
  'limits.memory',
]);

export const isHugePages = (name: string): boolean => name.startsWith(HUGE_PAGES);
const isQuotaHugePages = (name: string): boolean => isHugePages(name) || name.startsWith('requests.hugepages-');

/** Returns `4Mi` of `hugepages-4Mi`. */
export const hugePageSize = (name: string): string => name.slice(HUGE_PAGES.length);

/** Unqualified names, and those of kubernetes.io. */
export const isNativeResource = (name: string): boolean => !name.includes('/') || name.includes('kubernetes.io/');

/** Only native resources but huge pages may be requested below their limit. */
export const isOvercommitAllowed = (name: string): boolean => isNativeResource(name) && !isHugePages(name);

/** A device plugin's resource, such as `example.com/gpu`. */
export const isExtendedResource = (name: string): boolean =>
  !isNativeResource(name) && !name.startsWith('requests.') && qualifiedNameFaults(`requests.${name}`).length === 0;

/** Begins the resource by which pods ask for devices of a class; the name of the class follows. */
export const DEVICE_CLASS_RESOURCE = 'deviceclass.resource.kubernetes.io/';

/** Whether devices may stand for a resource: an extended one, or one that is named after a DeviceClass. */
export const isDeviceResource = (name: string): boolean => name.startsWith(DEVICE_CLASS_RESOURCE) || isExtendedResource(name);

export const isStandardContainerResource = (name: string): boolean => CONTAINER_RESOURCES.has(name) || isHugePages(name);
export const isStandardQuotaResource = (name: string): boolean =>
  MEASURED_QUOTA_RESOURCES.has(name) || COUNTED_RESOURCES.has(name) || isQuotaHugePages(name);
export const isStandardResource = (name: string): boolean => name === 'storage' || isStandardQuotaResource(name);
export const isIntegerResource = (name: string): boolean => COUNTED_RESOURCES.has(name) || isExtendedResource(name);

/** Returns whether a resource may be requested for a pod as a whole. */
export const isPodLevelResource = (name: string): boolean => name === 'cpu' || name === 'memory' || isHugePages(name);

export const QUOTA_SCOPES = [
  'Terminating',
  'NotTerminating',
  'BestEffort',
  'NotBestEffort',
  'PriorityClass',
  'CrossNamespacePodAffinity',
  'VolumeAttributesClass',
] as const;

/** Returns whether a quota may limit a resource under a scope. */
export function isScopeValidFor(scope: string, resource: string): boolean {
  switch (scope) {
    case 'Terminating':
    case 'NotTerminating':
    case 'NotBestEffort':
    case 'PriorityClass':
    case 'CrossNamespacePodAffinity':
      return POD_COMPUTE_RESOURCES.has(resource);
    case 'BestEffort':
      return resource === 'pods';
    case 'VolumeAttributesClass':
      return resource === 'persistentvolumeclaims' || resource === 'requests.storage';
    default:
      return true;
  }
}
