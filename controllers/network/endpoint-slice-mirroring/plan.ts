import type { EndpointAddress, Endpoints } from '../../../api/kinds/core/endpoints.ts';
import type { Service } from '../../../api/kinds/core/service/index.ts';
import type { Endpoint } from '../../../api/kinds/discovery/endpoint-slice.ts';
import { TRIGGER_TIME } from '../../_shared/service-pods/trigger-times.ts';
import type { SliceGroup } from '../endpoint-slice/plan.ts';

const SKIP = 'endpointslice.kubernetes.io/skip-mirror';
const LEADER = 'control-plane.alpha.kubernetes.io/leader';
/** Addresses of a subset beyond this number are not mirrored. */
export const PER_SUBSET = 1000;

/** Whether a user or another program keeps these Endpoints, for a service without a selector. The API server's own come with their slice. */
export function isMirrored(endpoints: Endpoints, service: Service | undefined): boolean {
  const { name, namespace, labels, annotations } = endpoints.metadata ?? {};
  if (namespace === 'default' && name === 'kubernetes') return false;
  if (labels?.[SKIP] === 'true' || annotations?.[LEADER] !== undefined) return false;
  return service !== undefined && service.spec?.selector === undefined;
}

function endpointOf(address: EndpointAddress, ready: boolean): Endpoint {
  const { ip, hostname, nodeName, targetRef } = address;
  return {
    addresses: [ip],
    conditions: { ready },
    ...(hostname ? { hostname } : {}),
    ...(nodeName ? { nodeName } : {}),
    ...(targetRef ? { targetRef } : {}),
  };
}

/** Annotations that concern the Endpoints themselves, or that each slice has of its own. */
const NOT_MIRRORED = new Set([TRIGGER_TIME, 'kubectl.kubernetes.io/last-applied-configuration']);

export const mirroredAnnotations = (endpoints: Endpoints): Record<string, string> =>
  Object.fromEntries(Object.entries(endpoints.metadata?.annotations ?? {}).filter(([key]) => !NOT_MIRRORED.has(key)));

/** Returns the number of addresses that are not mirrored. */
export function skippedAddresses(endpoints: Endpoints): number {
  const counts = (endpoints.subsets ?? []).map(({ addresses = [], notReadyAddresses = [] }) => addresses.length + notReadyAddresses.length);
  return counts.reduce((sum, count) => sum + Math.max(0, count - PER_SUBSET), 0);
}

/** Returns the subsets in the form of slices: by address family and ports. */
export function mirrored(endpoints: Endpoints): SliceGroup[] {
  return (endpoints.subsets ?? []).flatMap((subset) => {
    const all = [
      ...(subset.addresses ?? []).map((address) => endpointOf(address, true)),
      ...(subset.notReadyAddresses ?? []).map((address) => endpointOf(address, false)),
    ].slice(0, PER_SUBSET);
    const ports = (subset.ports ?? []).map(({ name = '', ...port }) => ({ name, ...port }));
    return ['IPv4', 'IPv6'].map((addressType) => ({
      addressType,
      ports,
      endpoints: all.filter(({ addresses }) => addresses[0]?.includes(':') === (addressType === 'IPv6')),
    }));
  });
}
