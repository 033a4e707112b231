import type { NetworkPolicyPeer } from '../../../api/kinds/networking/network-policy/schema.ts';
import type { LabelSelector } from '../../../api/meta/label-selector.ts';
import type { Labels, Selector } from '../../../api/selector/selector.ts';
import { everything, nothing, SelectorError, selectorFrom, selectorText } from '../../../api/selector/selector.ts';
import { addressNumber, blockRanges } from './address-ranges.ts';
import { isInRanges } from './number-ranges.ts';
import type { NamedPort, PolicyPod } from './policy-pod.ts';
import { shortHash } from './policy-table.ts';

/** A set of the table whose elements follow the cluster's pods. Sets of one name are equal: policies share them. */
export interface AddressSet {
  readonly name: string;
  readonly declaration: string;
  /** Returns false only if no pod of the namespace can have elements in the set. */
  coversNamespace(namespace: string, labels: Labels | undefined): boolean;
  /** Returns the elements that a pod has in the set. `labels`: its namespace's, undefined if the namespace is not known yet. */
  elementsOf(pod: PolicyPod, labels: Labels | undefined): readonly string[];
}

/** Pods that a rule names by their labels and their namespaces'. */
export interface PodPeer {
  /** A namespace by name, or those that a selector matches. */
  readonly namespaces: string | Selector;
  readonly pods: Selector;
}

/** Compiles a selector. One that cannot be read matches nothing: validation has refused it long before. */
export function compileSelector(selector: LabelSelector | undefined): Selector {
  try {
    return selectorFrom(selector);
  } catch (error) {
    if (error instanceof SelectorError) return nothing;
    throw error;
  }
}

/** Returns the peer's pods; undefined for a block of addresses. `namespace`: the policy's. */
export function podPeer({ namespaceSelector, podSelector }: NetworkPolicyPeer, namespace: string): PodPeer | undefined {
  if (!namespaceSelector && !podSelector) return undefined;
  return {
    namespaces: namespaceSelector ? compileSelector(namespaceSelector) : namespace,
    pods: podSelector ? compileSelector(podSelector) : everything,
  };
}

const coversBy = ({ namespaces }: PodPeer, namespace: string, labels: Labels | undefined): boolean =>
  typeof namespaces === 'string' ? namespaces === namespace : labels !== undefined && namespaces.matches(labels);

const matchesBy = (peer: PodPeer, pod: PolicyPod, labels: Labels | undefined): boolean =>
  coversBy(peer, pod.namespace, labels) && peer.pods.matches(pod.labels);

/** Texts of peers, the same for equal ones. A selector that matches nothing has no requirements either, and is told apart from one that matches all. */
function peersText(peers: readonly PodPeer[]): string {
  const text = (selector: Selector) => (selector.matchesAnything ? selectorText(selector) : '!');
  const texts = peers.map(({ namespaces, pods }) => [typeof namespaces === 'string' ? namespaces : [text(namespaces)], text(pods)]);
  return JSON.stringify(texts.map((peer) => JSON.stringify(peer)).sort());
}

/** The addresses of the pods that at least one of the peers names. */
export function peerSet(peers: readonly PodPeer[]): AddressSet {
  return {
    name: `peers-${shortHash(peersText(peers))}`,
    declaration: 'type ipv4_addr;',
    coversNamespace: (namespace, labels) => peers.some((peer) => coversBy(peer, namespace, labels)),
    elementsOf: (pod, labels) => (pod.address !== undefined && peers.some((peer) => matchesBy(peer, pod, labels)) ? [pod.address] : []),
  };
}

/** A port of pods by its name; each pod has its own number for it. */
export type PortName = Pick<NamedPort, 'name' | 'protocol'>;

const PORT_SET = 'type ipv4_addr . inet_proto . inet_service;';

function portElements({ address, namedPorts }: PolicyPod, names: readonly PortName[]): string[] {
  if (address === undefined) return [];
  const wanted = namedPorts.filter((port) => names.some(({ name, protocol }) => name === port.name && protocol === port.protocol));
  return [...new Set(wanted.map(({ protocol, port }) => `${address} . ${protocol} . ${port}`))];
}

const namesText = (names: readonly PortName[]): string =>
  names
    .map(({ name, protocol }) => `${protocol}/${name}`)
    .sort()
    .join();

/** Returns the destinations of an ingress rule: ports of these names of this node's pods. Only pods that the rule's policy selects get to it. */
export const localPortSet = (names: readonly PortName[]): AddressSet => ({
  name: `ports-${shortHash(namesText(names))}`,
  declaration: PORT_SET,
  coversNamespace: () => true,
  elementsOf: (pod) => (pod.isLocal ? portElements(pod, names) : []),
});

/** Returns the destinations of an egress rule: ports of these names of the pods that its peers name, by labels or by address; of any pod without peers. */
export function remotePortSet(names: readonly PortName[], peers: readonly NetworkPolicyPeer[], namespace: string): AddressSet {
  const pods = peers.flatMap((peer) => podPeer(peer, namespace) ?? []);
  const blocks = blockRanges(peers.flatMap(({ ipBlock }) => ipBlock ?? []));
  const isAny = peers.length === 0;
  const inBlocks = (address: string | undefined) => address !== undefined && isInRanges(addressNumber(address) ?? -1, blocks);
  return {
    name: `targets-${shortHash(JSON.stringify([namesText(names), isAny, peersText(pods), blocks]))}`,
    declaration: PORT_SET,
    coversNamespace: (name, labels) => isAny || blocks.length > 0 || pods.some((peer) => coversBy(peer, name, labels)),
    elementsOf: (pod, labels) =>
      isAny || inBlocks(pod.address) || pods.some((peer) => matchesBy(peer, pod, labels)) ? portElements(pod, names) : [],
  };
}
