import type { NetworkPolicy } from '../../../api/kinds/networking/network-policy/index.ts';
import type { NetworkPolicyPeer, NetworkPolicyPort } from '../../../api/kinds/networking/network-policy/schema.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf, keyText } from '../../../api/meta/object.ts';
import type { Selector } from '../../../api/selector/selector.ts';
import type { Item } from '../proxy/ledger.ts';
import { chain } from '../proxy/ledger.ts';
import type { Protocol } from '../proxy/table.ts';
import { PROTOCOLS } from '../proxy/table.ts';
import { ALL_ADDRESSES, addressRangeText, blockRanges } from './address-ranges.ts';
import type { AddressSet, PortName } from './address-set.ts';
import { compileSelector, localPortSet, peerSet, podPeer, remotePortSet } from './address-set.ts';
import type { NumberRange } from './number-ranges.ts';
import { mergedRanges } from './number-ranges.ts';
import { protocolOf } from './policy-pod.ts';
import type { Direction } from './policy-table.ts';
import { namedFor } from './policy-table.ts';

/** A NetworkPolicy in the terms of the table. */
export interface CompiledPolicy {
  readonly key: string;
  readonly namespace: string;
  /** Selects the pods of the namespace that the policy is about. */
  readonly pods: Selector;
  /** The directions in which the selected pods are isolated, each with the chain of what is allowed; undefined if that is nothing. */
  readonly chains: ReadonlyMap<Direction, string | undefined>;
  /** The sets that the chains look into. */
  readonly sets: readonly AddressSet[];
  /** The chains, and the declarations of the sets. */
  readonly items: readonly Item[];
}

/** Plans what a policy needs in the table, apart from the sets' elements; pure. */
export function compilePolicy(policy: Live<NetworkPolicy>): CompiledPolicy {
  const { spec } = policy;
  const key = keyText(keyOf(policy));
  const namespace = policy.metadata.namespace ?? '';
  // The server fills the types in. Without them a policy is about ingress, and about egress if it has such rules.
  const types = spec?.policyTypes ?? ['Ingress', ...(spec?.egress?.length ? ['Egress'] : [])];
  const chains = new Map<Direction, string | undefined>();
  const sets = new Map<string, AddressSet>();
  const items: Item[] = [];
  const use = (set: AddressSet): string => {
    sets.set(set.name, set);
    return `@${set.name}`;
  };
  const allow = (direction: Direction, rules: readonly string[]) => {
    const name = rules.length > 0 ? namedFor(direction, key) : undefined;
    chains.set(direction, name);
    if (name !== undefined) items.push(chain(name, [...new Set(rules)]));
  };
  if (types.includes('Ingress'))
    allow(
      'ingress',
      (spec?.ingress ?? []).flatMap(({ from = [], ports = [] }) => ingressLines(from, portsOf(ports), namespace, use)),
    );
  if (types.includes('Egress'))
    allow(
      'egress',
      (spec?.egress ?? []).flatMap(({ to = [], ports = [] }) => egressLines(to, portsOf(ports), namespace, use)),
    );
  for (const { name, declaration } of sets.values()) items.push({ type: 'set', name, declaration });
  return { key, namespace, pods: compileSelector(spec?.podSelector), chains, sets: [...sets.values()], items };
}

/** Notes that a set is looked into, and returns how a rule refers to it. */
type Use = (set: AddressSet) => string;

const joined = (...parts: readonly string[]): string => [...parts, 'accept'].filter((part) => part !== '').join(' ');

function ingressLines(from: readonly NetworkPolicyPeer[], ports: RulePorts, namespace: string, use: Use): string[] {
  const sources = peerMatches(from, 'ip saddr', namespace, use);
  // Without a source that can be there (none but blocks of IPv6), nobody would look into the set.
  const named = ports.names.length > 0 && sources.length > 0 ? [`ip daddr . meta l4proto . th dport ${use(localPortSet(ports.names))}`] : [];
  return sources.flatMap((source) => [...ports.matches, ...named].map((port) => joined(source, port)));
}

function egressLines(to: readonly NetworkPolicyPeer[], ports: RulePorts, namespace: string, use: Use): string[] {
  const destinations = ports.matches.length > 0 ? peerMatches(to, 'ip daddr', namespace, use) : [];
  const lines = destinations.flatMap((destination) => ports.matches.map((port) => joined(destination, port)));
  if (ports.names.length > 0) lines.push(joined(`ip daddr . meta l4proto . th dport ${use(remotePortSet(ports.names, to, namespace))}`));
  return lines;
}

/** Returns expressions one of which a packet of a peer matches: the empty one for any peer, none if no IPv4 address is a peer's. */
function peerMatches(peers: readonly NetworkPolicyPeer[], field: string, namespace: string, use: Use): string[] {
  if (peers.length === 0) return [''];
  const blocks = blockRanges(peers.flatMap(({ ipBlock }) => ipBlock ?? []));
  const [only] = blocks;
  if (only?.first === ALL_ADDRESSES.first && only.last === ALL_ADDRESSES.last) return [''];
  const pods = peers.flatMap((peer) => podPeer(peer, namespace) ?? []);
  return [
    ...(pods.length > 0 ? [`${field} ${use(peerSet(pods))}`] : []),
    ...(blocks.length > 0 ? [`${field} { ${blocks.map(addressRangeText).join(', ')} }`] : []),
  ];
}

/** The ports of a rule: expressions one of which a packet matches, and the ports that go by a name. */
interface RulePorts {
  readonly matches: readonly string[];
  readonly names: readonly PortName[];
}

const ALL_PORTS: NumberRange = { first: 0, last: 65_535 };

function portsOf(ports: readonly NetworkPolicyPort[]): RulePorts {
  if (ports.length === 0) return { matches: [''], names: [] };
  const numbers = new Map<Protocol, NumberRange[]>();
  const names: PortName[] = [];
  for (const { protocol: text, port, endPort } of ports) {
    const protocol = protocolOf(text);
    if (!protocol) continue;
    if (typeof port === 'string') {
      names.push({ name: port, protocol });
      continue;
    }
    const range = port === undefined ? ALL_PORTS : { first: port, last: endPort ?? port };
    numbers.set(protocol, [...(numbers.get(protocol) ?? []), range]);
  }
  return { matches: PROTOCOLS.flatMap((protocol) => portMatch(protocol, mergedRanges(numbers.get(protocol) ?? []))), names };
}

function portMatch(protocol: Protocol, ranges: readonly NumberRange[]): string[] {
  if (ranges.length === 0) return [];
  if (ranges[0]?.first === ALL_PORTS.first && ranges[0].last === ALL_PORTS.last) return [`meta l4proto ${protocol}`];
  const texts = ranges.map(({ first, last }) => (first === last ? String(first) : `${first}-${last}`));
  return [`${protocol} dport { ${texts.join(', ')} }`];
}
