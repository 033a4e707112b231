import type { Service, ServicePort } from '../../../api/kinds/core/service/index.ts';
import type { EndpointSlice } from '../../../api/kinds/discovery/endpoint-slice.ts';
import type { KubeObject } from '../../../api/meta/object.ts';
import { sha256Hex } from '../../../base/sha256.ts';
import type { Backend, Backends, NodePlace } from './endpoints.ts';
import { backendsOf, isProxied } from './endpoints.ts';
import type { Item } from './ledger.ts';
import { chain, element } from './ledger.ts';
import type { Protocol, Scope, SharedChain } from './table.ts';
import { backendMap, localPolicyChain, masqueradeChain, PROTOCOLS, randomChain } from './table.ts';

export interface PlanContext extends NodePlace {
  /** Service addresses that the node answers itself, without a hop through the proxy. */
  readonly ownAddresses: ReadonlySet<string>;
}

/** A UDP address of a service, or of a host port, with the backends it has: conntrack remembers the ones it had. */
export interface UdpAddress {
  /** Undefined for a port of all the node's addresses. */
  readonly ip: string | undefined;
  readonly port: number;
  readonly backends: readonly Pick<Backend, 'ip' | 'port'>[];
}

export interface ServicePlan {
  readonly items: readonly Item[];
  readonly udp: readonly UdpAddress[];
  /** Ready backends on this node, over all ports: what a load balancer's health check asks for. */
  readonly localBackends: number;
  /** By service port: the order in which backends stand in the table. */
  readonly order: ReadonlyMap<string, readonly Backend[]>;
}

const DEFAULT_AFFINITY_SECONDS = 10_800;
const isIPv4 = (address: string): boolean => !address.includes(':');

/**
 * Plans the items of the table that one service needs on this node; pure. `previous` is the plan it replaces: backends that stay keep their places,
 * so that one endpoint more or less in a thousand changes a handful of elements.
 */
export function planService(
  service: Service & KubeObject,
  slices: readonly EndpointSlice[],
  context: PlanContext,
  previous?: ServicePlan,
): ServicePlan {
  if (!isProxied(service)) return { items: [], udp: [], localBackends: 0, order: new Map() };
  const plans = (service.spec?.ports ?? []).map((port) => planPort(service, port, slices, context, previous));
  const clusterIPs = (service.spec?.clusterIPs ?? [service.spec?.clusterIP ?? '']).filter((ip) => isIPv4(ip) && !context.ownAddresses.has(ip));
  return {
    items: [...clusterIPs.map((ip) => element('cluster_ips', ip)), ...plans.flatMap((plan) => plan.items)],
    udp: plans.flatMap((plan) => plan.udp),
    localBackends: new Set(plans.flatMap((plan) => plan.readyHere)).size,
    order: new Map(plans.flatMap((plan) => plan.order)),
  };
}

interface PortPlan {
  readonly items: Item[];
  readonly udp: UdpAddress[];
  readonly readyHere: readonly string[];
  readonly order: [string, readonly Backend[]][];
}

/** An address under which a service port is reached. */
interface Address {
  readonly scope: Scope;
  /** Undefined for a node port. */
  readonly ip: string | undefined;
  readonly port: number;
  readonly policy: 'Cluster' | 'Local';
  /** A cluster IP is reached from inside; the others also from outside, whose traffic is masqueraded or stays on the node. */
  readonly external: boolean;
  readonly sourceRanges: readonly string[];
}

function planPort(
  service: Service & KubeObject,
  port: ServicePort,
  slices: readonly EndpointSlice[],
  context: PlanContext,
  previous?: ServicePlan,
): PortPlan {
  const id = portId(service, port);
  const found = backendsOf(port, slices, context);
  const backends: Backends = {
    cluster: keepPlaces(previous?.order.get(`${id} cluster`), found.cluster),
    local: keepPlaces(previous?.order.get(`${id} local`), found.local),
    readyHere: found.readyHere,
  };
  const items: Item[] = [];
  const udp: UdpAddress[] = [];
  const protocol = protocolOf(port);
  const sticky = affinitySeconds(service);
  const used = new Map([...backends.cluster, ...backends.local].map((backend) => [backendText(backend), backend]));
  if (sticky !== undefined) items.push(...stickyChains(id, protocol, backends, sticky));
  for (const { ip, local } of used.values()) if (local) items.push(element('hairpin', `${ip} . ${ip}`));
  for (const address of addressesOf(service, port, context)) {
    const { ip, scope } = address;
    const key = ip === undefined ? `${protocol} . ${address.port}` : `${ip} . ${protocol} . ${address.port}`;
    items.push(...planAddress(address, protocol, key, backends, sticky === undefined ? undefined : chainName('sticky', id), id));
    if (protocol === 'udp') udp.push({ ip, port: address.port, backends: poolOf(address, backends) });
    if (used.size === 0) items.push(element(scope === 'vip' ? 'rejected' : 'rejected_node_ports', key));
  }
  const order: [string, readonly Backend[]][] = [
    [`${id} cluster`, backends.cluster],
    [`${id} local`, backends.local],
  ];
  return { items, udp, readyHere: backends.readyHere, order };
}

function addressesOf(service: Service, port: ServicePort, { ownAddresses }: PlanContext): Address[] {
  const { spec, status } = service;
  const internal = spec?.internalTrafficPolicy === 'Local' ? 'Local' : 'Cluster';
  const external = spec?.externalTrafficPolicy === 'Local' ? 'Local' : 'Cluster';
  const outside = (ip: string | undefined, number: number, sourceRanges: readonly string[] = []): Address => ({
    scope: ip === undefined ? 'node' : 'vip',
    ip,
    port: number,
    policy: external,
    external: true,
    sourceRanges,
  });
  const clusterIPs = spec?.clusterIPs ?? [spec?.clusterIP ?? ''];
  const addresses: Address[] = clusterIPs
    .filter(isIPv4)
    .map((ip) => ({ scope: 'vip', ip, port: port.port, policy: internal, external: false, sourceRanges: [] }));
  for (const ip of (spec?.externalIPs ?? []).filter(isIPv4)) addresses.push(outside(ip, port.port));
  if (spec?.type === 'LoadBalancer') {
    const ranges = (spec.loadBalancerSourceRanges ?? []).map((range) => range.trim()).filter(isIPv4);
    for (const { ip, ipMode } of status?.loadBalancer?.ingress ?? []) {
      // KEP-1860: mode Proxy means that the load balancer wants to see every packet itself.
      if (ip !== undefined && isIPv4(ip) && ipMode !== 'Proxy') addresses.push(outside(ip, port.port, ranges));
    }
  }
  if (port.nodePort) addresses.push(outside(undefined, port.nodePort));
  return addresses.filter(({ ip }) => ip === undefined || !ownAddresses.has(ip));
}

/** An external address serves everyone inside from all backends whatever its policy; a cluster IP only from those of its policy. */
const poolOf = (address: Address, backends: Backends): readonly Backend[] =>
  address.policy === 'Local' && !address.external ? backends.local : backends.cluster;

function planAddress(address: Address, protocol: Protocol, key: string, backends: Backends, sticky: string | undefined, id: string): Item[] {
  const { scope, policy, external } = address;
  if (backends.cluster.length + backends.local.length === 0) return [];
  const verdict = (value: string) => element(scope === 'vip' ? 'services' : 'node_ports', key, value);
  const chains: SharedChain[] = [];
  const items: Item[] = [];
  const use = (shared: SharedChain): string => {
    chains.push(shared);
    return shared.name;
  };
  /** The chain that sends to one of these backends; its elements are put where it looks. */
  const send = (pool: readonly Backend[], local: boolean): string | undefined => {
    if (pool.length === 0) return undefined;
    if (sticky !== undefined) return local ? `${sticky}/local` : sticky;
    const collection = backendMap(scope, protocol, local);
    const place = address.ip === undefined ? String(address.port) : `${address.ip} . ${address.port}`;
    items.push(...pool.map((backend, at) => element(collection, `${place} . ${at}`, backendText(backend))));
    return use(randomChain(scope, protocol, pool.length, local));
  };

  let target: string | undefined;
  if (!external) target = policy === 'Local' ? send(backends.local, true) : send(backends.cluster, false);
  else {
    const cluster = send(backends.cluster, false);
    if (cluster !== undefined) {
      const masquerade = use(masqueradeChain(cluster));
      target = policy === 'Local' ? use(localPolicyChain(cluster, send(backends.local, true))) : masquerade;
    }
  }
  if (target !== undefined && address.sourceRanges.length > 0) {
    const allowed = address.sourceRanges.join(', ');
    target = use({ name: chainName('ranges', id), rules: [`ip saddr != { ${allowed} } drop`, `goto ${target}`] });
  }
  items.push(verdict(target === undefined ? 'drop' : `goto ${target}`));
  return [...chains.map(({ name, rules }) => chain(name, rules)), ...items];
}

function affinitySeconds(service: Service): number | undefined {
  if (service.spec?.sessionAffinity !== 'ClientIP') return undefined;
  return service.spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? DEFAULT_AFFINITY_SECONDS;
}

/** A client that was sent to a backend lately is sent there again; each backend has a set of its clients. */
function stickyChains(id: string, protocol: Protocol, backends: Backends, seconds: number): Item[] {
  const items: Item[] = [];
  const suffix = (backend: Backend) => `${backend.ip}-${backend.port}`;
  const clients = (backend: Backend) => `clients-${hash(id)}-${seconds}-${suffix(backend)}`;
  const backendChain = (backend: Backend) => `backend-${hash(id)}-${seconds}-${suffix(backend)}`;
  const all = new Map([...backends.cluster, ...backends.local].map((backend) => [backendText(backend), backend]));
  for (const backend of all.values()) {
    items.push({ type: 'set', name: clients(backend), declaration: `type ipv4_addr; flags dynamic,timeout; timeout ${seconds}s;` });
    const rules = [`update @${clients(backend)} { ip saddr }`, `meta l4proto ${protocol} dnat ip to ${backend.ip}:${backend.port}`];
    items.push(chain(backendChain(backend), rules));
  }
  const choose = (name: string, pool: readonly Backend[]) => {
    const known = pool.map((backend) => `ip saddr @${clients(backend)} goto ${backendChain(backend)}`);
    const fresh = pool.map((backend, place) => `${place} : goto ${backendChain(backend)}`).join(', ');
    if (pool.length > 0) items.push(chain(name, [...known, `numgen random mod ${pool.length} vmap { ${fresh} }`]));
  };
  choose(chainName('sticky', id), backends.cluster);
  choose(`${chainName('sticky', id)}/local`, backends.local);
  return items;
}

const backendText = ({ ip, port }: Backend): string => `${ip} . ${port}`;
const portId = (service: KubeObject, port: ServicePort): string =>
  `${service.metadata?.namespace}/${service.metadata?.name}/${protocolOf(port)}-${port.port}`;
const protocolOf = (port: ServicePort): Protocol => PROTOCOLS.find((protocol) => protocol === port.protocol?.toLowerCase()) ?? 'tcp';
const hash = (text: string): string => sha256Hex(text).slice(0, 12);
/** nftables takes names of up to 128 bytes; the hash keeps two long ones apart, the rest is for those who read the table. */
const chainName = (kind: string, id: string): string => `${kind}-${hash(id)}/${id}`.slice(0, 110);

/** `next` in an order that leaves those of `previous` where they stood, as far as there is room. */
export function keepPlaces(previous: readonly Backend[] | undefined, next: readonly Backend[]): readonly Backend[] {
  if (!previous) return next;
  const coming = new Map(next.map((backend) => [backendText(backend), backend]));
  const places: (Backend | undefined)[] = new Array(next.length).fill(undefined);
  previous.forEach((backend, place) => {
    const text = backendText(backend);
    const same = coming.get(text);
    if (same && place < places.length) {
      places[place] = same;
      coming.delete(text);
    }
  });
  const rest = coming.values();
  return places.map((backend) => backend ?? rest.next().value).filter((backend) => backend !== undefined);
}
