import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Item } from './ledger.ts';
import { element } from './ledger.ts';
import type { UdpAddress } from './service-plan.ts';

/** A port of the node that leads to a pod. */
interface HostPort {
  readonly protocol: string;
  readonly port: number;
  /** Undefined for all addresses of the node. */
  readonly hostIp: string | undefined;
  readonly target: { readonly ip: string; readonly port: number };
}

/** A pod in the host's network has none: it listens there itself. */
function hostPortsOf(pod: Pod): HostPort[] {
  const ip = pod.status?.podIP;
  const finished = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
  if (ip === undefined || ip === '' || ip.includes(':') || finished || pod.spec?.hostNetwork === true) return [];
  // Of the init containers only those that run on beside the others (sidecars) are there to be reached.
  const sidecars = (pod.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  const ports = [...(pod.spec?.containers ?? []), ...sidecars].flatMap((container) => container.ports ?? []);
  return ports.flatMap(({ hostPort, hostIP, containerPort, protocol }) => {
    if (!hostPort || hostIP?.includes(':')) return [];
    const everywhere = hostIP === undefined || hostIP === '' || hostIP === '0.0.0.0';
    return {
      protocol: (protocol ?? 'TCP').toLowerCase(),
      port: hostPort,
      hostIp: everywhere ? undefined : hostIP,
      target: { ip, port: containerPort },
    };
  });
}

/** Plans the items of the table that a pod's host ports need; pure. */
export function planHostPorts(pod: Pod): Item[] {
  const items: Item[] = hostPortsOf(pod).map(({ protocol, port, hostIp, target }) => {
    const value = `${target.ip} . ${target.port}`;
    return hostIp === undefined
      ? element('host_ports', `${protocol} . ${port}`, value)
      : element('host_address_ports', `${hostIp} . ${protocol} . ${port}`, value);
  });
  const ip = pod.status?.podIP;
  return items.length === 0 ? [] : [...items, element('hairpin', `${ip} . ${ip}`)];
}

/** The UDP ports among them: conntrack remembers which pod they led to. */
export const udpHostPorts = (pod: Pod): UdpAddress[] =>
  hostPortsOf(pod).flatMap(({ protocol, port, hostIp, target }) => (protocol === 'udp' ? { ip: hostIp, port, backends: [target] } : []));
