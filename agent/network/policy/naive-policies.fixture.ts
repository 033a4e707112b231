import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { NetworkPolicy } from '../../../api/kinds/networking/network-policy/index.ts';
import type { NetworkPolicyPeer, NetworkPolicyPort } from '../../../api/kinds/networking/network-policy/schema.ts';
import type { LabelSelector } from '../../../api/meta/label-selector.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Packet } from './table-model.fixture.ts';

/** For tests: what the cluster holds. */
export interface PolicyWorld {
  readonly policies: readonly Live<NetworkPolicy>[];
  readonly pods: readonly Live<Pod>[];
  /** Labels by namespace. */
  readonly namespaces: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

type Labels = Readonly<Record<string, string>>;

function selects({ matchLabels = {}, matchExpressions = [] }: LabelSelector, labels: Labels): boolean {
  const expressions = matchExpressions.every(({ key, operator, values = [] }) => {
    const value = labels[key];
    if (operator === 'Exists') return value !== undefined;
    if (operator === 'DoesNotExist') return value === undefined;
    return operator === 'In' ? value !== undefined && values.includes(value) : value === undefined || !values.includes(value);
  });
  return expressions && Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
}

const bits = (address: string): string =>
  address
    .split('.')
    .map((part) => Number(part).toString(2).padStart(8, '0'))
    .join('');
function isInBlock(address: string, cidr: string): boolean {
  const [network = '', length] = cidr.split('/');
  return !cidr.includes(':') && bits(network).slice(0, Number(length)) === bits(address).slice(0, Number(length));
}

/**
 * Judges a packet as upstream's documentation of NetworkPolicy says, object by object: slow, and made of nothing that the planner is made of.
 * Only policies that select pods of `node` count: other nodes enforce theirs.
 */
export function naiveVerdict(world: PolicyWorld, node: string, { from, to, protocol, port }: Packet): 'accept' | 'drop' {
  const podAt = (address: string) =>
    world.pods.find(
      ({ spec, status }) => status?.podIP === address && !spec?.hostNetwork && status.phase !== 'Succeeded' && status.phase !== 'Failed',
    );
  const [source, target] = [podAt(from), podAt(to)];
  if (from === to) return 'accept';

  const isPeer = (peer: NetworkPolicyPeer, address: string, pod: Live<Pod> | undefined, home: string | undefined): boolean => {
    if (peer.ipBlock) {
      const { cidr, except = [] } = peer.ipBlock;
      return isInBlock(address, cidr) && !except.some((part) => isInBlock(address, part));
    }
    if (!pod) return false;
    const labels = world.namespaces.get(pod.metadata.namespace ?? '');
    const inNamespace = peer.namespaceSelector ? labels !== undefined && selects(peer.namespaceSelector, labels) : pod.metadata.namespace === home;
    return inNamespace && selects(peer.podSelector ?? {}, pod.metadata.labels ?? {});
  };
  const isPort = ({ protocol: wanted = 'TCP', port: first, endPort }: NetworkPolicyPort): boolean => {
    if (wanted.toLowerCase() !== protocol) return false;
    if (first === undefined) return true;
    if (typeof first === 'number') return first <= port && port <= (endPort ?? first);
    const ports = target?.spec?.containers?.flatMap((container) => container.ports ?? []) ?? [];
    return ports.some(({ name, containerPort, protocol: has = 'TCP' }) => name === first && containerPort === port && has === wanted);
  };
  const allows = (pod: Live<Pod> | undefined, type: 'Ingress' | 'Egress', other: string, otherPod: Live<Pod> | undefined): boolean => {
    if (pod?.spec?.nodeName !== node) return true;
    const isolating = world.policies.filter(
      ({ metadata, spec }) =>
        metadata.namespace === pod.metadata.namespace &&
        spec?.policyTypes?.includes(type) &&
        selects(spec.podSelector ?? {}, pod.metadata.labels ?? {}),
    );
    return (
      isolating.length === 0 ||
      isolating.some(({ metadata, spec }) => {
        const rules =
          type === 'Ingress'
            ? (spec?.ingress ?? []).map(({ from, ports }) => ({ peers: from, ports }))
            : (spec?.egress ?? []).map(({ to, ports }) => ({ peers: to, ports }));
        return rules.some(
          ({ peers = [], ports = [] }) =>
            (peers.length === 0 || peers.some((peer) => isPeer(peer, other, otherPod, metadata.namespace))) &&
            (ports.length === 0 || ports.some(isPort)),
        );
      })
    );
  };
  return allows(source, 'Egress', to, target) && allows(target, 'Ingress', from, source) ? 'accept' : 'drop';
}
