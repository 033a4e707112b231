import type { Service, ServicePort } from '../../../api/kinds/core/service/index.ts';
import type { Endpoint, EndpointSlice } from '../../../api/kinds/discovery/endpoint-slice.ts';

/** A place that a connection can be sent to. */
export interface Backend {
  readonly ip: string;
  readonly port: number;
  /** It runs on this node. */
  readonly local: boolean;
}

/** The backends of one service port, by traffic policy. */
export interface Backends {
  /** For policy Cluster. */
  readonly cluster: readonly Backend[];
  /** For policy Local: those on this node. */
  readonly local: readonly Backend[];
  /** Addresses on this node that are ready: those that only serve while they terminate are left out. */
  readonly readyHere: readonly string[];
}

export interface NodePlace {
  readonly nodeName: string;
  /** `topology.kubernetes.io/zone` of the node. */
  readonly zone?: string;
}

interface Candidate extends Backend {
  readonly endpoint: Endpoint;
}

/**
 * Chooses backends as kube-proxy does (KEP-1669): those that are ready, or if none is, those that still serve while they terminate. The choice
 * is made for all nodes and for this node apart. Hints (KEP-2433, `trafficDistribution`) narrow what policy Cluster may use.
 */
export function backendsOf(port: ServicePort, slices: readonly EndpointSlice[], place: NodePlace): Backends {
  const candidates = candidatesOf(port, slices, place);
  const ready = candidates.filter(({ endpoint }) => endpoint.conditions?.ready !== false);
  const fallback = candidates.filter(({ endpoint }) => endpoint.conditions?.serving !== false && endpoint.conditions?.terminating === true);
  const usable = (local: boolean) => {
    const here = (list: readonly Candidate[]) => (local ? list.filter((candidate) => candidate.local) : list);
    return here(ready).length > 0 ? here(ready) : here(fallback);
  };
  const readyHere = ready.filter(({ local }) => local).map(({ ip }) => ip);
  return { cluster: nearest(usable(false), place).map(plain), local: usable(true).map(plain), readyHere };
}

const plain = ({ ip, port, local }: Candidate): Backend => ({ ip, port, local });

function candidatesOf(port: ServicePort, slices: readonly EndpointSlice[], place: NodePlace): Candidate[] {
  const found = new Map<string, Candidate>();
  const protocol = port.protocol ?? 'TCP';
  for (const slice of slices) {
    if (slice.addressType !== 'IPv4') continue;
    const target = slice.ports?.find((candidate) => (candidate.name ?? '') === (port.name ?? '') && (candidate.protocol ?? 'TCP') === protocol);
    if (target?.port === undefined) continue;
    for (const endpoint of slice.endpoints ?? []) {
      const [ip] = endpoint.addresses;
      if (ip === undefined) continue;
      const key = `${ip}:${target.port}`;
      const known = found.get(key);
      // Two slices may name an endpoint while one of them is being rewritten: the ready mention counts.
      if (known && known.endpoint.conditions?.ready !== false) continue;
      found.set(key, { ip, port: target.port, local: endpoint.nodeName === place.nodeName, endpoint });
    }
  }
  return [...found.values()].sort((a, b) => (a.ip === b.ip ? a.port - b.port : a.ip < b.ip ? -1 : 1));
}

/** Hints count only if every endpoint has them and one is meant for us; otherwise a zone would be cut off. */
function nearest(candidates: readonly Candidate[], { nodeName, zone }: NodePlace): readonly Candidate[] {
  const forNode = candidates.filter(({ endpoint }) => endpoint.hints?.forNodes?.some(({ name }) => name === nodeName));
  if (forNode.length > 0 && candidates.every(({ endpoint }) => endpoint.hints?.forNodes?.length)) return forNode;
  if (zone === undefined || !candidates.every(({ endpoint }) => endpoint.hints?.forZones?.length)) return candidates;
  const forZone = candidates.filter(({ endpoint }) => endpoint.hints?.forZones?.some(({ name }) => name === zone));
  return forZone.length > 0 ? forZone : candidates;
}

/** A service that has addresses of its own to be proxied: neither headless nor a name for something outside. */
export function isProxied(service: Service): boolean {
  const { type, clusterIP } = service.spec ?? {};
  return type !== 'ExternalName' && clusterIP !== undefined && clusterIP !== '' && clusterIP !== 'None';
}
