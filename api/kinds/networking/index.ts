import type { KindGroup } from '../../definition/group.ts';
import { ingresses } from './ingress/index.ts';
import { ingressClasses } from './ingress-class.ts';
import { networkPolicies } from './network-policy/index.ts';

export const networkingGroup: KindGroup = {
  name: 'networking.k8s.io',
  rank: 17200,
  kinds: [networkPolicies, ingresses, ingressClasses],
};

export { Ingress, ingresses } from './ingress/index.ts';
export { IngressClass, ingressClasses } from './ingress-class.ts';
export { NetworkPolicy, networkPolicies } from './network-policy/index.ts';
