import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { NetworkPolicy } from '../../../api/kinds/networking/network-policy/index.ts';
import type { NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec } from '../../../api/kinds/networking/network-policy/schema.ts';
import type { LabelSelector } from '../../../api/meta/label-selector.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Chance } from '../../../base/chance.fixture.ts';

let serial = 0;
const metadata = (namespace: string, name: string, labels: Readonly<Record<string, string>> = {}) => {
  const number = String(++serial);
  return { namespace, name, labels, uid: `uid-${number}`, resourceVersion: number, creationTimestamp: '2026-01-01T00:00:00Z' };
};

export interface PodOptions {
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly address?: string;
  readonly node?: string;
  readonly phase?: string;
  readonly hostNetwork?: boolean;
  readonly ports?: readonly { readonly name: string; readonly containerPort: number; readonly protocol?: string }[];
}

/** For tests: a pod of the node `here`, unless it says otherwise. */
export const somePod = (
  name: string,
  { namespace = 'a', labels, address, node = 'here', phase = 'Running', ...spec }: PodOptions = {},
): Live<Pod> => ({
  metadata: metadata(namespace, name, labels),
  spec: {
    nodeName: node,
    ...(spec.hostNetwork ? { hostNetwork: true } : {}),
    containers: [{ name: 'c', ports: (spec.ports ?? []).map((port) => ({ protocol: 'TCP', ...port })) }],
  },
  status: { phase, ...(address === undefined ? {} : { podIP: address }) },
});

export const somePolicy = (name: string, spec: NetworkPolicySpec, namespace = 'a'): Live<NetworkPolicy> => ({
  metadata: metadata(namespace, name),
  spec: { policyTypes: spec.egress?.length ? ['Ingress', 'Egress'] : ['Ingress'], ...spec },
});

const NAMESPACES = ['a', 'b', 'c'];
const NAMES = ['web', 'admin'];
const PROTOCOLS = ['TCP', 'UDP', 'SCTP'];
const BLOCKS = ['10.244.0.0/16', '10.244.7.0/29', '10.244.8.4/30', '0.0.0.0/0', '192.168.0.0/16', '192.168.1.0/24', 'fd00::/8'];

const labelsOf = (chance: Chance) => ({ ...(chance.oneIn(2) && { app: chance.pick(['x', 'y']) }), ...(chance.oneIn(3) && { tier: 'z' }) });

function selector(chance: Chance): LabelSelector {
  if (chance.oneIn(4)) return {};
  if (chance.oneIn(2)) return { matchLabels: { app: chance.pick(['x', 'y']) } };
  const operator = chance.pick(['In', 'NotIn', 'Exists', 'DoesNotExist']);
  const values = operator.endsWith('In') ? ['x'] : [];
  return { matchExpressions: [{ key: chance.pick(['app', 'tier']), operator, values }] };
}

function peer(chance: Chance): NetworkPolicyPeer {
  if (chance.oneIn(3)) {
    const cidr = chance.pick(BLOCKS);
    return { ipBlock: { cidr, ...(chance.oneIn(2) && { except: [chance.pick(BLOCKS), chance.pick(BLOCKS)] }) } };
  }
  const namespaceSelector = chance.oneIn(2) ? selector(chance) : undefined;
  return { ...(namespaceSelector && { namespaceSelector }), ...((!namespaceSelector || chance.oneIn(2)) && { podSelector: selector(chance) }) };
}

function port(chance: Chance): NetworkPolicyPort {
  const protocol = chance.oneIn(3) ? { protocol: chance.pick(PROTOCOLS) } : {};
  if (chance.oneIn(5)) return protocol;
  if (chance.oneIn(3)) return { ...protocol, port: chance.pick(NAMES) };
  const first = chance.int(80, 83);
  return { ...protocol, port: first, ...(chance.oneIn(3) && { endPort: chance.int(first, 84) }) };
}

const several = <T>(chance: Chance, most: number, make: (chance: Chance) => T): T[] =>
  Array.from({ length: chance.int(0, most) }, () => make(chance));

export const randomPolicy = (chance: Chance, name: string): Live<NetworkPolicy> =>
  somePolicy(
    name,
    {
      podSelector: selector(chance),
      policyTypes: chance.pick([['Ingress'], ['Egress'], ['Ingress', 'Egress']]),
      ingress: several(chance, 2, () => ({ from: several(chance, 2, peer), ports: several(chance, 2, port) })),
      egress: several(chance, 2, () => ({ to: several(chance, 2, peer), ports: several(chance, 2, port) })),
    },
    chance.pick(NAMESPACES),
  );

/** A pod whose place and address follow from its number, whatever else changes. */
export const randomPod = (chance: Chance, number: number): Live<Pod> => {
  const isHere = number % 2 === 0;
  return somePod(`pod-${number}`, {
    namespace: NAMESPACES[number % NAMESPACES.length] ?? 'a',
    labels: labelsOf(chance),
    node: isHere ? 'here' : 'there',
    phase: chance.oneIn(10) ? 'Succeeded' : 'Running',
    hostNetwork: chance.oneIn(12),
    ...(chance.oneIn(8) ? {} : { address: `10.244.${isHere ? 7 : 8}.${number}` }),
    ports: NAMES.filter(() => chance.oneIn(2)).map((name) => ({ name, containerPort: chance.int(80, 82), protocol: chance.pick(PROTOCOLS) })),
  });
};

export const randomLabels = labelsOf;
export const randomNamespace = (chance: Chance): string => chance.pick(NAMESPACES);
