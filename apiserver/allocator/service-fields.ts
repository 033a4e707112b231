import type { Service, ServiceSpec } from '../../api/core/service.ts';
import type { FieldError } from '../../api/field-error.ts';
import { invalid } from '../../api/field-error.ts';

export const needsClusterIp = (spec: ServiceSpec): boolean => spec.type !== 'ExternalName';
export const isHeadless = (spec: ServiceSpec): boolean => spec.clusterIPs?.[0] === 'None' || spec.clusterIP === 'None';
export const needsNodePorts = (spec: ServiceSpec): boolean =>
  spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false);
/** Node ports that are named are honoured on a load balancer that allocates none of its own. */
export const mayHaveNodePorts = (spec: ServiceSpec): boolean => spec.type === 'NodePort' || spec.type === 'LoadBalancer';
export const needsHealthCheckPort = (spec: ServiceSpec): boolean => spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';

const hasExternalPolicy = (spec: ServiceSpec): boolean => mayHaveNodePorts(spec) || (spec.externalIPs?.length ?? 0) > 0;
const sameJson = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
const nodePortsOf = (spec: ServiceSpec): number[] => (spec.ports ?? []).map(({ nodePort }) => nodePort ?? 0);

/** clusterIP is the first of clusterIPs: whichever of the two the client gave sets the other (registry/core/service, normalizeClusterIPs). */
export function normalizeClusterIps(spec: ServiceSpec, old: ServiceSpec | undefined): void {
  const { clusterIP = '', clusterIPs = [] } = spec;
  if (!old) {
    if (clusterIP !== '' && clusterIPs.length === 0) spec.clusterIPs = [clusterIP];
    return;
  }
  const [wasIp = '', wasFirst = ''] = [old.clusterIP, old.clusterIPs?.[0]];
  if (clusterIP !== wasIp && clusterIP === '' && sameJson(clusterIPs, old.clusterIPs ?? [])) delete spec.clusterIPs;
  else if (clusterIP !== wasIp && (clusterIPs[0] ?? '') === wasFirst) spec.clusterIPs = clusterIP === '' ? clusterIPs : [clusterIP];
}

/** What the server has chosen before and the client left out stays (registry/core/service, patchAllocatedValues). */
export function keepAllocated(spec: ServiceSpec, old: ServiceSpec): void {
  if (needsClusterIp(old) && needsClusterIp(spec)) {
    if (!spec.clusterIP && old.clusterIP) spec.clusterIP = old.clusterIP;
    if (!spec.clusterIPs?.length && spec.clusterIP === old.clusterIP && old.clusterIPs) spec.clusterIPs = [...old.clusterIPs];
  }
  if (needsNodePorts(old) && needsNodePorts(spec)) {
    const now = new Set(nodePortsOf(spec));
    const used = new Set(nodePortsOf(old).filter((port) => now.has(port)));
    const byName = new Map((old.ports ?? []).map(({ name = '', nodePort = 0 }) => [name, nodePort]));
    for (const port of spec.ports ?? []) {
      const before = byName.get(port.name ?? '') ?? 0;
      if (port.nodePort || before === 0 || used.has(before)) continue;
      port.nodePort = before;
      used.add(before);
    }
  }
  if (needsHealthCheckPort(old) && needsHealthCheckPort(spec) && !spec.healthCheckNodePort && old.healthCheckNodePort) {
    spec.healthCheckNodePort = old.healthCheckNodePort;
  }
}

/** What came with the old type and was not touched goes with it (registry/core/service, dropTypeDependentFields). */
export function dropTypeDependent(spec: ServiceSpec, old: ServiceSpec): void {
  if (needsClusterIp(old) && !needsClusterIp(spec)) {
    if (sameJson(spec.clusterIPs, old.clusterIPs) && spec.clusterIP === old.clusterIP) {
      delete spec.clusterIP;
      delete spec.clusterIPs;
    }
    if (sameJson(spec.ipFamilies, old.ipFamilies)) delete spec.ipFamilies;
    if (spec.ipFamilyPolicy === old.ipFamilyPolicy) delete spec.ipFamilyPolicy;
    if (spec.internalTrafficPolicy === old.internalTrafficPolicy) delete spec.internalTrafficPolicy;
  }
  if (mayHaveNodePorts(old) && !mayHaveNodePorts(spec) && sameJson(nodePortsOf(spec), nodePortsOf(old))) {
    for (const port of spec.ports ?? []) delete port.nodePort;
  }
  if (needsHealthCheckPort(old) && !needsHealthCheckPort(spec) && spec.healthCheckNodePort === old.healthCheckNodePort)
    delete spec.healthCheckNodePort;
  if (old.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') {
    if (spec.allocateLoadBalancerNodePorts === old.allocateLoadBalancerNodePorts) delete spec.allocateLoadBalancerNodePorts;
    if (spec.loadBalancerClass === old.loadBalancerClass) delete spec.loadBalancerClass;
  }
  if (hasExternalPolicy(old) && !hasExternalPolicy(spec) && spec.externalTrafficPolicy === old.externalTrafficPolicy)
    delete spec.externalTrafficPolicy;
}

const familyOf = (ip: string): 'IPv4' | 'IPv6' => (ip.includes(':') ? 'IPv6' : 'IPv4');

/**
 * Fills in the address families on a cluster that has IPv4 only (registry/core/service, initIPFamilyFields): what is asked for is answered
 * as far as it can be, and refused where two families are required. A headless service without a selector may have both.
 */
export function fillIpFamilies({ spec }: Service): FieldError[] {
  if (!spec || !needsClusterIp(spec)) return [];
  const named = (spec.clusterIPs ?? []).filter((ip) => ip !== 'None' && ip !== '');
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
