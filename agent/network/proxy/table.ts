/** The one table of ours, in family `ip`: `nft delete table ip skiff` takes back all. */
export const TABLE = 'ip skiff';
/** The bit that marks a packet whose source is to be masqueraded: the one kube-proxy uses by default. */
const MASQUERADE_MARK = '0x4000';

/** The parts of the table that vary: named maps and sets, and their element types. Values of verdict maps are `goto CHAIN` or `drop`. */
const FIXED = {
  /** (cluster, external or load-balancer address, protocol, port) → what to do */
  services: 'map services { type ipv4_addr . inet_proto . inet_service : verdict; }',
  /** (protocol, port) of any of the node's addresses → what to do */
  node_ports: 'map node_ports { type inet_proto . inet_service : verdict; }',
  /** Host ports of this node's pods, on all its addresses or on one. */
  host_ports: 'map host_ports { type inet_proto . inet_service : ipv4_addr . inet_service; }',
  host_address_ports: 'map host_address_ports { type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service; }',
  /** Service ports without backends: refused, so that clients need not wait. */
  rejected: 'set rejected { type ipv4_addr . inet_proto . inet_service; }',
  rejected_node_ports: 'set rejected_node_ports { type inet_proto . inet_service; }',
  cluster_ips: 'set cluster_ips { type ipv4_addr; }',
  /** (pod address, the same address): a pod that reached itself through a service must see another source. */
  hairpin: 'set hairpin { type ipv4_addr . ipv4_addr; }',
  /** Pod CIDRs of this node, and of all nodes. */
  local_pods: 'set local_pods { type ipv4_addr; flags interval; }',
  pod_networks: 'set pod_networks { type ipv4_addr; flags interval; }',
  /** Service addresses that the node answers itself (DNS). */
  own_addresses: 'set own_addresses { type ipv4_addr; }',
} as const;

export const PROTOCOLS = ['tcp', 'udp', 'sctp'] as const;
export type Protocol = (typeof PROTOCOLS)[number];
/** The key by which a service port is found: its address and port, or the port alone for node ports. */
export type Scope = 'vip' | 'node';

/**
 * (address, port, 0 … N-1) → a backend: one map a protocol, as nft 1.0 cannot look a key with a port of whatever protocol up in a map that is
 * there already. `node` maps have no address in the key; `local` ones hold the backends on this node, for policy Local.
 */
export type BackendMap = `${Scope}_${Protocol}_backends` | `${Scope}_${Protocol}_local_backends`;
export const backendMap = (scope: Scope, protocol: Protocol, local: boolean): BackendMap => `${scope}_${protocol}_${local ? 'local_' : ''}backends`;

const backendKey = (scope: Scope, protocol: Protocol): string => `${scope === 'vip' ? 'ip daddr . ' : ''}${protocol} dport`;

function backendMaps(): string[] {
  const scopes: readonly Scope[] = ['vip', 'node'];
  return scopes.flatMap((scope) =>
    PROTOCOLS.flatMap((protocol) =>
      [false, true].map((local) => {
        const type = `typeof ${backendKey(scope, protocol)} . numgen random mod 65536 : ip daddr . ${protocol} dport`;
        return `map ${backendMap(scope, protocol, local)} { ${type}; }`;
      }),
    ),
  );
}

export type Collection = keyof typeof FIXED | BackendMap;

export interface TableOptions {
  /** Traffic to addresses in here that belong to no service is dropped instead of leaving the node. */
  readonly serviceCIDR?: string;
}

/** The text that replaces whatever table of ours there is by one without services, in one transaction with what follows it. */
export function baseTable({ serviceCIDR }: TableOptions): string {
  const unallocated = serviceCIDR === undefined ? '' : `ip daddr ${serviceCIDR} drop`;
  return `add table ${TABLE}
delete table ${TABLE}
table ${TABLE} {
${[...Object.values(FIXED), ...backendMaps()].join('\n')}
chain guard {
type filter hook prerouting priority raw; policy accept;
iifname != "lo" ip daddr 127.0.0.0/8 drop
}
chain prerouting {
type nat hook prerouting priority dstnat; policy accept;
jump dispatch
}
chain output {
type nat hook output priority -100; policy accept;
jump dispatch
}
chain dispatch {
ip daddr @own_addresses return
ip daddr @cluster_ips ip saddr != @pod_networks fib saddr type != local meta mark set meta mark or ${MASQUERADE_MARK}
ip daddr . meta l4proto . th dport vmap @services
fib daddr type local jump node_address
}
chain node_address {
meta l4proto . th dport vmap @node_ports
dnat ip to ip daddr . meta l4proto . th dport map @host_address_ports
dnat ip to meta l4proto . th dport map @host_ports
}
chain input_filter {
type filter hook input priority filter; policy accept;
ct state new jump refuse
}
chain forward_filter {
type filter hook forward priority filter; policy accept;
ct state new jump refuse
}
chain output_filter {
type filter hook output priority filter; policy accept;
ct state new jump refuse
}
chain refuse {
ip daddr @own_addresses return
ip daddr . meta l4proto . th dport @rejected reject
fib daddr type local meta l4proto . th dport @rejected_node_ports reject
ip daddr @cluster_ips reject
${unallocated}
}
chain postrouting {
type nat hook postrouting priority srcnat; policy accept;
meta mark and ${MASQUERADE_MARK} == ${MASQUERADE_MARK} meta mark set meta mark xor ${MASQUERADE_MARK} masquerade fully-random
ct status dnat ip saddr . ip daddr @hairpin masquerade fully-random
ct status dnat ip saddr 127.0.0.0/8 oifname != "lo" masquerade fully-random
ip saddr @local_pods ip daddr != @pod_networks ip daddr != 224.0.0.0/4 masquerade fully-random
}
}
`;
}

/** A chain that services share: its rules follow from its name. */
export interface SharedChain {
  readonly name: string;
  readonly rules: readonly string[];
}

/** Sends a connection to one of `count` backends, each with the same chance. */
export function randomChain(scope: Scope, protocol: Protocol, count: number, local: boolean): SharedChain {
  const look = `${backendKey(scope, protocol)} . numgen random mod ${count} map @${backendMap(scope, protocol, local)}`;
  return { name: `${scope}-${protocol}-${local ? 'local-' : ''}random-${count}`, rules: [`meta l4proto ${protocol} dnat ip to ${look}`] };
}

/** Masquerades, then goes on as `target` says. */
export function masqueradeChain(target: string): SharedChain {
  return { name: `masquerade-${target}`, rules: [`meta mark set meta mark or ${MASQUERADE_MARK}`, `goto ${target}`] };
}

/**
 * externalTrafficPolicy Local: what comes from pods of this node or from the node itself is inside the cluster and may go everywhere;
 * what comes from outside keeps its source and stays on this node, or is dropped where nothing serves here.
 */
export function localPolicyChain(cluster: string, local: string | undefined): SharedChain {
  return {
    name: `external-${cluster}-${local ?? 'drop'}`,
    rules: [
      `ip saddr @local_pods goto ${cluster}`,
      `fib saddr type local goto masquerade-${cluster}`,
      local === undefined ? 'drop' : `goto ${local}`,
    ],
  };
}
