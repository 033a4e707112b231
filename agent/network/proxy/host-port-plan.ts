import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Item } from './ledger.ts';
import { element } from './ledger.ts';

/** Plans the items of the table that a pod's host ports need; pure. A pod in the host's network has none: it listens there itself. */
export function planHostPorts(pod: Pod): Item[] {
  const ip = pod.status?.podIP;
  const finished = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
  if (ip === undefined || ip === '' || ip.includes(':') || finished || pod.spec?.hostNetwork === true) return [];
  // Of the init containers only those that run on beside the others (sidecars) are there to be reached.
  const sidecars = (pod.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  const ports = [...(pod.spec?.containers ?? []), ...sidecars].flatMap((container) => container.ports ?? []);
  const items: Item[] = [];
  for (const { hostPort, hostIP, containerPort, protocol } of ports) {
    if (!hostPort || hostIP?.includes(':')) continue;
    const port = `${(protocol ?? 'TCP').toLowerCase()} . ${hostPort}`;
    const everywhere = hostIP === undefined || hostIP === '' || hostIP === '0.0.0.0';
    const target = `${ip} . ${containerPort}`;
    items.push(everywhere ? element('host_ports', port, target) : element('host_address_ports', `${hostIP} . ${port}`, target));
  }
  return items.length === 0 ? [] : [...items, element('hairpin', `${ip} . ${ip}`)];
}
