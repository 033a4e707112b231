import type { Live } from '../../../meta/object.ts';
import { firstByName } from '../../../validation/list-rules.ts';
import type { Service, ServiceSpec } from './schema.ts';

const SESSION_SECONDS = 10800;

export const takesClusterIp = (spec: ServiceSpec): boolean => spec.type !== 'ExternalName';
const takesNodePorts = (spec: ServiceSpec): boolean => spec.type === 'NodePort' || spec.type === 'LoadBalancer';

/** Returns whether the service is reached from outside the cluster: by node port, load balancer or external IP. */
export const isExternallyAccessible = (spec: ServiceSpec): boolean =>
  takesNodePorts(spec) || (spec.type === 'ClusterIP' && (spec.externalIPs ?? []).length > 0);

/** Returns whether the load balancer asks each node for local endpoints. */
export const needsHealthCheck = (spec: ServiceSpec): boolean => spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';

/** Returns whether the service is headless (`clusterIP: None`): DNS answers with its endpoints. */
export const isHeadless = (spec: ServiceSpec): boolean => spec.clusterIPs?.length === 1 && spec.clusterIPs[0] === 'None';

export function defaultService(service: Service): void {
  service.spec ??= {};
  const { spec } = service;
  spec.sessionAffinity ||= 'None';
  if (spec.sessionAffinity === 'None') spec.sessionAffinityConfig = undefined;
  if (spec.sessionAffinity === 'ClientIP' && spec.sessionAffinityConfig?.clientIP?.timeoutSeconds === undefined) {
    spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: SESSION_SECONDS } };
  }
  spec.type ||= 'ClusterIP';
  for (const port of spec.ports ?? []) {
    port.protocol ||= 'TCP';
    port.targetPort ||= port.port ?? 0;
  }
  if (isExternallyAccessible(spec)) spec.externalTrafficPolicy ||= 'Cluster';
  if (takesClusterIp(spec)) spec.internalTrafficPolicy ??= 'Cluster';
  if (spec.type !== 'LoadBalancer') return;
  spec.allocateLoadBalancerNodePorts ??= true;
  for (const ingress of service.status?.loadBalancer?.ingress ?? []) if (ingress.ip) ingress.ipMode ??= 'VIP';
}

/**
 * Makes `clusterIP` and `clusterIPs` agree on create: older clients know the first only.
 * Runs before cluster IPs are allocated.
 */
export function prepareServiceCreate(service: Service): void {
  service.status = { loadBalancer: {} };
  const { spec } = service;
  if (spec?.clusterIP && !spec.clusterIPs?.length) spec.clusterIPs = [spec.clusterIP];
}

/** Keeps allocated values that an update does not repeat, and drops values that a change of type makes void. */
export function prepareServiceUpdate(service: Service, old: Live<Service>): void {
  service.status = old.status;
  service.spec ??= {};
  const { spec } = service;
  const before = old.spec ?? {};
  keepAllocated(spec, before);
  syncClusterIps(spec, before);
  dropVoid(spec, before);
}

function keepAllocated(spec: ServiceSpec, old: ServiceSpec): void {
  if (takesClusterIp(old) && takesClusterIp(spec)) {
    spec.clusterIP ||= old.clusterIP;
    if (!spec.clusterIPs?.length && spec.clusterIP === old.clusterIP) spec.clusterIPs = old.clusterIPs && [...old.clusterIPs];
  }
  if (takesNodePorts(old) && takesNodePorts(spec)) {
    const used = new Set((spec.ports ?? []).map((port) => port.nodePort));
    const before = firstByName(old.ports ?? []);
    for (const port of spec.ports ?? []) {
      if (port.nodePort) continue;
      const same = before.get(port.name ?? '');
      if (same?.nodePort && !used.has(same.nodePort)) port.nodePort = same.nodePort;
    }
  }
  if (needsHealthCheck(old) && needsHealthCheck(spec)) spec.healthCheckNodePort ||= old.healthCheckNodePort;
  if (takesClusterIp(old) && takesClusterIp(spec)) {
    // The first allocation determines family and policy.
    spec.ipFamilyPolicy ??= old.ipFamilyPolicy;
    if (!spec.ipFamilies?.length) spec.ipFamilies = old.ipFamilies && [...old.ipFamilies];
  }
}

/** If the client changed only one of `clusterIP` and `clusterIPs`, the other one follows. */
function syncClusterIps(spec: ServiceSpec, old: ServiceSpec): void {
  const changed = (spec.clusterIP ?? '') !== (old.clusterIP ?? '');
  const same = JSON.stringify(spec.clusterIPs ?? []) === JSON.stringify(old.clusterIPs ?? []);
  if (!changed || !same) return;
  spec.clusterIPs = spec.clusterIP ? [spec.clusterIP, ...(spec.clusterIPs?.slice(1) ?? [])] : undefined;
}

/** Drops fields of the old type that were sent back unchanged. */
function dropVoid(spec: ServiceSpec, old: ServiceSpec): void {
  const unchanged = <K extends keyof ServiceSpec>(field: K) => JSON.stringify(spec[field]) === JSON.stringify(old[field]);
  const drop = (...fields: (keyof ServiceSpec)[]) => {
    for (const field of fields) if (unchanged(field)) spec[field] = undefined;
  };
  if (takesClusterIp(old) && !takesClusterIp(spec)) {
    if (unchanged('clusterIPs')) drop('clusterIP', 'clusterIPs');
    drop('ipFamilies', 'ipFamilyPolicy', 'internalTrafficPolicy');
  }
  if (takesNodePorts(old) && !takesNodePorts(spec)) {
    const ports = old.ports ?? [];
    const repeated = spec.ports?.every((port, i) => (port.nodePort ?? 0) === (ports[i]?.nodePort ?? 0));
    if (repeated) for (const port of spec.ports ?? []) port.nodePort = undefined;
  }
  if (needsHealthCheck(old) && !needsHealthCheck(spec)) drop('healthCheckNodePort');
  if (isExternallyAccessible(old) && !isExternallyAccessible(spec)) drop('externalTrafficPolicy');
  if (old.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') drop('allocateLoadBalancerNodePorts', 'loadBalancerClass');
}
