import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { LoadBalancerIngress, Service } from '../../../api/kinds/core/service/index.ts';

export const FINALIZER = 'service.kubernetes.io/load-balancer-cleanup';
const EXCLUDED = 'node.kubernetes.io/exclude-from-external-load-balancers';

/** A load balancer is asked for, and of us: another class is another controller's. */
export const wantsLoadBalancer = (service: Service): boolean =>
  service.spec?.type === 'LoadBalancer' && (service.spec.loadBalancerClass ?? '') === '' && service.metadata?.deletionTimestamp === undefined;

/** A node that takes traffic from outside: ready, not excluded, not on its way out. */
export function takesTraffic(node: Node): boolean {
  if (node.metadata?.deletionTimestamp !== undefined || node.metadata?.labels?.[EXCLUDED] !== undefined) return false;
  return node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

const internalIps = (node: Node): string[] =>
  (node.status?.addresses ?? []).filter(({ type }) => type === 'InternalIP').map(({ address }) => address);

/**
 * The addresses at which a service is reached from outside: without a cloud these are the nodes' own, of the families the service has.
 * With `externalTrafficPolicy: Local` only nodes with a ready endpoint count, where there is one.
 */
export function planIngress(service: Service, nodes: readonly Node[], nodesWithEndpoints: ReadonlySet<string>): LoadBalancerIngress[] {
  if (!wantsLoadBalancer(service)) return [];
  const ready = nodes.filter(takesTraffic);
  const local = service.spec?.externalTrafficPolicy === 'Local' ? ready.filter((node) => nodesWithEndpoints.has(node.metadata?.name ?? '')) : [];
  const families = service.spec?.ipFamilies ?? ['IPv4'];
  const ips = (local.length > 0 ? local : ready).flatMap(internalIps).filter((ip) => families.includes(ip.includes(':') ? 'IPv6' : 'IPv4'));
  return [...new Set(ips)].sort().map((ip) => ({ ip, ipMode: 'VIP' }));
}
