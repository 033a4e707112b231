import type { KindGroup } from '../../definition/group.ts';
import { ingressClasses } from './ingress-class.ts';

export const networkingGroup: KindGroup = {
  name: 'networking.k8s.io',
  rank: 17200,
  kinds: [ingressClasses],
};

export { IngressClass, ingressClasses } from './ingress-class.ts';
