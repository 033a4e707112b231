import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { LoadBalancerIngress, Service } from '../../../api/kinds/core/service/index.ts';

export const FINALIZER = 'service.kubernetes.io/load-balancer-cleanup';
const EXCLUDED = 'node.kubernetes.io/exclude-from-external-load-balancers';

/** Whether the service asks for a load balancer, and for one of ours: another class is another controller's. */
export const wantsLoadBalancer = (service: Service): boolean =>
  service.spec?.type === 'LoadBalancer' && (service.spec.loadBalancerClass ?? '') === '' && service.metadata?.deletionTimestamp === undefined;

/** Whether a node takes traffic from outside: it is ready, not excluded, and not terminating. */
export function takesTraffic(node: Node): boolean {
  if (node.metadata?.deletionTimestamp !== undefined || node.metadata?.labels?.[EXCLUDED] !== undefined) return false;
  return node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

const internalIps = (node: Node): string[] =>
  (node.status?.addresses ?? []).filter(({ type }) => type === 'InternalIP').map(({ address }) => address);

/**
 * Returns the addresses at which a service is reached from outside: without a cloud these are the nodes' own, of the service's families.
 * With `externalTrafficPolicy: Local` only nodes with a ready endpoint count, if there are any.
 */
export function planIngress(service: Service, nodes: readonly Node[], nodesWithEndpoints: ReadonlySet<string>): LoadBalancerIngress[] {
  if (!wantsLoadBalancer(service)) return [];
  const ready = nodes.filter(takesTraffic);
  const local = service.spec?.externalTrafficPolicy === 'Local' ? ready.filter((node) => nodesWithEndpoints.has(node.metadata?.name ?? '')) : [];
  const families = service.spec?.ipFamilies ?? ['IPv4'];
  const ips = (local.length > 0 ? local : ready).flatMap(internalIps).filter((ip) => families.includes(ip.includes(':') ? 'IPv6' : 'IPv4'));
  return [...new Set(ips)].sort().map((ip) => ({ ip, ipMode: 'VIP' }));
}
