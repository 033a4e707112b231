import type { KindGroup } from '../../definition/group.ts';
import { runtimeClasses } from './runtime-class.ts';

export const nodeGroup: KindGroup = {
  name: 'node.k8s.io',
  rank: 16300,
  kinds: [runtimeClasses],
};

export { RuntimeClass, runtimeClasses } from './runtime-class.ts';
