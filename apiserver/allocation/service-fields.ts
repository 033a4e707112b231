import type { Service, ServiceSpec } from '../../api/kinds/core/service/index.ts';
import { isHeadless, takesClusterIp } from '../../api/kinds/core/service/index.ts';
import type { FieldError } from '../../api/schema/field-error.ts';
import { invalid } from '../../api/schema/field-error.ts';

/** Whether a service is given node ports that it does not name. */
export const needsNodePorts = (spec: ServiceSpec): boolean =>
  spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false);
/** Node ports that are named are honoured on a load balancer that allocates none of its own. */
export const mayHaveNodePorts = (spec: ServiceSpec): boolean => spec.type === 'NodePort' || spec.type === 'LoadBalancer';

/** Addresses of a service that are looked at. Validation refuses more than two. */
const MAX_ADDRESSES = 100;

/** The addresses of a service. */
export const clusterIpsOf = (spec: ServiceSpec | undefined): string[] =>
  (spec?.clusterIPs ?? []).slice(0, MAX_ADDRESSES).filter((ip) => ip !== 'None' && ip !== '');

/** The ports of a service on the nodes, each once. */
export function portsOf(spec: ServiceSpec | undefined): string[] {
  const ports = (spec?.ports ?? []).map(({ nodePort }) => nodePort ?? 0);
  return [...new Set([...ports, spec?.healthCheckNodePort ?? 0])].filter((port) => port > 0).map(String);
}

const familyOf = (ip: string): 'IPv4' | 'IPv6' => (ip.includes(':') ? 'IPv6' : 'IPv4');

/**
 * Fills in the address families on a cluster that has IPv4 only (registry/core/service, initIPFamilyFields). Returns the faults of a service
 * that requires another family. A headless service without a selector may have both.
 */
export function fillIpFamilies({ spec }: Service): FieldError[] {
  if (!spec || !takesClusterIp(spec)) return [];
  const named = clusterIpsOf(spec);
  if (!spec.ipFamilies?.length && named.length > 0) spec.ipFamilies = named.map(familyOf);
  if (isHeadless(spec) && Object.keys(spec.selector ?? {}).length === 0) {
    spec.ipFamilyPolicy ??= 'RequireDualStack';
    const [first = 'IPv4'] = spec.ipFamilies ?? [];
    if ((spec.ipFamilies?.length ?? 0) < 2) {
      spec.ipFamilies = spec.ipFamilyPolicy === 'SingleStack' ? [first] : [first, first === 'IPv4' ? 'IPv6' : 'IPv4'];
    }
    return [];
  }
  const wrong: FieldError[] = [];
  if (spec.ipFamilyPolicy === 'RequireDualStack') {
    wrong.push(invalid('spec.ipFamilyPolicy', spec.ipFamilyPolicy, 'this cluster is not configured for dual-stack services'));
  }
  for (const [index, family] of (spec.ipFamilies ?? []).entries()) {
    if (family === 'IPv6') wrong.push(invalid(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster'));
  }
  if (wrong.length > 0) return wrong;
  spec.ipFamilyPolicy ??= 'SingleStack';
  if (!spec.ipFamilies?.length) spec.ipFamilies = ['IPv4'];
  return [];
}
