import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Service } from '../../../api/kinds/core/service/index.ts';
import type { Endpoint, EndpointHints } from '../../../api/kinds/discovery/endpoint-slice.ts';
import type { Live } from '../../../api/meta/object.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';
import { groupBy } from '../../_shared/group-by.ts';
import { isReady } from '../../_shared/pod-state.ts';
import { hostnameIn, isMember, portsOn } from '../../_shared/service-pods/membership.ts';
import type { SliceGroup } from './plan.ts';
import { familiesOf } from './plan.ts';
import { wantsTopologyHints } from './topology-hints.ts';

const ZONE = 'topology.kubernetes.io/zone';

/** Returns the hints that the service's `trafficDistribution` asks for. */
function hintsOf(service: Service, nodeName: string | undefined, zone: string | undefined): EndpointHints | undefined {
  if (wantsTopologyHints(service)) return undefined;
  const wish = service.spec?.trafficDistribution;
  if (wish !== 'PreferClose' && wish !== 'PreferSameZone' && wish !== 'PreferSameNode') return undefined;
  const forNodes = wish === 'PreferSameNode' && nodeName ? [{ name: nodeName }] : undefined;
  if (zone === undefined && forNodes === undefined) return undefined;
  return { ...(forNodes ? { forNodes } : {}), ...(zone === undefined ? {} : { forZones: [{ name: zone }] }) };
}

function endpointOf(service: Service, pod: Live<Pod>, address: string, zone: string | undefined): Endpoint {
  const serving = isReady(pod);
  const terminating = isDeleting(pod);
  const ready = (service.spec?.publishNotReadyAddresses ?? false) || (serving && !terminating);
  const nodeName = pod.spec?.nodeName || undefined;
  const hostname = hostnameIn(pod, service);
  const hints = ready ? hintsOf(service, nodeName, zone) : undefined;
  return {
    addresses: [address],
    conditions: { ready, serving, terminating },
    ...(hints ? { hints } : {}),
    ...(hostname ? { hostname } : {}),
    ...(nodeName ? { nodeName } : {}),
    targetRef: { kind: 'Pod', namespace: pod.metadata.namespace, name: pod.metadata.name, uid: pod.metadata.uid },
    ...(zone === undefined ? {} : { zone }),
  };
}

export interface PodEndpoints {
  readonly groups: readonly SliceGroup[];
  /** Pods were left out because their node is not known. */
  readonly nodeless: boolean;
}

/**
 * The endpoints of a service's pods, by family and ports. Pods that are being deleted stay in until they have ended, marked as such.
 * Pods of a node that is not there are left out, unless the service publishes every pod as it is.
 */
export function podEndpoints(service: Service, pods: readonly Live<Pod>[], nodeOf: (name: string) => Node | undefined): PodEndpoints {
  const present = pods.filter((pod) => isMember(pod, true));
  const placed = service.spec?.publishNotReadyAddresses ? present : present.filter((pod) => nodeOf(pod.spec?.nodeName ?? ''));
  const entries = familiesOf(service).flatMap((addressType) =>
    placed.flatMap((pod) => {
      const ips = pod.status?.podIPs?.map(({ ip }) => ip) ?? [pod.status?.podIP ?? ''];
      const zone = nodeOf(pod.spec?.nodeName ?? '')?.metadata?.labels?.[ZONE] || undefined;
      const ports = portsOn(pod, service).map(({ name = '', ...port }) => ({ name, ...port }));
      return ips
        .filter((ip) => ip !== '' && ip.includes(':') === (addressType === 'IPv6'))
        .map((ip) => ({ addressType, ports, endpoint: endpointOf(service, pod, ip, zone) }));
    }),
  );
  const groups = [...groupBy(entries, ({ addressType, ports }) => JSON.stringify([addressType, ports])).values()].flatMap((group) => {
    const [first] = group;
    return first ? [{ addressType: first.addressType, ports: first.ports, endpoints: group.map(({ endpoint }) => endpoint) }] : [];
  });
  return { groups, nodeless: placed.length < present.length };
}
