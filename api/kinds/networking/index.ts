import type { KindGroup } from '../../definition/group.ts';
import { ingressClasses } from './ingress-class.ts';
import { ipAddresses } from './ip-address.ts';
import { serviceCidrs } from './service-cidr.ts';

export const networkingGroup: KindGroup = {
  name: 'networking.k8s.io',
  rank: 17200,
  kinds: [ingressClasses, ipAddresses, serviceCidrs],
};

export { IngressClass, ingressClasses } from './ingress-class.ts';
export { IPAddress, ipAddresses } from './ip-address.ts';
export { ServiceCIDR, serviceCidrs } from './service-cidr.ts';
