import { LabelSelector } from '../../../meta/label-selector.ts';
import { ObjectMeta } from '../../../meta/object-meta.ts';
import type { Infer } from '../../../schema/fields.ts';
import { atomicList, int32, intOrString, ref, string, struct, topLevel } from '../../../schema/fields.ts';

export const NetworkPolicyPort = struct('NetworkPolicyPort', 'A port, or a range of ports.', {
  endPort: int32('Last port of a range that begins at port.', { presence: 'pointer' }).tag(3).optional(),
  port: intOrString('Number or name of a port of the pods; every port, if left out.', { presence: 'pointer' }).tag(2).optional(),
  protocol: string('TCP, UDP or SCTP. TCP, if left out.', {
    presence: 'pointer',
    goType: 'Protocol',
    enum: ['SCTP', 'TCP', 'UDP'],
  })
    .tag(1)
    .optional(),
});
export type NetworkPolicyPort = Infer<typeof NetworkPolicyPort>;

export const IPBlock = struct('IPBlock', 'A range of addresses, without some parts of it.', {
  cidr: string('The range, such as 192.168.1.0/24.').tag(1),
  except: atomicList(string(), 'Ranges within it that are left out.').tag(2).optional(),
});
export type IPBlock = Infer<typeof IPBlock>;

export const NetworkPolicyPeer = struct('NetworkPolicyPeer', 'Pods, or a range of addresses.', {
  ipBlock: ref(IPBlock, 'Addresses. Not together with a selector.').tag(3).optional(),
  namespaceSelector: ref(LabelSelector, "Namespaces of the pods; the policy's own, if left out.").tag(2).optional(),
  podSelector: ref(LabelSelector, 'The pods; all of the namespaces, if left out.').tag(1).optional(),
});
export type NetworkPolicyPeer = Infer<typeof NetworkPolicyPeer>;

const ports = () => atomicList(NetworkPolicyPort, 'The ports; every port, if empty.');

export const NetworkPolicyIngressRule = struct('NetworkPolicyIngressRule', 'Traffic to the pods that is allowed.', {
  from: atomicList(NetworkPolicyPeer, 'The sources; every source, if empty.').tag(2).optional(),
  ports: ports().tag(1).optional(),
});
export type NetworkPolicyIngressRule = Infer<typeof NetworkPolicyIngressRule>;

export const NetworkPolicyEgressRule = struct('NetworkPolicyEgressRule', 'Traffic from the pods that is allowed.', {
  ports: ports().tag(1).optional(),
  to: atomicList(NetworkPolicyPeer, 'The destinations; every destination, if empty.').tag(2).optional(),
});
export type NetworkPolicyEgressRule = Infer<typeof NetworkPolicyEgressRule>;

export const NetworkPolicySpec = struct('NetworkPolicySpec', 'The pods, and their traffic that is allowed.', {
  egress: atomicList(NetworkPolicyEgressRule, 'Traffic from the pods: what one of the rules allows.').tag(3).optional(),
  ingress: atomicList(NetworkPolicyIngressRule, 'Traffic to the pods: what one of the rules allows.').tag(2).optional(),
  podSelector: ref(LabelSelector, 'The pods; all of the namespace, if empty.', { presence: 'filled' }).tag(1).optional(),
  policyTypes: atomicList(
    string(undefined, { goType: 'PolicyType', enum: ['Egress', 'Ingress'] }),
    'Directions that the policy is about: Ingress, and Egress if it has such rules, unless this says otherwise.',
  )
    .tag(4)
    .optional(),
});
export type NetworkPolicySpec = Infer<typeof NetworkPolicySpec>;

export const NetworkPolicy = topLevel('NetworkPolicy', 'Limits the traffic of a group of pods.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(NetworkPolicySpec, 'What is wanted.', { presence: 'filled' }).tag(2).optional(),
});
export type NetworkPolicy = Infer<typeof NetworkPolicy>;
