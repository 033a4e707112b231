import type { KindGroup } from '../../definition/group.ts';
import { ingresses } from './ingress/index.ts';
import { ingressClasses } from './ingress-class.ts';
import { ipAddresses } from './ip-address.ts';
import { networkPolicies } from './network-policy/index.ts';
import { serviceCidrs } from './service-cidr.ts';

export const networkingGroup: KindGroup = {
  name: 'networking.k8s.io',
  rank: 17200,
  kinds: [networkPolicies, ingresses, ingressClasses, ipAddresses, serviceCidrs],
};

export { Ingress, ingresses } from './ingress/index.ts';
export { IngressClass, ingressClasses } from './ingress-class.ts';
export { IPAddress, ipAddresses } from './ip-address.ts';
export { NetworkPolicy, networkPolicies } from './network-policy/index.ts';
export { ServiceCIDR, serviceCidrs } from './service-cidr.ts';
