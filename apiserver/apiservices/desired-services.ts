import type { KindDefinition } from '../../api/definition/kind.ts';
import type { APIService } from '../../api/kinds/apiregistration/index.ts';
import { groupOf } from '../../api/kinds/index.ts';

/** Marks the APIServices that the server makes by itself (k8s.io/kube-aggregator/pkg/controllers/autoregister). */
export const MANAGED_LABEL = 'kube-aggregator.kubernetes.io/automanaged';
/** Value of the label: kept as it should be until the controller has looked at it once; from then on it is the user's. */
export const MANAGED_ON_START = 'onstart';
/** Value of the label: kept as it should be at any time. */
export const MANAGED_ALWAYS = 'true';

/** Upstream's priorities of the groups of custom resources and of their versions (pkg/controlplane/controller/crdregistration). */
export const CUSTOM_GROUP_PRIORITY = 1000;
export const CUSTOM_VERSION_PRIORITY = 100;

const DEFAULT_PRIORITIES: Readonly<Record<string, number>> = { v1: 15 };

/** Returns the priorities of a version of one of Kubernetes' groups; undefined for all others. */
export function builtinPriorities(group: string, version: string): { readonly group: number; readonly version: number } | undefined {
  const known = groupOf(group);
  const priority = (known?.versionPriorities ?? DEFAULT_PRIORITIES)[version];
  return known === undefined || priority === undefined ? undefined : { group: known.rank, version: priority };
}

export const serviceName = (group: string, version: string): string => `${version}.${group}`;

function apiService(group: string, version: string, priorities: { group: number; version: number }, managed: string): APIService {
  return {
    metadata: { name: serviceName(group, version), labels: { [MANAGED_LABEL]: managed } },
    spec: { ...(group === '' ? {} : { group }), version, groupPriorityMinimum: priorities.group, versionPriority: priorities.version },
  };
}

/** Returns the APIServices of the versions that the server itself serves, by name. */
export function builtinApiServices(kinds: readonly KindDefinition[]): ReadonlyMap<string, APIService> {
  const services = new Map<string, APIService>();
  for (const { group, version } of kinds) {
    const name = serviceName(group, version);
    const priorities = services.has(name) ? undefined : builtinPriorities(group, version);
    if (priorities) services.set(name, apiService(group, version, priorities, MANAGED_ON_START));
  }
  return services;
}

/** Returns the APIService of a version that custom resources have. */
export const customApiService = (group: string, version: string): APIService =>
  apiService(group, version, { group: CUSTOM_GROUP_PRIORITY, version: CUSTOM_VERSION_PRIORITY }, MANAGED_ALWAYS);
